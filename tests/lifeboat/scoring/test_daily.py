import numpy as np
import pandas as pd
import pytest
from scoring_helpers import fitted, synthetic

from lifeboat import arrivals, dataset, features, monitoring, passengers, scoring, survival
from lifeboat.days import days_between
from lifeboat.registry import Champion

DAYS = days_between("2026-10-01", "2026-10-02")


class Witness:
    """A model that remembers what it was shown, and gives everybody the same probability."""

    def __init__(self, probability=0.75):
        self.probability, self.seen = probability, []

    def predict_proba(self, frame):
        self.seen.append(frame)
        return np.tile([1 - self.probability, self.probability], (len(frame), 1))


def champion(pipeline, version=1):
    return Champion(
        pipeline=pipeline,
        version=version,
        metrics={},
        description="",
        created=pd.Timestamp(0),
        training_dataset_version=1,
    )


@pytest.fixture(scope="module")
def pipeline():
    data = passengers.load()
    return survival.build_estimator("logistic").fit(data[passengers.FEATURES], data["survived"])


def test_scores_are_the_models_probabilities(pipeline):
    data = passengers.load().sample(20, random_state=0)
    scored = scoring.score(pipeline, data)
    assert scored.index.equals(data.index)
    np.testing.assert_allclose(scored["probability"], pipeline.predict_proba(data[passengers.FEATURES])[:, 1])
    assert (scored["prediction"] == (scored["probability"] >= 0.5)).all()


def test_nobody_is_scored_without_fuss(pipeline):
    scored = scoring.score(pipeline, passengers.load().head(0))
    assert (len(scored), list(scored.columns)) == (0, ["probability", "prediction"])


def test_a_bad_passenger_is_refused(pipeline):
    with pytest.raises(dataset.InvalidRows, match="row 1: pclass is 7"):
        scoring.score(pipeline, passengers.load().head(3).assign(pclass=[1, 7, 1]))


def test_the_model_never_sees_the_outcome(filled):
    """Promise 3: what reaches the model holds the seven features and nothing else."""
    arrivals.board(filled, DAYS, 6, outcome_after_days=0)
    witness = Witness()
    scoring.score_days(filled, champion(witness, version=101), DAYS)
    assert [list(frame.columns) for frame in witness.seen] == [passengers.FEATURES]


def test_a_stored_prediction_stays_when_the_outcome_changes(filled):
    """Promise 3: a passenger whose outcome changes afterwards keeps the prediction."""
    arrivals.board(filled, DAYS, 6, outcome_after_days=0)
    scoring.score_days(filled, champion(Witness(0.75), version=102), DAYS)
    titanic = features.feature_group(filled)
    known = titanic.filter(titanic.passenger_id == 2026100100000).read()
    features.write(titanic, known.assign(survived=1 - known["survived"]))
    assert scoring.score_days(filled, champion(Witness(0.25), version=102), DAYS) == 0
    history = monitoring.outcomes(filled)
    row = history[(history["passenger_id"] == 2026100100000) & (history["model_version"] == 102)].iloc[0]
    assert row["probability"] == 0.75
    assert row["survived"] == 1 - known["survived"].iloc[0]


def test_each_version_scores_each_passenger_once(filled):
    arrivals.board(filled, DAYS, 6, outcome_after_days=0)
    first = scoring.score_days(filled, champion(Witness(), version=103), DAYS)
    again = scoring.score_days(filled, champion(Witness(), version=103), DAYS)
    other = scoring.score_days(filled, champion(Witness(), version=104), DAYS)
    assert (first, again, other) == (12, 0, 12)


def test_a_backfill_equals_the_runs_it_replaces(filled):
    arrivals.board(filled, DAYS, 6, outcome_after_days=0)
    model = champion(Witness(), version=105)
    whole = scoring.predictions(model, scoring.batch_data(filled, DAYS))
    daily = pd.concat(scoring.predictions(model, scoring.batch_data(filled, [day])) for day in DAYS)
    order = ["passenger_id"]
    pd.testing.assert_frame_equal(
        whole.sort_values(order, ignore_index=True), daily.sort_values(order, ignore_index=True)
    )
    assert set(whole["predicted_at"].dt.date) == set(DAYS)


def test_days_without_passengers_give_no_predictions(filled):
    quiet = days_between("2026-01-01", "2026-01-02")
    assert scoring.score_days(filled, champion(Witness(), version=106), quiet) == 0


def test_a_pending_outcome_is_joined_as_missing(filled):
    arrivals.board(filled, DAYS, 6, outcome_after_days=0)
    titanic = features.feature_group(filled)
    one = titanic.filter(titanic.passenger_id == 2026100200000).read()
    features.write(titanic, one.assign(survived=pd.array([None], dtype="Int64")))
    scoring.score_days(filled, champion(Witness(), version=107), DAYS)
    history = monitoring.outcomes(filled)
    pending = history[(history["model_version"] == 107) & history["survived"].isna()]
    assert pending["passenger_id"].tolist() == [2026100200000]


def test_daily_metrics_are_stored_once_a_day_and_version(filled):
    arrivals.board(filled, DAYS, 6, outcome_after_days=0)
    scoring.score_days(filled, champion(Witness(), version=108), DAYS)
    for _ in range(2):
        monitoring.write_metrics(filled, DAYS)
    stored = features.metrics_group(filled).read()
    mine = stored[stored["model_version"] == 108]
    assert sorted(mine["day"].dt.date) == DAYS
    assert (mine["true_survived"] + mine["false_survived"] == mine["passengers"]).all()


def test_a_large_table_is_scored_by_the_compiled_model_and_says_the_same():
    rows = synthetic(scoring.daily.WORTH_COMPILING)
    scored = scoring.score(fitted(), rows.set_axis(rows.index + 7))
    assert scored.index[0] == 7
    assert (scored["probability"] - fitted().predict_proba(rows)[:, 1]).abs().max() < 1e-9
    assert scored.dtypes.astype(str).to_dict() == {"probability": "float64", "prediction": "int64"}
