import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from lifeboat.survival import measure, measure_difference

RANDOM = np.random.default_rng(0)
PROBABILITY = RANDOM.uniform(0.01, 0.99, 400).round(2)  # rounded, so that there are ties
SURVIVED = (RANDOM.uniform(size=400) < PROBABILITY).astype(int)


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        ("roc_auc", roc_auc_score),
        ("log_loss", log_loss),
        ("brier", brier_score_loss),
        ("accuracy", lambda y, p: accuracy_score(y, p >= 0.5)),
        ("gap", lambda y, p: p.mean() - y.mean()),
    ],
)
def test_values_are_those_of_scikit_learn_and_lie_in_their_intervals(metric, reference):
    found = measure(SURVIVED, PROBABILITY).loc[metric]
    assert found["value"] == pytest.approx(reference(SURVIVED, PROBABILITY))
    assert found["low"] < found["value"] < found["high"]


def test_the_interval_of_the_roc_auc_is_that_of_hanley_and_mcneil():
    found = measure(SURVIVED, PROBABILITY, resamples=2000).loc["roc_auc"]
    area, lived = found["value"], SURVIVED.sum()
    died = len(SURVIVED) - lived
    one, two = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
    variance = (area * (1 - area) + (lived - 1) * one + (died - 1) * two) / (lived * died)
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=0.15)


def test_the_interval_of_a_mean_is_the_normal_one():
    found = measure(SURVIVED, PROBABILITY, resamples=4000).loc["brier"]
    error = ((PROBABILITY - SURVIVED) ** 2).std() / 20
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_rows_drawn_together_widen_the_interval():
    twice = [np.repeat(values, 2) for values in (SURVIVED, PROBABILITY)]
    alone, together = (measure(*twice, groups).loc["brier"] for groups in (None, np.repeat(np.arange(400), 2)))
    assert together["high"] - together["low"] > 1.2 * (alone["high"] - alone["low"])


def test_one_outcome_has_no_roc_auc():
    found = measure(np.zeros(50), PROBABILITY[:50])
    assert found.loc["roc_auc"].isna().all() and found.drop("roc_auc").notna().all(axis=None)


def test_a_difference_is_paired():
    slightly = PROBABILITY * 0.98
    found = measure_difference(SURVIVED, slightly, PROBABILITY)
    separate = [measure(SURVIVED, p).loc["log_loss"] for p in (slightly, PROBABILITY)]
    assert found.loc["log_loss", "value"] == pytest.approx(separate[0]["value"] - separate[1]["value"])
    assert found.loc["log_loss", "high"] - found.loc["log_loss", "low"] < (separate[0]["high"] - separate[0]["low"]) / 3
    assert found.loc["roc_auc"].tolist() == [0, 0, 0]


def test_the_interval_of_parties_holds_the_truth_as_often_as_it_says():
    """Parties of four share their fate, so that of 400 passengers only 100 are independent."""
    random, held = np.random.default_rng(8), []
    for _ in range(200):
        p = random.uniform(0.1, 0.9, 100)
        survived, probability, party = (np.repeat(each, 4) for each in (random.random(100) < p, p, np.arange(100)))
        low, high = measure(survived.astype(int), probability, party, resamples=200).loc["brier", ["low", "high"]]
        held.append(low <= 0.25 - 0.8**2 / 12 <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.045)


def test_a_difference_has_no_gap_for_neither_sign_of_it_is_better():
    found = measure_difference(SURVIVED, PROBABILITY, PROBABILITY)
    assert list(found.index) == ["roc_auc", "log_loss", "brier", "accuracy"]
