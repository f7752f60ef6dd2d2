import hashlib

import numpy as np
import pandas as pd
import pytest

from lifeboat.dataset import Dataset
from lifeboat.fields import Field
from lifeboat.passengers import TITANIC
from lifeboat.synthetic import CopulaGenerator, NotFittedError, SyntheticDataError
from lifeboat.synthetic.judging import rivals

POINTS = Dataset(
    "points",
    "is_far",
    [Field("x", "x", "x", low=-9, high=9), Field("y", "y", "y", low=-9, high=9), Field("c", "c", "c", low=0, high=1)],
    Field("far", "far", "far", words={0: "near", 1: "far"}),
    key="id",
    event_time="at",
)


@pytest.fixture(scope="module")
def known():
    """Points whose coordinates rise together in one outcome and oppose each other in the other; c is constant."""
    random = np.random.default_rng(0)
    x, noise, far = random.normal(size=400), random.normal(size=400), np.arange(400) % 4 == 0
    return pd.DataFrame({"x": x + 3 * far, "y": np.where(far, -x, x) + 0.3 * noise, "c": 0.5, "far": far.astype(int)})


@pytest.fixture(scope="module")
def fitted(known):
    return CopulaGenerator(POINTS).fit(known)


@pytest.mark.parametrize(("outcome", "sign"), [(0, 1), (1, -1)])
def test_features_rise_and_fall_together_as_with_that_outcome(fitted, known, outcome, sign):
    made = fitted.sample(3000, outcome=outcome, seed=1)
    assert (made["far"] == outcome).all()
    real = known[known["far"] == outcome]
    assert made["x"].corr(made["y"]) == pytest.approx(real["x"].corr(real["y"]), abs=0.07)
    assert sign * made["x"].corr(made["y"]) > 0.8
    assert made["x"].mean() == pytest.approx(real["x"].mean(), abs=0.1)


def test_outcomes_are_drawn_as_often_as_they_were(fitted):
    assert fitted.sample(8000, seed=2)["far"].mean() == pytest.approx(0.25, abs=0.02)


def test_every_value_was_known_with_that_outcome(fitted, known):
    made = fitted.sample(500, seed=3)
    for outcome, part in made.groupby("far"):
        assert set(part["x"]) <= set(known.loc[known["far"] == outcome, "x"])


def test_a_longer_sample_begins_with_the_shorter_one(fitted):
    pd.testing.assert_frame_equal(fitted.sample(500, seed=4).head(37), fitted.sample(37, seed=4))
    assert not fitted.sample(37, seed=5).equals(fitted.sample(37, seed=4))
    assert len(fitted.sample(0)) == 0


def test_texts_and_missing_values_come_back(passengers):
    made = CopulaGenerator().fit(passengers).sample(2000, seed=6)
    assert TITANIC.find_problems(made, label=True).empty
    assert made["age"].isna().mean() == pytest.approx(passengers["age"].isna().mean(), abs=0.04)
    women = made.groupby("survived")["sex"].agg(lambda sex: (sex == "female").mean())
    assert women[1] > women[0] + 0.4


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda g: g.sample(-1), "n is -1"),
        (lambda g: g.sample(5, outcome=2), "outcome is 2: choose 0, 1 or None"),
        (lambda g: g.sample(5, seed=1.5), "seed is 1.5"),
    ],
)
def test_what_cannot_be_made_is_refused(fitted, ask, message):
    with pytest.raises(SyntheticDataError, match=message):
        ask(fitted)


def test_it_must_be_fitted_to_enough_rows_of_both_kinds(known):
    with pytest.raises(NotFittedError, match="call fit"):
        CopulaGenerator(POINTS).sample(1)
    with pytest.raises(SyntheticDataError, match="20 rows are too few"):
        CopulaGenerator(POINTS).fit(known.head(20))
    with pytest.raises(SyntheticDataError, match="far is 0 for all rows"):
        CopulaGenerator(POINTS).fit(known[known["far"] == 0])


def test_the_rival_draws_what_it_always_drew(passengers):
    """So that the figures of benchmarks/synthetic.md hold."""
    made = rivals.gaussian_copula(passengers, 2000, seed=3)
    assert hashlib.sha256(made.to_csv(index=False).encode()).hexdigest()[:16] == "0ab1db09c7cd9bdd"
