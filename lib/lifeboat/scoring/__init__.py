"""Inference in batches: record batches, Parquet folders, and the passengers of a day."""

from lifeboat.scoring.compile import NotCompiled, compile_pipeline
from lifeboat.scoring.daily import batch_data, predictions, score, score_days
from lifeboat.scoring.files import (
    OnInvalid,
    Shard,
    count_rows,
    model_name,
    order_of,
    score_folder,
    score_shard,
    shards_of,
    summary,
)
from lifeboat.scoring.scorer import Scorer, score_batches
from lifeboat.scoring.sql import to_sql

__all__ = [
    "NotCompiled",
    "OnInvalid",
    "Scorer",
    "Shard",
    "batch_data",
    "compile_pipeline",
    "count_rows",
    "model_name",
    "order_of",
    "predictions",
    "score",
    "score_batches",
    "score_days",
    "score_folder",
    "score_shard",
    "shards_of",
    "summary",
    "to_sql",
]
