"""The quizzes: well formed, and right where the data can say so."""

import re
from html.parser import HTMLParser

import pytest

import lifeboat
from lifeboat import passengers
from lifeboat.course import quiz
from lifeboat.course.quizzes import quizzes

QUESTIONS = [(lesson, question) for lesson, questions in quizzes().items() for question in questions]
every_question = pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=[f"{a}-{q.id}" for a, q in QUESTIONS])


@every_question
def test_one_option_is_right_and_every_option_is_explained(lesson, question):
    assert [option.right for option in question.options].count(True) == 1
    assert 3 <= len(question.options) <= 4
    assert all(len(option.why) > 15 for option in question.options)
    assert len({option.text for option in question.options}) == len(question.options)


def test_every_lesson_has_three_or_four_questions_with_ids_of_their_own():
    for questions in quizzes().values():
        assert 3 <= len(questions) <= 4
        assert len({question.id for question in questions}) == len(questions)


def test_the_right_option_is_not_always_in_the_same_place():
    places = [question.answer for _, question in QUESTIONS]
    assert max(places.count(place) for place in set(places)) <= 0.6 * len(places)


def baseline():
    return 1 - passengers.load()["survived"].mean()


def sharing():
    return passengers.load()["ticket"].duplicated(keep=False).mean()


def half_width():
    return 1.96 * (0.8 * 0.2 / 30) ** 0.5


NUMBERS = {("01", "baseline"): baseline, ("03", "shared"): sharing, ("05", "half width"): half_width}


@every_question
def test_a_right_option_that_is_a_number_is_what_the_data_say(lesson, question):
    text = question.options[question.answer].text
    if found := re.search(r"about (\d+)", text):
        value = 100 * NUMBERS[lesson, question.id]()
        stated = [float(re.search(r"about (\d+)", option.text)[1]) for option in question.options]
        assert min(stated, key=lambda number: abs(number - value)) == float(found[1])
        assert abs(float(found[1]) - value) < 3
    else:
        assert not re.search(r"\d", text)


def test_the_number_in_a_question_is_what_the_data_say():
    data = passengers.load()
    right = (data["boat"].notna() == data["survived"].astype(bool)).mean()
    assert f"{right:.1%}" in next(question for lesson, question in QUESTIONS if question.id == "leak").question


def test_a_quiz_is_folded_html_without_script_or_network():
    shown = quiz("03")._repr_html_()
    assert shown.count("<details") == len(quiz("03")) + sum(len(question.options) for question in quiz("03"))
    assert not re.search(r"<script|https?:|onclick|src=", shown)
    assert _balanced(shown)


def test_names_of_code_are_shown_as_code():
    assert "`" not in quiz("01")._repr_html_()
    assert "<code>boat</code>" in quiz("01")._repr_html_()


def _balanced(text):
    opened = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Reader().feed(text)
    return not opened


def test_as_text_a_quiz_does_not_say_what_is_right():
    shown = repr(quiz("01"))
    assert "a) about 38%" in shown
    assert not [option.why for question in quiz("01") for option in question.options if option.why in shown]


@pytest.mark.parametrize("number", ["3", 3])
def test_a_lesson_may_be_named_without_its_zero(number):
    assert quiz(number) == quiz("03")


def test_an_unknown_lesson_is_refused_with_those_allowed():
    with pytest.raises(lifeboat.LifeboatError, match=r"quiz is '99'; allowed: 01, 02"):
        quiz("99")
