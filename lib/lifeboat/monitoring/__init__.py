"""Monitoring: how predictions turned out, what is expected of the pending ones, and what is wrong."""

from lifeboat.monitoring.alarms import KINDS, Alarm, Incident, alarms, incidents
from lifeboat.monitoring.daily import daily_rows, pool, read_metrics, write_metrics
from lifeboat.monitoring.drift import Reference, drift
from lifeboat.monitoring.estimate import certainty, expected_accuracy, expected_confusion
from lifeboat.monitoring.metrics import (
    DIED,
    SURVIVED,
    calibration,
    calibration_of,
    confusion_matrix,
    matrix_of,
    metrics,
)
from lifeboat.monitoring.outcomes import PREDICTION, outcomes

__all__ = [
    "DIED",
    "KINDS",
    "PREDICTION",
    "SURVIVED",
    "Alarm",
    "Incident",
    "Reference",
    "alarms",
    "calibration",
    "calibration_of",
    "certainty",
    "confusion_matrix",
    "daily_rows",
    "drift",
    "expected_accuracy",
    "expected_confusion",
    "incidents",
    "matrix_of",
    "metrics",
    "outcomes",
    "pool",
    "read_metrics",
    "write_metrics",
]
