import numpy as np
import pandas as pd
import pytest

from lifeboat import survival
from lifeboat.intervals import wilson
from lifeboat.passengers import CHILD_BELOW


@pytest.fixture(scope="module")
def predictions(y):
    probability = np.random.default_rng(0).uniform(size=len(y))
    return pd.DataFrame({"row": np.arange(len(y)), "survived": y, "probability": probability})


def test_slices_partition_the_passengers_one_way(predictions, X):
    passengers = survival.slices(predictions, X, fewest=2)["passengers"]
    assert passengers["everyone"] == passengers["female"] + passengers["male"] == 1309
    assert passengers["first class"] == (X["pclass"] == 1).sum()
    assert passengers["under 6"] + passengers["6 to 13"] == (X["age"] < CHILD_BELOW).sum()
    assert passengers["female, third class"] == ((X["sex"] == "female") & (X["pclass"] == 3)).sum()


def test_small_slices_are_left_out(predictions, X):
    table = survival.slices(predictions, X, fewest=100)
    assert table["passengers"].min() >= 100
    assert "port unknown" not in table.index


@pytest.mark.parametrize("metric", ["gap", "accuracy", "brier", "log_loss", "roc_auc"])
def test_every_metric_lies_in_its_interval(predictions, X, metric):
    table = survival.slices(predictions, X).dropna()
    assert (table[f"{metric}_low"] <= table[metric]).all() and (table[metric] <= table[f"{metric}_high"]).all()


def test_intervals_know_who_travelled_together(predictions, X, y):
    same_fate = pd.Series(y.argsort().argsort() // 10)
    alone, together = (survival.slices(predictions, X, groups).loc["everyone"] for groups in (None, same_fate))
    assert together["gap_high"] - together["gap_low"] > 2 * (alone["gap_high"] - alone["gap_low"])


def test_a_slice_with_one_outcome_has_no_roc_auc(X):
    all_died = pd.DataFrame({"row": range(len(X)), "survived": 0, "probability": 0.2})
    assert survival.slices(all_died, X)["roc_auc"].isna().all()


def test_shares_are_counted_within_groups_with_wilson_intervals():
    happened = pd.Series([True, False, True, True], index=[3, 1, 2, 0])
    groups = pd.Series(["a", "b", "a", "b"], index=[3, 1, 2, 0])
    table = survival.shares(happened, groups)
    assert table["share"].to_dict() == {"a": 1.0, "b": 0.5}
    assert table["passengers"].tolist() == [2, 2]
    low, high = wilson(1, 2)
    assert table.loc["b", ["low", "high"]].tolist() == [low, high]
