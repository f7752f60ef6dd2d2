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


def test_honest_probabilities_are_calibrated():
    table = monitoring.calibration(results(5000))
    assert len(table) == 10
    assert table["passengers"].sum() == 5000
    assert (table["predicted"].between(table["low"], table["high"])).mean() >= 0.8


def test_calibration_of_nothing_is_an_empty_table():
    assert monitoring.calibration(results(3).assign(survived=np.nan)).empty
