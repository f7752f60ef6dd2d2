"""A description of other data is checked, and is all that the six parts of the system need."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lifeboat import arrivals, features, monitoring, promotion, registry, scoring, survival, training
from lifeboat.dataset import Dataset, InvalidDataset, InvalidRows
from lifeboat.days import days_between
from lifeboat.errors import LifeboatError
from lifeboat.fields import Field
from lifeboat.passengers import TITANIC
from lifeboat.registry import Champion
from lifeboat.synthetic import CopulaGenerator

LEAVES = Dataset(
    name="leaves",
    task="is_oak",
    fields=[
        Field("width", "Width", "width of the leaf", low=0, high=50, unit="mm"),
        Field("lobes", "Lobes", "how many lobes", low=0, high=20, whole=True),
        Field("edge", "Edge", "shape of the edge", words={"s": "smooth", "w": "wavy"}, optional=True),
    ],
    outcome=Field("oak", "Oak", "whether it is an oak", words={0: "beech", 1: "oak_tree"}),
    key="leaf_id",
    event_time="found_at",
    together="tree",
    rows="leaves",
)
DAYS = days_between("2026-10-01", "2026-10-03")


def leaves(n=300, seed=0):
    """Leaves with all that is known of them; wide ones with many lobes are mostly of oaks."""
    random = np.random.default_rng(seed)
    oak = random.random(n) < 0.4
    return pd.DataFrame(
        {
            "leaf_id": range(1, n + 1),
            "width": random.normal(20 + 6 * oak, 4).clip(1, 49),
            "lobes": random.poisson(2 + 4 * oak).clip(0, 20),
            "edge": np.where(random.random(n) < 0.1, None, np.where(random.random(n) < 0.3 + 0.4 * oak, "w", "s")),
            "oak": oak.astype(int),
            "tree": random.integers(0, n // 3, n),
            "found_at": "2026-09-01",
        }
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "My leaves"}, "the name is 'My leaves'; allowed: small letters"),
        ({"fields": []}, "there is no field"),
        ({"fields": [Field("width", "", "", low=0)]}, "width ranges from 0 to None"),
        ({"fields": [Field("width", "", "", low=5, high=5)]}, "width ranges from 5 to 5"),
        ({"fields": [Field("edge", "", "", words={"s": "smooth", 1: "one"})]}, "give texts only, or numbers only"),
        ({"fields": [Field("w", "", "", low=0, high=1)] * 2}, "w names two columns"),
        ({"fields": [Field("source", "", "", low=0, high=1)]}, "source names two columns"),
        ({"key": "width"}, "width names two columns"),
        ({"rows": "oak leaves"}, "the name is 'oak leaves'"),
        ({"outcome": Field("oak", "", "", words={0: "no", 1: "an oak"})}, "allowed: two words"),
        ({"outcome": Field("oak", "", "", words={"no": "no", "yes": "yes"})}, "one for 0 and one for 1"),
        ({"outcome": Field("oak", "", "", low=0, high=1)}, "allowed: two words"),
    ],
)
def test_a_description_that_contradicts_itself_is_refused(change, message):
    with pytest.raises(InvalidDataset, match=message):
        replace(LEAVES, **change)


def test_a_description_checks_rows_by_its_own_fields():
    table = leaves(3).assign(width=[10, 80, 20], edge=["s", "round", None])
    with pytest.raises(InvalidRows, match="row 1: width is 80; allowed: a number from 0 to 50 mm") as caught:
        LEAVES.validate(table)
    assert caught.value.problems["field"].tolist() == ["width", "edge"]
    with pytest.raises(LifeboatError, match=r"missing column: oak; .* A table of leaves has the columns width, lobes"):
        LEAVES.validate(table.drop(columns="oak"), label=True)


def test_an_outcome_may_be_missing_while_it_is_not_known():
    assert LEAVES.validate(leaves(3).assign(oak=[1, None, 0]), label=True)["oak"].isna().tolist() == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"found_at": "1969-07-20"}, "found_at begins at 1969-07-20 00:00:00; allowed: days after 1970-01-02"),
        ({"lobes": 2.5}, "lobes is 2.5; allowed: a whole number"),
    ],
)
def test_historical_rows_are_checked(change, message):
    with pytest.raises(LifeboatError, match=message):
        features.historical_rows(leaves(3).assign(**change), LEAVES)


def test_historical_rows_need_key_and_time():
    with pytest.raises(LifeboatError, match="missing column: leaf_id, tree; found"):
        features.historical_rows(leaves(3).drop(columns=["leaf_id", "tree"]), LEAVES)


def test_estimators_over_traits_are_refused_for_other_features():
    with pytest.raises(LifeboatError, match="not those of 'leaves'; allowed: logistic, gradient_boosting"):
        survival.build_estimator("logistic_companions", LEAVES)


@pytest.mark.parametrize("name", ["logistic", "gradient_boosting", "random_forest"])
def test_the_other_estimators_take_any_features_and_survive_their_file(name, tmp_path):
    table = leaves()
    fitted = survival.fit(survival.build_estimator(name, LEAVES), table, table["oak"])
    again = survival.load(survival.save(fitted, tmp_path / "leaves.skops"))
    np.testing.assert_array_equal(again.predict_proba(table), fitted.predict_proba(table))
    assert fitted.predict_proba({"width": 30, "lobes": 7, "edge": "w"})[0, 1] > 0.7


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A store with leaves, a model of them, and three days that were scored."""
    import hopsworks_local
    import lifeboat

    running = hopsworks_local.start(tmp_path_factory.mktemp("leaves"), project="titanic")
    with running as started, pytest.MonkeyPatch.context() as patch:
        patch.setattr("hsml.engine.model_engine.time.sleep", lambda seconds: None)
        for name, value in started.environment.items():
            patch.setenv(name, value)
        project = lifeboat.login()
        features.write_new(features.feature_group(project, LEAVES), features.historical_rows(leaves(), LEAVES))
        champion = training.ensure_champion(project, LEAVES)
        generator = CopulaGenerator(LEAVES).fit(features.read_historical(project, LEAVES))
        arrivals.board(project, DAYS, 20, outcome_after_days=2, generator=generator)
        scoring.score_days(project, champion, DAYS)
        monitoring.write_metrics(project, DAYS, LEAVES)
        yield started


