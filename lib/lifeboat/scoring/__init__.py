"""Inference in batches: record batches, Parquet folders, and the passengers of a day."""

from lifeboat.scoring.compile import NotCompiled, compile_pipeline
from lifeboat.scoring.daily import batch_data, predictions, score, score_days
from lifeboat.scoring.files import ScoringFailed, count_rows, score_folder
from lifeboat.scoring.scorer import Scorer, score_batches
from lifeboat.scoring.sql import to_sql

__all__ = [
    "NotCompiled",
    "Scorer",
    "ScoringFailed",
    "batch_data",
    "compile_pipeline",
    "count_rows",
    "predictions",
    "score",
    "score_batches",
    "score_days",
    "score_folder",
    "to_sql",
]
