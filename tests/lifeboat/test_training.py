import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from lifeboat import registry, survival, training
from lifeboat.errors import LifeboatError
from lifeboat.passengers import FEATURES
from lifeboat.survival.estimators import UnknownEstimator
from lifeboat.survival.traits import PassengerTraits


@pytest.fixture
def data(trained):
    return training.training_data(trained)


def test_the_training_data_are_the_historical_passengers_once(trained, data):
    assert len(data.X) == len(data.y) == len(data.ticket) == 1309
    assert list(data.X.columns) == FEATURES
    assert training.training_data(trained).version == data.version == 1


def test_the_test_set_keeps_companions_together_and_outcomes_in_proportion(data):
    train, test = training.hold_out(data)
    assert not set(data.ticket.iloc[train]) & set(data.ticket.iloc[test])
    assert len(test) == pytest.approx(1309 / 5, abs=5)
    assert data.y.iloc[test].mean() == pytest.approx(data.y.iloc[train].mean(), abs=0.02)


def test_training_twice_gives_the_same_predictions(trained, data):
    first, second = (training.fit_and_test(training.training_data(trained))[0] for _ in range(2))
    np.testing.assert_allclose(first.predict_proba(data.X), second.predict_proba(data.X), rtol=0, atol=1e-12)
    registered = registry.load(trained, 2).pipeline
    np.testing.assert_allclose(first.predict_proba(data.X), registered.predict_proba(data.X), rtol=0, atol=1e-12)


def test_the_order_of_the_rows_does_not_matter(data):
    order = np.random.default_rng(0).permutation(len(data.X))
    fitted = survival.build_estimator().fit(data.X, data.y)
    shuffled = survival.build_estimator().fit(data.X.iloc[order], data.y.iloc[order])
    np.testing.assert_allclose(shuffled.predict_proba(data.X), fitted.predict_proba(data.X), rtol=0, atol=1e-9)


def test_the_same_data_and_code_make_no_second_model(trained):
    before = [model.version for model in registry.registered(trained)]
    assert training.train(trained).version == 2
    assert [model.version for model in registry.registered(trained)] == before


def test_the_metrics_are_those_of_the_test_set(trained, data):
    model = registry.load(trained, 2)
    _, test = training.hold_out(data)
    probability = model.pipeline.predict_proba(data.X.iloc[test])[:, 1]
    assert model.metrics["log_loss"] == pytest.approx(log_loss(data.y.iloc[test], probability))
    assert set(model.metrics) == {"roc_auc", "log_loss", "brier", "accuracy"}


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (training, "PREPARATION_VERSION", 0),
        (training.sklearn, "__version__", "0.1"),
        (survival, "build_estimator", lambda name: LogisticRegression(C=7)),
    ],
)
def test_preparation_settings_and_scikit_learn_make_another_version(monkeypatch, place, name, value):
    before = training.code_version("logistic")
    monkeypatch.setattr(place, name, value)
    assert training.code_version("logistic") != before


def test_other_words_in_the_source_make_no_other_version(monkeypatch):
    before = training.code_version("logistic_companions")
    monkeypatch.setattr("inspect.getsource", lambda module: "other words")
    monkeypatch.setattr(PassengerTraits, "__doc__", "Other words.")
    assert training.code_version("logistic_companions") == before


def test_an_unknown_estimator_is_refused_before_anything_is_read():
    with pytest.raises(UnknownEstimator, match="'oracle'"):
        training.train(None, "oracle")


def test_two_versions_are_compared_on_the_test_set_of_both(trained):
    table = training.compare(trained, 2, 1)
    assert table.loc["log_loss", "high"] < 0 < table.loc["roc_auc", "low"]
    turned = training.compare(trained, 1, 2)
    pd.testing.assert_series_equal(turned["value"], -table["value"])


def test_versions_with_other_data_are_not_compared(trained, monkeypatch):
    load = registry.load
    monkeypatch.setattr(registry, "load", lambda *key: dataclasses.replace(load(*key), training_dataset_version=key[1]))
    with pytest.raises(LifeboatError, match="versions 2 and 1 were trained on training datasets 2 and 1"):
        training.compare(trained, 2, 1)
