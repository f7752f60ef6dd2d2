"""No claim without its cell, continued from `test_claims`: what lesson 08 says of wine is so.

What it says of the data is computed again from scikit-learn's table; what it says of the model and the monitor is
checked against the stored outputs, which nbval computes again, and once more with twice as many wines a day.
"""

import re

import pytest
from sklearn.datasets import load_wine

from lifeboat import arrivals, monitoring, scoring, survival
from lifeboat.dataset import Dataset
from lifeboat.days import days_between
from lifeboat.fields import Field
from lifeboat.registry import Champion
from lifeboat.synthetic import CopulaGenerator
from test_claims import BOOKS, source

MEASURED, CULTIVAR = load_wine(return_X_y=True, as_frame=True)
FOUR = ["alcohol", "malic_acid", "color_intensity", "hue"]
TABLE = MEASURED[FOUR].assign(is_first=(CULTIVAR == 0).astype(int))
OTHER = TABLE[CULTIVAR > 0]
WINE = Dataset(
    name="wine",
    task="wine_is_first",
    fields=[Field(name, name, name, low=0, high=30) for name in FOUR],
    outcome=Field("is_first", "Cultivar", "whether it is of the first", words={0: "other", 1: "first"}),
    key="wine_id",
    event_time="analysed_at",
    rows="wines",
)
CORNER = "color_intensity > 6 and hue > 0.9"


def shown():
    """All text that the cells of the lesson show."""
    outputs = [output for cell in BOOKS["08"].cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text") or output["data"]["text/plain"] for output in outputs)


def number(pattern):
    """The number that the lesson shows in one place."""
    return float(re.search(pattern, shown())[1])


def outside():
    return (~TABLE["alcohol"].between(12, 14)).sum()


CLAIMS = [
    ("178 wines from one region of Italy, with thirteen chemical", lambda: MEASURED.shape == (178, 13)),
    ("c) Nearly all.", lambda: number(r"all thirteen: ([\d.]+)%") > 97),
    ("wrong about one wine in eight", lambda: abs(100 - number(r"four: ([\d.]+)%") - 12.5) < 1.5),
    ("c) about forty", lambda: abs(outside() - 40) < 3 and f"{outside()} of 178 wines would be refused" in shown()),
    ("c) More than a fifth.", lambda: outside() > len(TABLE) / 5),
    ("find out what 178 rows can show", lambda: "178 wines written, and 0 by a second run." in shown()),
    ("two wrong predictions among 36", lambda: round(36 * (1 - number(r"Accuracy ([\d.]+)%") / 100)) == 2),
    ("c) More than 10 points", lambda: number(r"to ([\d.]+)%\.\n") - number(r"interval ([\d.]+)% to") > 10),
    ("all 142 of them", lambda: "trained on 142 wines; tested on 36." in shown()),
    ("The intervals are so wide", lambda: "10 of 10 intervals contain what was predicted" in shown()),
    (
        "The forest looks better",
        lambda: (
            number(r"random_forest: log loss ([\d.]+)") < number(r"logistic: log loss ([\d.]+)")
            and number(r"random_forest: .* accuracy ([\d.]+)") > number(r"logistic: .* accuracy ([\d.]+)")
        ),
    ),
    (
        "b) It passes.",
        lambda: number(r"Difference in log loss .* to (\S+)\.\n") < 0.01 and "Version 2 predicts (passed" in shown(),
    ),
    ("That looks right.", lambda: abs(number(r"real: (-[\d.]+)") - number(r"made: (-[\d.]+)")) < 0.05),
    (
        "one is pale, the other dark and of a low hue",
        lambda: (
            (colour := OTHER.groupby(CULTIVAR)["color_intensity"].mean())[1] < 4 < 6 < colour[2]
            and OTHER.groupby(CULTIVAR)["hue"].mean().idxmin() == 2
        ),
    ),
    ("No real wine of them is dark", lambda: len(OTHER.query(CORNER)) == 0),
    ("many of the first cultivar are", lambda: len(TABLE.drop(OTHER.index).query(CORNER)) >= 15),
    ("c) twenty or more", lambda: number(r"real 0, made (\d+)") >= 20),
    ("c) Dozens.", lambda: 24 <= number(r"real 0, made (\d+)") <= 100),
    ("Made wines arrive for a week", lambda: "140 wines arrived, 140 were scored; a second run scores 0." in shown()),
    ("The three newest days are pending", lambda: len(re.findall(r"2026-11-\d+ +20 +0 +0 ", shown())) == 3),
    (
        "forest is right about more of them than cross-validation gave it",
        lambda: (
            min(map(int, re.findall(r" November: (\d+)% \(", shown()))) > number(r"random_forest: .* accuracy ([\d.]+)")
        ),
    ),
    ("b) an alarm about drift", lambda: "\ndrift: " in shown()),
    ("b) Drift.", lambda: re.search(r"\ndrift: changed distribution of color_intensity \(index [\d.]+\)\n", shown())),
    (
        "Nothing can be said of the accuracy yet",
        lambda: "\ntruth: " not in shown() and "\ndata: " not in shown() and "\nestimate: " not in shown(),
    ),
]


@pytest.mark.parametrize(("phrase", "holds"), CLAIMS, ids=[row[0][:50] for row in CLAIMS])
def test_what_lesson_08_says_is_so(phrase, holds):
    assert phrase in source("08")
    assert holds()


@pytest.fixture(scope="module")
def generator():
    return CopulaGenerator(WINE).fit(TABLE)


@pytest.mark.parametrize("seed", range(5))
def test_the_copula_fills_the_empty_corner_whatever_the_seed(generator, seed):
    assert len(generator.sample(2000, outcome=0, seed=seed).query(CORNER)) >= 24


@pytest.mark.parametrize("per_day", [40, 80])
def test_a_shifted_instrument_raises_drift_alone_with_more_wines_too(generator, per_day):
    days = days_between("2026-11-10", "2026-11-16")
    forest = survival.fit(survival.build_estimator("random_forest", WINE), TABLE, TABLE["is_first"])
    champion = Champion(forest, 1, {}, "", None, 1, dataset=WINE)
    rows = arrivals.of_days(generator, days, per_day).eval("color_intensity = color_intensity * 4 / 3")
    results = scoring.predictions(champion, rows).merge(rows.assign(is_first=None), on="wine_id")
    reference = monitoring.Reference.of(TABLE, WINE)
    found = monitoring.alarms(monitoring.daily_rows(results, reference), days[-1], reference)
    assert [alarm.kind for alarm in found] == ["drift"]
    assert "color_intensity" in found[0].message
