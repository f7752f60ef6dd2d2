import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from lifeboat import features, gate, promotion, registry, survival, training, training_dataset
from lifeboat.errors import LifeboatError
from lifeboat.model_card import SPLIT_USES, ModelCard
from lifeboat.passengers import FEATURES
from lifeboat.survival.estimators import UnknownEstimator
from lifeboat.survival.traits import PassengerTraits


@pytest.fixture
def data(trained):
    return training_dataset.training_data(trained)


@pytest.fixture
def ready(empty):
    """A store of its own with the historical passengers, and no model."""
    features.write_new(features.feature_group(empty), features.historical_passengers())
    return empty


def test_the_training_data_are_the_historical_passengers_once(trained, data):
    assert len(data.X) == len(data.y) == len(data.together) == 1309
    assert list(data.X.columns) == FEATURES
    assert training_dataset.training_data(trained).version == data.version == 1


def test_the_test_set_keeps_companions_together_and_outcomes_in_proportion(data):
    train, test = training_dataset.hold_out(data)
    assert not set(data.together.iloc[train]) & set(data.together.iloc[test])
    assert len(test) == pytest.approx(1309 / 5, abs=5)
    assert data.y.iloc[test].mean() == pytest.approx(data.y.iloc[train].mean(), abs=0.02)


def test_training_twice_gives_the_same_predictions(trained, data):
    first, second = (training.fit_and_test(training_dataset.training_data(trained))[0] for _ in range(2))
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
    _, test = training_dataset.hold_out(data)
    probability = model.pipeline.predict_proba(data.X.iloc[test])[:, 1]
    assert model.metrics["log_loss"] == pytest.approx(log_loss(data.y.iloc[test], probability))
    assert set(model.metrics) == {"roc_auc", "log_loss", "brier", "accuracy"}


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (training, "PREPARATION_VERSION", 0),
        (training.sklearn, "__version__", "0.1"),
        (survival, "build_estimator", lambda name, dataset: LogisticRegression(C=7)),
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


def test_versions_with_another_split_are_not_compared(trained, monkeypatch):
    load = registry.load

    def other_split(project, version, dataset):
        model = load(project, version, dataset)
        return dataclasses.replace(model, card=dataclasses.replace(model.card, split=version - 1))

    monkeypatch.setattr(registry, "load", other_split)
    with pytest.raises(LifeboatError, match=r"datasets 1 and 1 \(splits 2 and 1\): they have no test set in common"):
        training.compare(trained, 2, 1)


def test_versions_with_other_data_are_not_compared(trained, monkeypatch):
    load = registry.load
    monkeypatch.setattr(registry, "load", lambda *key: dataclasses.replace(load(*key), training_dataset_version=key[1]))
    with pytest.raises(LifeboatError, match="versions 2 and 1 were trained on training datasets 2 and 1"):
        training.compare(trained, 2, 1)


def test_the_first_model_is_compared_with_the_baselines_and_the_next_with_the_champion(trained):
    first, second = (registry.load(trained, version).card.verdict for version in (1, 2))
    assert (first.passed, first.champion, first.against, first.difference) == (True, None, "the lab's regression", 0)
    assert (second.passed, second.champion, second.against) == (True, 1, "version 1")
    assert second.difference == pytest.approx(-0.0588, abs=0.0005)
    assert second.high == pytest.approx(-0.0130, abs=0.0005)


def test_the_default_passes_as_a_first_model(trained, data, monkeypatch):
    model = registry.load(trained, 2)
    monkeypatch.setattr(registry, "_leader", raise_no_model)
    verdict = training.judge(trained, model.pipeline, model.card, dataclasses.replace(data, tested=0))
    assert verdict.passed and verdict.against == "the lab's regression"
    assert verdict.calibration_error == pytest.approx(0.0158, abs=0.0005)


def raise_no_model(*_):
    raise registry.NoModel


def test_a_challenger_that_lost_is_registered_and_does_not_predict(trained):
    model = training.train(trained, "random_forest")
    try:
        assert not model.card.verdict.passed
        assert "may be 0.0" in model.card.verdict.faults[0]
        assert registry.champion(trained).version == 2
        assert training.train(trained, "random_forest").version == model.version
    finally:
        registry.registered(trained)[-1].delete()


