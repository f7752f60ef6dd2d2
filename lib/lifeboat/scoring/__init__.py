"""Batch inference: predictions for the passengers of a day."""

from lifeboat.scoring.daily import batch_data, predictions, score, score_days

__all__ = ["batch_data", "predictions", "score", "score_days"]
