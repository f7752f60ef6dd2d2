"""Monitoring: how predictions turned out, what is expected of the pending ones, and what is wrong."""

from lifeboat.monitoring.alarms import KINDS, Alarm, Incident, alarms, incidents
from lifeboat.monitoring.drift import Reference, drift
from lifeboat.monitoring.estimate import certainty, expected_accuracy, expected_confusion
from lifeboat.monitoring.metrics import (
    calibration,
    calibration_of,
    cells,
    confusion_matrix,
    matrix_of,
    metrics,
)
from lifeboat.monitoring.metrics_table import daily_rows, pool, read_metrics, write_metrics
from lifeboat.monitoring.outcomes import PREDICTION, outcomes
from lifeboat.monitoring.recent import most_recent

__all__ = [
    "KINDS",
    "PREDICTION",
    "Alarm",
    "Incident",
    "Reference",
    "alarms",
    "calibration",
    "calibration_of",
    "cells",
    "certainty",
    "confusion_matrix",
    "daily_rows",
    "drift",
    "expected_accuracy",
    "expected_confusion",
    "incidents",
    "matrix_of",
    "metrics",
    "most_recent",
    "outcomes",
    "pool",
    "read_metrics",
    "write_metrics",
]
