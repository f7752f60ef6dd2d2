"""Monitoring: how well the predictions turned out, and whether the passengers are still those of the training data."""

from lifeboat.monitoring.drift import drift
from lifeboat.monitoring.metrics import (
    calibration,
    confusion_matrix,
    intervals_by_day,
    metrics,
    metrics_by_day,
    write_metrics,
)
from lifeboat.monitoring.outcomes import PREDICTION, outcomes

__all__ = [
    "PREDICTION",
    "calibration",
    "confusion_matrix",
    "drift",
    "intervals_by_day",
    "metrics",
    "metrics_by_day",
    "outcomes",
    "write_metrics",
]
