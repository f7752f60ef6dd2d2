from itertools import product

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedGroupKFold, cross_val_score

from lifeboat import survival
from lifeboat.survival.evaluation import folds


def test_random_folds_are_those_of_scikit_learn(X, y):
    ours = survival.evaluate("logistic", X, y, repeats=2)["roc_auc"]
    splitter = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0)
    theirs = cross_val_score(survival.build_estimator("logistic"), X, y, scoring="roc_auc", cv=splitter)
    np.testing.assert_allclose(ours, theirs)
    assert ours.index.tolist() == list(product(range(2), range(5)))


def test_folds_along_tickets_are_those_of_scikit_learn(X, y, table):
    ours = survival.evaluate("logistic", X, y, table["ticket"], repeats=2)["roc_auc"]
    splitters = [StratifiedGroupKFold(5, shuffle=True, random_state=seed) for seed in range(2)]
    pipeline = survival.build_estimator("logistic")
    options = {"scoring": "roc_auc", "groups": table["ticket"]}
    theirs = [cross_val_score(pipeline, X, y, cv=splitter, **options) for splitter in splitters]
    np.testing.assert_allclose(ours, np.concatenate(theirs))


def test_no_ticket_is_on_both_sides(table, y):
    for _, _, train, test in folds(y, table["ticket"], repeats=2):
        assert not set(table["ticket"].iloc[train]) & set(table["ticket"].iloc[test])


def test_every_passenger_is_predicted_once_per_repeat(X, y, table):
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
