"""Looking at a learned distribution, and changing it."""

import numpy as np
import pandas as pd
import pytest

from lifeboat.passengers import FEATURES
from lifeboat.synthetic import SyntheticDataError


@pytest.mark.parametrize("survived", [None, 0, 1])
@pytest.mark.parametrize("feature", FEATURES)
def test_a_marginal_is_what_a_large_sample_shows(generator, feature, survived):
    learned = generator.marginal(feature, survived)
    sample = generator.sample(200_000, survived=survived)[feature]
    shown = sample.value_counts(normalize=True, dropna=False)
    assert learned.sum() == pytest.approx(1)
    assert learned.sub(shown, fill_value=0).abs().sum() / 2 < 0.01


def test_another_share_of_women_changes_what_follows_from_it(generator):
    women = generator.with_marginal("sex", {"female": 3, "male": 1})
    sample = women.sample(20_000)
    assert (sample["sex"] == "female").mean() == pytest.approx(0.75, abs=0.005)
    assert women.survival_rate_ > generator.survival_rate_ + 0.1
    rates = [g.sample(50_000).groupby("sex")["survived"].mean() for g in (women, generator)]
    pd.testing.assert_series_equal(*rates, atol=0.01)


def test_children_travel_with_their_parents(generator):
    children = generator.with_marginal("age", {4: 1, 5: 1}).sample(2000)
    assert set(children["age"]) == {4.0, 5.0}
    assert (children["parch"] > 0).mean() > 0.8


@pytest.mark.parametrize(("feature", "known"), [("age", 70.0), ("fare", 8.05), ("embarked", "Q")])
def test_a_scenario_may_leave_values_unknown(generator, feature, known):
    drawn = generator.with_marginal(feature, {known: 3, None: 1}).sample(20_000)[feature]
    assert drawn.dropna().unique().tolist() == [known]
    assert drawn.isna().mean() == pytest.approx(0.25, abs=0.005)


def test_what_an_earlier_scenario_ruled_out_cannot_be_drawn(generator):
    with pytest.raises(SyntheticDataError, match="age 30 cannot be drawn: choose among nan"):
        generator.with_marginal("age", {None: 1}).with_marginal("age", {30: 1})


def test_changes_follow_one_another(generator):
    twice = generator.with_marginal("fare", {8.05: 1}).with_marginal("pclass", {3: 1}).with_marginal("age", {30: 1})
    sample = twice.sample(500)
    assert (sample[["fare", "pclass", "age"]].nunique() == 1).all()


def test_the_generator_itself_stays_as_it_was(generator):
    before = generator.sample(100)
    generator.with_marginal("sex", {"male": 1})
    pd.testing.assert_frame_equal(generator.sample(100), before)


@pytest.mark.parametrize(
    ("feature", "shares", "message"),
    [
        ("cabin", {"C85": 1}, "no feature 'cabin'"),
        ("survived", {1: 1}, "survival_rate"),
        ("sex", {"other": 1}, "'other' cannot be drawn: choose among female, male"),
        ("sex", {None: 1}, "None cannot be drawn"),
        ("pclass", {4: 1}, "4 cannot be drawn: choose among 1, 2, 3"),
        ("age", {-3: 1}, "-3 cannot be drawn: give a number from 0"),
        ("age", {"old": 1}, "'old' cannot be drawn"),
        ("fare", {9999: 1}, "9999 cannot be drawn"),
        ("sex", {"male": -1}, "share of sex 'male' is -1"),
        ("sex", {"male": np.nan}, "share of sex 'male' is nan"),
        ("sex", {"male": 0}, "add up to 0"),
        ("sex", {}, "add up to 0"),
    ],
)
def test_what_is_no_distribution_is_refused(generator, feature, shares, message):
    with pytest.raises(SyntheticDataError, match=message):
        generator.with_marginal(feature, shares)
