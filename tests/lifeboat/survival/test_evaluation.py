import numpy as np
from sklearn.model_selection import cross_val_score

from lifeboat import survival
from lifeboat.survival.evaluation import folds


def test_random_folds_are_those_of_scikit_learn(X, y):
    ours = survival.evaluate("logistic", X, y, splits=5, repeats=1)["roc_auc"]
    theirs = cross_val_score(survival.build_estimator("logistic"), X, y, scoring="roc_auc", cv=list(_splits(y)))
    np.testing.assert_allclose(ours, theirs)


def _splits(y):
    return ((train, test) for _, _, train, test in folds(y, repeats=1))


def test_no_ticket_is_on_both_sides(table, y):
    for _, _, train, test in folds(y, table["ticket"], repeats=2):
        assert not set(table["ticket"].iloc[train]) & set(table["ticket"].iloc[test])


def test_every_passenger_is_predicted_once_a_repeat(X, y, table):
    predictions = survival.cross_predict("logistic", X, y, table["ticket"], repeats=2)
    assert predictions.groupby("repeat")["row"].apply(lambda rows: sorted(rows) == list(range(len(X)))).all()


def test_the_targets_are_met(X, y, table):
    """The figures of benchmarks/quality.md, with two repeats instead of five and a margin for it."""
    scattered, together = (
        survival.evaluate(survival.DEFAULT_ESTIMATOR, X, y, groups, repeats=2).mean()
        for groups in (None, table["ticket"])
    )
    assert scattered["roc_auc"] > 0.875 and scattered["log_loss"] < 0.415 and scattered["brier"] < 0.130
    assert together["roc_auc"] > 0.860 and together["log_loss"] < 0.430