def test_a_model_that_waits_for_approval_predicts_once_a_person_promotes_it(ready):
    model = training.train(ready, "logistic", approve=True)
    assert model.card.verdict.passed
    assert registry.champion_version(ready) is None
    assert "waits for approval: `lifeboat models promote 1`" in registry.standing(ready, model)
    assert training.train(ready).version == registry.champion_version(ready) == 2
    training.train(ready, "logistic")
    assert registry.champion_version(ready) == 2, "version 1 was never compared with version 2"
    registry.promote(ready, 1)
    training.train(ready)
    assert registry.champion_version(ready) == 1, "a choice by hand holds"


def test_no_later_run_promotes_a_first_model_that_waits_for_approval_and_all_say_what_to_do(ready):
    training.train(ready, approve=True)
    training.train(ready)  # the next scheduled training
    with pytest.raises(registry.NoModel, match=r"no model predicts yet.*lifeboat models promote V`; registered: 1"):
        training.ensure_champion(ready)  # the daily run
    assert registry.champion_version(ready) is None
    registry.promote(ready, 1)
    assert training.ensure_champion(ready).version == 1


def test_what_was_cut_short_between_registering_and_promoting_is_made_good(ready, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(promotion, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        training.train(ready, "logistic")
    monkeypatch.undo()
    assert (len(registry.registered(ready)), registry.champion_version(ready)) == (1, None)
    assert training.train(ready, "logistic").version == registry.champion_version(ready) == 1
    assert [entry.why for entry in promotion.history(ready)] == ["passed the gate"]


def test_a_verdict_that_cannot_be_written_promotes_nothing(ready, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ModelCard, "save", full)
    with pytest.raises(OSError, match="No space left"):
        training.train(ready, "logistic")
    assert registry.registered(ready) == []
    assert promotion.history(ready) == []


def test_a_model_from_before_the_gate_is_trained_again(trained, monkeypatch):
    model = registry.load(trained, 2)
    old = dataclasses.replace(model, card=dataclasses.replace(model.card, verdict=None))
    monkeypatch.setattr(registry, "find", lambda project, mark, dataset: old)
    try:
        assert training.train(trained).version == 3
    finally:
        registry.registered(trained)[-1].delete()


def test_the_uses_of_a_split_are_counted_and_it_is_renewed(trained, data):
    assert (data.tested, data.split) == (2, 0)
    assert [registry.load(trained, version).card.uses for version in (1, 2)] == [1, 2]
    worn = dataclasses.replace(data, tested=SPLIT_USES + 2)
    assert worn.split == 1
    _, test = training_dataset.hold_out(worn)
    assert set(test) != set(training_dataset.hold_out(data)[1])
    assert list(test) == list(training_dataset.hold_out(data, split=1)[1])
    _, card = training.fit_and_test(worn, "logistic")
    assert (card.split, card.uses) == (1, 3)


def test_a_champion_that_has_seen_the_new_test_set_is_fitted_again_for_the_comparison(trained, data):
    worn = dataclasses.replace(data, tested=SPLIT_USES)
    pipeline, card = training.fit_and_test(worn, "logistic")
    verdict = training.judge(trained, pipeline, card, worn)
    train, test = training_dataset.hold_out(worn)
    copy = survival.fit(registry.champion(trained).pipeline, data.X.iloc[train], data.y.iloc[train])
    rival = gate.Rival("version 2", copy.predict_proba(data.X.iloc[test])[:, 1])
    held_out = gate.HeldOut(data.X.iloc[test], data.y.iloc[test], data.together.iloc[test])
    expected = gate.judge(pipeline, [rival], held_out, calibration_error=card.calibration_error, champion=2)
    assert dataclasses.replace(verdict, latency_ms=0) == dataclasses.replace(expected, latency_ms=0)


def test_the_card_says_which_accuracy_to_expect(trained, data):
    train, _ = training_dataset.hold_out(data)
    X, y, ticket = data.X.iloc[train], data.y.iloc[train], data.together.iloc[train]
    probability = survival.cross_predict(survival.DEFAULT_ESTIMATOR, X, y, ticket, repeats=1)["probability"]
    expected = np.maximum(probability, 1 - probability).mean()
    assert registry.load(trained, 2).card.expected_accuracy == pytest.approx(expected)
    assert expected == pytest.approx(0.8156, abs=0.0005)
