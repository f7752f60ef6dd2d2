import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, confusion_matrix, log_loss

from lifeboat import monitoring


def results(n=200, seed=0):
    random = np.random.default_rng(seed)
    probability = random.uniform(0.01, 0.99, n)
    return pd.DataFrame(
        {
            "passenger_id": np.arange(n),
            "model_version": random.integers(1, 3, n),
            "probability": probability,
            "prediction": (probability >= 0.5).astype(int),
            "predicted_at": pd.Timestamp("2026-11-01") + pd.to_timedelta(random.integers(0, 3, n), unit="D"),
            "survived": (random.uniform(size=n) < probability).astype(float),
        }
    )


def test_metrics_agree_with_scikit_learn():
    table = results()
    found = monitoring.metrics(table)
    assert found["log_loss"] == pytest.approx(log_loss(table["survived"], table["probability"]))
    assert found["brier"] == pytest.approx(brier_score_loss(table["survived"], table["probability"]))
    matrix = confusion_matrix(table["survived"], table["prediction"])
    assert monitoring.confusion_matrix(table).to_numpy().tolist() == matrix.tolist()
    assert found["accuracy"] == pytest.approx(np.trace(matrix) / len(table))


def test_cells_have_names():
    table = pd.DataFrame(
        {"survived": [1, 1, 0, 0, 0], "prediction": [1, 0, 1, 0, 0], "probability": [0.9, 0.1, 0.8, 0.2, 0.3]}
    )
    found = monitoring.metrics(table)
    assert [found[name] for name in ("true_survived", "false_died", "false_survived", "true_died")] == [1, 1, 1, 2]


@pytest.mark.parametrize("rows", [0, 1])
def test_the_confusion_matrix_is_always_two_by_two(rows):
    matrix = monitoring.confusion_matrix(results().head(rows))
    assert matrix.shape == (2, 2)
    assert matrix.to_numpy().sum() == rows
    assert list(matrix.index) == list(matrix.columns) == ["died", "survived"]


def test_pending_outcomes_do_not_count():
    table = results(10).assign(survived=[1.0] * 4 + [np.nan] * 6)
    assert monitoring.metrics(table)["passengers"] == 4


def test_nothing_known_gives_no_number():
    found = monitoring.metrics(results(3).assign(survived=np.nan))
    assert found["passengers"] == 0
    assert np.isnan([found["accuracy"], found["log_loss"], found["brier"]]).all()


def test_certainty_that_was_wrong_is_penalised_but_finite():
    table = pd.DataFrame({"survived": [1.0], "prediction": [0], "probability": [0.0]})
    assert 30 < monitoring.metrics(table)["log_loss"] < np.inf


def test_metrics_by_day_add_up():
    table = results()
    daily = monitoring.metrics_by_day(table)
    assert daily["passengers"].sum() == len(table)
    assert len(daily) == 6
    assert daily["day"].is_monotonic_increasing


def test_metrics_by_day_of_nothing_is_an_empty_table_with_its_columns():
    daily = monitoring.metrics_by_day(results().head(0))
    assert daily.empty
    assert {"day", "model_version", "accuracy", "true_died"} <= set(daily.columns)


def test_intervals_hold_their_metrics():
    table = results(600)
    daily = monitoring.metrics_by_day(table).merge(monitoring.intervals_by_day(table), on=["day", "model_version"])
    for score in ("accuracy", "log_loss", "brier"):
        assert daily[score].between(daily[f"{score}_low"], daily[f"{score}_high"]).all()


def test_a_day_with_one_outcome_has_no_interval_of_its_log_loss():
    daily = monitoring.intervals_by_day(results(1))
    assert daily["log_loss_low"].isna().all()
    assert (daily["accuracy_high"] - daily["accuracy_low"]).item() > 0.7


def test_intervals_of_nothing_are_an_empty_table_with_its_columns():
    daily = monitoring.intervals_by_day(results().head(0))
    assert daily.empty
    assert {"accuracy_low", "brier_high"} <= set(daily.columns)


def test_a_day_whose_outcomes_are_pending_counts_nobody():
    daily = monitoring.metrics_by_day(results(1).assign(survived=np.nan))
    assert daily["passengers"].tolist() == [0]
    assert daily["accuracy"].isna().all()


def test_honest_probabilities_are_calibrated():
    table = monitoring.calibration(results(5000))
    assert len(table) == 10
    assert table["passengers"].sum() == 5000
    assert (table["predicted"].between(table["low"], table["high"])).mean() >= 0.8


def test_calibration_of_nothing_is_an_empty_table():
    assert monitoring.calibration(results(3).assign(survived=np.nan)).empty
