import re
from dataclasses import replace

import pytest
from pages import make_champion

from lifeboat import passengers
from lifeboat.pages import words
from lifeboat.pages.predict import panels
from lifeboat.pages.predict.answer import answer, evidence, prediction
from lifeboat.pages.predict.page import MADE_UP, NOTABLE, from_controls, people, to_controls
from lifeboat.passengers import FEATURES, validate_one

GOOD = dict(zip(FEATURES, [1, "female", 44.0, 0, 0, 27.72, "C"], strict=True))


@pytest.mark.parametrize("estimator", ["logistic", "gradient_boosting"])
def test_contributions_add_up_to_the_probability_shown(estimator):
    model = make_champion(estimator=estimator)
    found = answer(model, GOOD)
    assert found.probability == pytest.approx(prediction(model, GOOD)["probability"])
    shown = re.findall(r"<td[^>]*>([+-]\d+\.\d\d)", panels.why(found))
    start, *steps, end = map(float, shown)
    assert start + sum(steps) == pytest.approx(end, abs=0.05)


@pytest.mark.parametrize("probability", [0.0, 0.07, 0.5, 0.51, 0.93, 1.0])
def test_evidence_is_of_passengers_with_about_the_same_chance(champion, probability):
    found = evidence(champion.card, probability)
    assert found.low < found.observed < found.high
    assert abs(found.observed - probability) < 0.2
    assert set(found.plausible) <= {"died", "survived"}


def test_the_page_says_how_sure_it_is(champion):
    sure, unsure = (answer(champion, GOOD | change) for change in ({}, {"sex": "male", "age": 30.0}))
    assert "survival can be ruled out" not in panels.truth(sure, "")
    assert "With 90% confidence, death can be ruled out" in panels.truth(sure, "")
    assert "neither outcome can be ruled out" in panels.truth(unsure, "")


def test_a_chance_is_one_of_survival_whatever_the_verdict(champion):
    third = answer(champion, GOOD | {"pclass": 3, "sex": "male"})
    chance = words.percent(third.probability)
    shown = panels.verdict(third)
    assert f"{chance}</span> <span>chance of survival:<br>would probably have died" in shown


def test_a_model_without_a_card_is_no_less_useful(champion):
    found = answer(replace(champion, card=None), GOOD)
    assert found.evidence is None
    assert "confidence" not in panels.truth(found, "")


def test_controls_keep_what_is_unknown():
    passenger = GOOD | {"age": None, "fare": None, "embarked": None}
    assert from_controls(to_controls(passenger)) == passenger


@pytest.mark.parametrize("row", range(0, 1309, 61))
def test_real_passengers_survive_the_way_through_the_controls(row):
    person = passengers.load()[FEATURES].iloc[row].to_dict()
    shown = validate_one(from_controls(to_controls(person)))
    assert shown == validate_one(person) | {"fare": shown["fare"]}
    assert shown["fare"] == pytest.approx(person["fare"], abs=0.00501, nan_ok=True)
    assert shown["fare"] == round(shown["fare"], 2), "to the penny"


def test_everybody_can_be_chosen():
    labels, ids = zip(*people(), strict=True)
    assert sorted(ids) == list(range(1310))
    assert list(ids[: 1 + len(NOTABLE)]) == [MADE_UP, *NOTABLE]
    assert all(labels)


def test_a_name_with_html_is_shown_as_text(champion):
    people = passengers.load().head(1).assign(name="Doe, Mr. <img src=x onerror=alert(1)>")
    shown = panels.similar(people)
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_all_verdicts_have_words(champion):
    said = {panels._verdict_words(p / 20) for p in range(21)}
    assert len(said) == 6
