"""The rows of `titanic_metrics` say what all predictions say."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, confusion_matrix, log_loss

from lifeboat import arrivals, monitoring, scoring
from lifeboat.days import days_between
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.registry import Champion

DAYS = days_between("2026-11-01", "2026-11-08")
COUNTS = ["passengers", "known", *(f"{right}_{said}" for right in ("true", "false") for said in ("survived", "died"))]
LISTS = ["bin_passengers", "bin_probability", "bin_survived", *(f"aboard_{name}" for name in FEATURES)]


def test_a_row_agrees_with_scikit_learn(world):
    results = world.results(days=5, per_day=80)
    rows = monitoring.daily_rows(results, world.reference).set_index("day")
    for day, part in results.groupby("predicted_at"):
        known, row = part.dropna(subset=[LABEL]), rows.loc[day]
        assert (row["passengers"], row["known"]) == (len(part), len(known))
        if len(known):
            truth = known[LABEL].astype(int)
            assert row["accuracy"] == pytest.approx(accuracy_score(truth, known["prediction"]))
            assert row["log_loss"] == pytest.approx(log_loss(truth, known["probability"]))
            assert row["brier"] == pytest.approx(brier_score_loss(truth, known["probability"]))
            tn, fp, fn, tp = confusion_matrix(truth, known["prediction"]).ravel()
            found = row[["true_died", "false_survived", "false_died", "true_survived"]].tolist()
            assert found == [tn, fp, fn, tp]
            for score in ("accuracy", "log_loss", "brier"):
                assert row[f"{score}_low"] < row[score] < row[f"{score}_high"]
    assert (rows["known"] == 0).sum() == 3


def test_what_is_pending_is_estimated(world):
    results = world.results(days=5, per_day=80)
    waiting = results[results[LABEL].isna()]
    total = monitoring.pool(monitoring.daily_rows(results, world.reference))
    for cell, expected in monitoring.expected_confusion(waiting["probability"]).items():
        assert total[f"pending_{cell}"] == pytest.approx(expected)


def test_days_pooled_are_days_measured_at_once(world):
    results = world.results(days=12, per_day=60)
    total = monitoring.pool(monitoring.daily_rows(results, world.reference))
    whole = monitoring.daily_rows(results.assign(predicted_at=results["predicted_at"].min()), world.reference).iloc[0]
    assert total[COUNTS].tolist() == whole[COUNTS].tolist()
    for name in LISTS:
        np.testing.assert_allclose(total[name], whole[name])
    for name in ("accuracy", "accuracy_low", "accuracy_high", "log_loss", "brier", "estimated_accuracy"):
        assert total[name] == pytest.approx(whole[name])
    for name in ("estimated_low", "estimated_high", "log_loss_low", "log_loss_high", "brier_low", "brier_high"):
        assert total[name] == pytest.approx(whole[name], abs=0.01)


def test_rows_pooled_twice_are_rows_pooled_once(world):
    rows = world.rows(days=6, per_day=60)
    halves = pd.DataFrame([monitoring.pool(rows[:3]), monitoring.pool(rows[3:])])
    assert monitoring.pool(halves)["log_loss"] == pytest.approx(monitoring.pool(rows)["log_loss"])
    assert monitoring.pool(halves)["known"] == rows["known"].sum()


def test_nothing_predicted_gives_no_row_but_its_columns(world):
    rows = world.rows(days=1).head(0)
    nothing = monitoring.daily_rows(world.results(days=1).head(0), world.reference)
    assert list(nothing.columns) == list(rows.columns)
    assert nothing.empty


class Ages:
    """A model that fears for the old."""

    def predict_proba(self, frame):
        p = (1 - frame["age"].fillna(30) / 100).clip(0.05, 0.95)
        return np.column_stack([1 - p, p])


CHAMPION = Champion(Ages(), 1, {}, "", pd.Timestamp(0), 1)


def live(project, days):
    """What the daily pipeline does for a day, or for a range at once."""
    arrivals.board(project, days, 6)
    scoring.score_days(project, CHAMPION, days)
    monitoring.write_metrics(project, days)


def test_rows_are_measured_again_when_outcomes_come(filled):
    for day in DAYS[:5]:
        live(filled, [day])
    stored = monitoring.read_metrics(filled)
    assert stored["known"].tolist() == [6, 6, 0, 0, 0]
    live(filled, [DAYS[5]])
    assert monitoring.read_metrics(filled)["known"].tolist() == [6, 6, 6, 0, 0, 0]


def test_what_was_known_on_a_day_is_computed_again(filled):
    """The rows of each evening, as they were written then, follow from the store of today."""
    live(filled, DAYS)
    late = monitoring.read_metrics(filled)
    assert late["known"].tolist() == [6] * 5 + [0] * 3
    then = monitoring.read_metrics(filled, as_of=DAYS[4])
    assert then["day"].dt.date.tolist() == DAYS[:5]
    assert then["known"].tolist() == [6, 6, 0, 0, 0]
    now = monitoring.read_metrics(filled, as_of=DAYS[-1])
    pd.testing.assert_frame_equal(comparable(now), comparable(late))


def comparable(rows):
    lists = {name: [np.asarray(part).tolist() for part in rows[name]] for name in LISTS}
    return rows.assign(**lists).sort_index(axis=1)


def test_a_day_is_measured_without_reading_the_others(filled, monkeypatch):
    live(filled, DAYS)
    asked = []
    read = monitoring.metrics_table.outcomes
    monkeypatch.setattr(monitoring.metrics_table, "outcomes", lambda *a, **k: asked.append(k) or read(*a, **k))
    live(filled, [DAYS[-1] + timedelta(days=1)])
    assert asked[0]["start"] == DAYS[-3]


def test_the_most_recent_passengers_are_found_by_the_rows(filled):
    live(filled, DAYS)
    rows = monitoring.read_metrics(filled)
    everybody = monitoring.outcomes(filled)
    for n in (1, 4, 6, 9, 1000):
        found = monitoring.most_recent(filled, rows, n)
        pd.testing.assert_frame_equal(found, everybody.head(n), check_dtype=False)
    known = monitoring.most_recent(filled, rows, 7, known=True)
    pd.testing.assert_frame_equal(
        known, everybody.dropna(subset=["survived"])[:7].reset_index(drop=True), check_dtype=False
    )
    assert {*FEATURES} <= {*monitoring.most_recent(filled, rows, 2, with_features=True)}
    assert monitoring.most_recent(filled, rows.head(0)).empty
