from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from lifeboat import arrivals, features, monitoring, scoring
from lifeboat.days import days_between
from lifeboat.operate import status
from lifeboat.registry import Champion


class Coin:
    """A model that does not know."""

    def predict_proba(self, frame):
        return np.full((len(frame), 2), 0.5)


def shown(state):
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(status.render(state, Path("runs/all/2026-11-24")))
    return console.export_text()


def results(**changes):
    row = {"passenger_id": 2026112400001, "model_version": 3, "probability": 0.81, "prediction": 1, "survived": 1.0}
    return pd.DataFrame([{**row, "predicted_at": pd.Timestamp("2026-11-24"), **changes}])


def state(latest, model=None):
    known = latest.dropna(subset=["survived"])
    return status.Summary(
        passengers={"historical": 1309, "synthetic": 420},
        champion=model,
        latest=latest.iloc[0].to_dict(),
        latest_known=known.iloc[0].to_dict() if len(known) else None,
        confusion=monitoring.confusion_matrix(latest),
        pending=len(latest) - len(known),
    )


def test_an_empty_store_is_summarized_with_what_to_run(empty):
    found = status.summarize()
    assert found.passengers == {"historical": 0, "synthetic": 0}
    assert (found.champion, found.latest, found.latest_known, found.pending) == (None, None, None, 0)
    assert found.confusion.to_numpy().sum() == 0
    text = shown(found)
    assert "lifeboat run retrain" in text
    assert "lifeboat run daily" in text


def test_passengers_are_counted_by_source(filled):
    assert status.count_passengers(filled)["historical"] == 1309


def test_the_summary_names_model_prediction_outcome_and_folder():
    model = pd.Series({"roc_auc": 0.865, "log_loss": 0.4, "brier": 0.13, "accuracy": 0.8}, name=3)
    text = shown(state(results(), model))
    for part in (
        "1,309 historical, 420 synthetic",
        "version 3",
        "roc_auc 0.865",
        "predicted survived",
        "outcome survived",
    ):
        assert part in text
    assert "runs/all/2026-11-24" in text
    assert "make spaces" in text


@pytest.mark.parametrize(("survived", "word"), [(0.0, "outcome died"), (float("nan"), "outcome pending")])
def test_the_outcome_may_differ_or_be_pending(survived, word):
    assert word in shown(state(results(survived=survived)))


def test_the_newest_prediction_stands_beside_the_newest_outcome_and_pending_ones_are_counted():
    newest = results(passenger_id=2026112700001, survived=float("nan"), predicted_at=pd.Timestamp("2026-11-27"))
    text = shown(state(pd.concat([newest, results()], ignore_index=True)))
    assert text.index("passenger 2026112700001") < text.index("outcome pending") < text.index("passenger 2026112400001")
    assert "1 outcomes known, 1 pending" in text


def test_checksums_do_not_depend_on_the_order_of_rows(filled):
    before = status.checksums()
    titanic = features.feature_group(filled)
    rows = titanic.read()
    features.write(titanic, rows.sample(frac=1, random_state=0))
    assert status.checksums() == before


def test_what_is_stored_is_summarized(filled):
    days = days_between("2026-11-01", "2026-11-05")
    arrivals.board(filled, days, 6)
    coin = Champion(Coin(), 1, {}, "", pd.Timestamp(0), 1)
    scoring.score_days(filled, coin, days)
    monitoring.write_metrics(filled, days)
    found = status.summarize()
    assert found.latest["passenger_id"] == 2026110500005
    assert pd.isna(found.latest["survived"])
    assert found.latest_known["passenger_id"] == 2026110200005
    assert (found.confusion.to_numpy().sum(), found.pending) == (12, 18)
    pd.testing.assert_frame_equal(found.confusion, monitoring.confusion_matrix(monitoring.outcomes(filled)))
