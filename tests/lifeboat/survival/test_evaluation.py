import numpy as np
import pytest
from lifeboat import survival
from lifeboat.survival.calibration import calibration_error
from lifeboat.survival.evaluation import folds
from sklearn.model_selection import cross_val_score


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


def test_calibration_error_by_hand():
    survived = np.array([0, 1, 1, 1])
    probability = np.array([0.05, 0.05, 1.0, 0.95])
    assert calibration_error(survived, probability) == pytest.approx((abs(0.1 - 1) + abs(1.95 - 2)) / 4)
