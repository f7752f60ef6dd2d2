import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from lifeboat.survival import compare, simplest_within_one_error
from lifeboat.survival.comparison import fold_error, fold_interval, paired_difference


def _folds(values, splits=5):
    index = pd.MultiIndex.from_product([range(len(values) // splits), range(splits)], names=["repeat", "fold"])
    return pd.Series(np.asarray(values, dtype=float), index)


def _scores(**means):
    noise = np.random.default_rng(0).normal(0, 0.01, (len(means), 25))
    return {
        name: pd.DataFrame({"log_loss": _folds(mean + row), "roc_auc": _folds(1 - mean - row)})
        for (name, mean), row in zip(means.items(), noise, strict=True)
    }


def test_the_error_is_corrected_for_shared_training_passengers():
    values = _folds(np.arange(25))
    assert fold_error(values) == pytest.approx(np.std(values, ddof=1) * np.sqrt(1 / 25 + 1 / 4))


def test_the_interval_is_wider_than_that_of_independent_folds():
    values = _folds(np.random.default_rng(1).normal(size=25))
    low, high = fold_interval(values)
    naive = ttest_1samp(values, 0).confidence_interval()
    assert low < naive.low < values.mean() < naive.high < high


def test_the_interval_of_folds_holds_the_truth_as_often_as_it_says():
    """The model is the mean of its training values, so that its expected squared error is known."""
    random, held = np.random.default_rng(2), []
    for _ in range(600):
        y, losses = random.normal(size=100), []
        for _ in range(5):
            parts = random.permutation(y).reshape(5, 20)
            means = (y.sum() - parts.sum(axis=1)) / 80
            losses.extend(((parts - means[:, None]) ** 2).mean(axis=1))
        low, high = fold_interval(_folds(losses))
        held.append(low <= 1 + 1 / 80 <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


def test_the_interval_of_a_difference_holds_the_truth_as_often_as_it_says():
    """A straight line against zero; with the degrees of freedom of all folds it would be nine samples in ten."""
    random, found = np.random.default_rng(3), []
    for _ in range(600):
        x = random.normal(size=100)
        y, line, zero = 0.2 * x + random.normal(size=100), [], []
        for _ in range(5):
            for test in random.permutation(100).reshape(5, 20):
                train = np.setdiff1d(np.arange(100), test, assume_unique=True)
                slope = x[train] @ y[train] / (x[train] @ x[train])
                line.append(((y[test] - slope * x[test]) ** 2).mean())
                zero.append((y[test] ** 2).mean())
        found.append(paired_difference(_folds(line), _folds(zero)))
    table = pd.DataFrame(found)
    truth = table["difference"].mean()
    assert ((table["low"] <= truth) & (truth <= table["high"])).mean() == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc"])
def test_differences_are_taken_from_the_best(metric):
    table = compare(_scores(bad=0.5, good=0.4), metric)
    assert table.loc["good", ["difference", "standard_error"]].tolist() == [0, 0]
    assert abs(table.loc["bad", "difference"]) == pytest.approx(0.1, abs=0.01)
    assert table.loc["bad", "p_value"] < 0.001 < table.loc["good", "p_value"]


def test_the_simplest_of_those_that_cannot_be_told_apart_wins():
    assert simplest_within_one_error(compare(_scores(simple=0.401, middle=0.4005, complex=0.4))) == "simple"


def test_it_must_be_close_on_every_kind_of_folds():
    close, far = compare(_scores(simple=0.401, complex=0.4)), compare(_scores(simple=0.5, complex=0.4))
    assert simplest_within_one_error(close, far) == "complex"
