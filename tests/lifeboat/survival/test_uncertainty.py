import numpy as np
import pandas as pd
import pytest

from lifeboat import survival
from lifeboat.errors import LifeboatError


@pytest.mark.parametrize("along_tickets", [True, False])
def test_the_prediction_set_contains_nine_of_ten_held_out_outcomes(X, y, table, along_tickets):
    groups = table["ticket"] if along_tickets else None
    held_out = survival.coverage("logistic_companions", X, y, groups, level=0.9)
    assert len(held_out) == len(X)
    assert 0.88 <= held_out["covered"].mean() <= 0.92
    assert 0.2 < held_out["undecided"].mean() < 0.4


def test_thresholds_by_hand():
    predictions = pd.DataFrame(
        {"survived": [1] * 9 + [0] * 9, "probability": np.r_[np.arange(1, 10), np.arange(1, 10)] / 10}
    )
    least = survival.plausibility(predictions, level=0.8)
    assert least.survived == pytest.approx(0.2)
    assert least.died == pytest.approx(0.2)
    assert [least.outcomes(p) for p in (0.1, 0.5, 0.9)] == [["died"], ["died", "survived"], ["survived"]]


def test_no_prediction_rules_out_both_outcomes():
    perfect = pd.DataFrame({"survived": [0, 1] * 50, "probability": [0.01, 0.99] * 50})
    least = survival.plausibility(perfect)
    assert all(least.outcomes(p) for p in np.linspace(0, 1, 101))


@pytest.mark.parametrize("level", [0, 1, 90])
def test_a_level_out_of_range_is_refused(level):
    with pytest.raises(LifeboatError, match="allowed: a number between 0 and 1"):
        survival.plausibility(pd.DataFrame({"survived": [0, 1], "probability": [0.2, 0.8]}), level)


@pytest.mark.parametrize(("outcome", "word"), [(0, "died"), (1, "survived")])
def test_the_sets_hold_each_outcome_as_often_as_they_say(outcome, word):
    random = np.random.default_rng(9)

    def drawn(n):
        p = random.beta(1, 1.5, n)
        return pd.DataFrame({"survived": (random.random(n) < p).astype(int), "probability": p})

    held = []
    for _ in range(300):
        least = survival.plausibility(drawn(150), level=0.9)
        held += [word in least.outcomes(p) for p in drawn(100).query("survived == @outcome")["probability"]]
    assert np.mean(held) == pytest.approx(0.905, abs=0.015)