def test_training_keeps_together_what_belongs_together(project):
    data = training.training_data(project, LEAVES)
    train, test = training.hold_out(data)
    assert list(data.X) == ["width", "lobes", "edge"]
    assert not set(data.together.iloc[train]) & set(data.together.iloc[test])


def test_the_model_is_registered_under_its_own_name_with_its_own_words(project):
    champion = registry.champion(project, LEAVES)
    assert champion.dataset is LEAVES
    assert champion.description.startswith("logistic, trained on")
    assert "leaves" in champion.description
    assert [entry.version for entry in promotion.history(project, LEAVES)] == [1]
    page = champion.card.to_markdown()
    assert "# is_oak" in page and "Titanic" not in page and "passenger" not in page and "surviv" not in page
    assert {"leaves", "oak"} <= set(champion.card.slices)
    assert registry.registered(project, TITANIC) == []


def test_a_second_run_changes_nothing(project):
    champion = training.train(project, dataset=LEAVES)
    assert champion.version == 1
    assert scoring.score_days(project, champion, DAYS) == 0


def test_predictions_meet_their_outcomes(project):
    results = monitoring.outcomes(project, True, dataset=LEAVES)
    assert len(results) == 60
    assert results["oak"].notna().sum() == 20  # of the first day
    matrix = monitoring.confusion_matrix(results, LEAVES)
    assert matrix.to_numpy().sum() == 20 and list(matrix) == ["beech", "oak_tree"]


def test_stored_metrics_speak_of_leaves(project):
    rows = monitoring.read_metrics(project, dataset=LEAVES)
    assert rows[["leaves", "known"]].to_numpy().tolist() == [[20, 20], [20, 0], [20, 0]]
    assert rows.filter(regex="pending_").iloc[1].sum() == pytest.approx(20)
    assert {"true_oak_tree", "false_beech", "bin_leaves", "bin_oak_tree", "drift_edge"} <= set(rows)
    again = monitoring.read_metrics(project, DAYS[-1], LEAVES)
    pd.testing.assert_frame_equal(again[rows.columns], rows, check_dtype=False)


def test_alarms_know_the_features(project):
    reference = monitoring.Reference.of(features.read_historical(project, LEAVES), LEAVES)
    results = monitoring.outcomes(project, True, dataset=LEAVES).assign(width=45.0, edge=None)
    found = monitoring.alarms(monitoring.daily_rows(results, reference), DAYS[-1], reference)
    assert [alarm.kind for alarm in found][:2] == ["data", "drift"]
    assert "edge is unknown for 100% of the leaves" in found[0].message
    assert "width" in found[1].message


def test_a_scenario_for_passengers_is_refused(project):
    generator = CopulaGenerator(LEAVES).fit(leaves())
    with pytest.raises(LifeboatError, match="scenario is 'older'; allowed for leaves: none"):
        arrivals.of_days(generator, DAYS, 5, scenario="older")


def test_nothing_to_read_is_said_in_its_own_words(project):
    with pytest.raises(features.NoRows, match="no historical ferns in 'ferns': write them first"):
        features.read_historical(project, replace(LEAVES, name="ferns", rows="ferns"))


def test_remedies_are_calls_since_the_command_line_knows_the_titanic_alone(project, monkeypatch):
    ferns = replace(LEAVES, name="ferns", task="is_fern")
    with pytest.raises(registry.NoModel, match=r"no model is registered yet: call `training\.train`"):
        registry.champion(project, ferns)
    (model,) = registry.registered(project, LEAVES)
    verdict = registry.load(project, 1, LEAVES).verdict
    waits = promotion.standing(model, [], verdict)
    assert waits.startswith("waits for approval: `registry.promote(project, 1, dataset=...)`")
    monkeypatch.setattr(promotion, "history", lambda project, dataset: [])
    monkeypatch.setattr(registry.stored_model, "load", lambda model, dataset: Champion(None, 1, {}, "", None, 1))
    with pytest.raises(registry.NotPassed, match=r"`registry\.promote\(project, 1, force=True, dataset=\.\.\.\)`"):
        registry.promote(project, 1, dataset=LEAVES)
