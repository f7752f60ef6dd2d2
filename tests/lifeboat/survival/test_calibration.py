import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from lifeboat.survival import calibration_error, decompose_brier


def test_calibration_error_by_hand():
    survived = np.array([0, 1, 1, 1])
    probability = np.array([0.05, 0.05, 1.0, 0.95])
    assert calibration_error(survived, probability) == pytest.approx((abs(0.1 - 1) + abs(1.95 - 2)) / 4)


def test_the_parts_of_the_brier_score_add_up(default, X, y):
    probability = default.predict_proba(X)[:, 1]
    parts = decompose_brier(y.to_numpy(), probability)
    assert parts["miscalibration"] - parts["discrimination"] + parts["uncertainty"] == pytest.approx(parts["brier"])
    assert parts["brier"] == pytest.approx(brier_score_loss(y, probability))
    assert min(parts.values()) >= 0


def test_a_distortion_costs_calibration_but_not_discrimination(default, X, y):
    probability = default.predict_proba(X)[:, 1]
    honest, bold = (decompose_brier(y.to_numpy(), p) for p in (probability, np.sqrt(probability)))
    assert bold["miscalibration"] > honest["miscalibration"] + 0.005
    assert bold["discrimination"] == pytest.approx(honest["discrimination"])


def test_the_overall_rate_has_no_discrimination(y):
    parts = decompose_brier(y.to_numpy(), np.full(len(y), y.mean()))
    assert parts["discrimination"] == pytest.approx(0)
    assert parts["miscalibration"] == pytest.approx(0)
