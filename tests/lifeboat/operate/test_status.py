from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from lifeboat import features, monitoring
from lifeboat.operate import status
from lifeboat.registry import Champion


def shown(state):
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(status.render(state, Path("runs/all/2026-11-24")))
    return console.export_text()


def results(**changes):
    row = {"passenger_id": 2026112400001, "model_version": 3, "probability": 0.81, "prediction": 1, "survived": 1.0}
    return pd.DataFrame([{**row, "predicted_at": pd.Timestamp("2026-11-24"), **changes}])


def state(latest, model=None):
    return status.Summary(
        {"historical": 1309, "synthetic": 420}, model, latest.iloc[0].to_dict(), monitoring.confusion_matrix(latest)
    )


def test_an_empty_store_is_summarized_with_what_to_run(empty):
    found = status.summarize()
    assert found.passengers == {"historical": 0, "synthetic": 0}
    assert (found.champion, found.latest) == (None, None)
    text = shown(found)
    assert "lifeboat run retrain" in text
    assert "lifeboat run daily" in text


def test_passengers_are_counted_by_source(filled):
    assert status.count_passengers(filled)["historical"] == 1309


def test_the_summary_names_model_prediction_outcome_and_folder():
    model = Champion(None, 3, {"roc_auc": 0.865}, "", pd.Timestamp(0), 1)
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


def test_checksums_do_not_depend_on_the_order_of_rows(filled):
    before = status.checksums()
    titanic = features.titanic_group(filled)
    rows = titanic.read()
    features.write(titanic, rows.sample(frac=1, random_state=0))
    assert status.checksums() == before
