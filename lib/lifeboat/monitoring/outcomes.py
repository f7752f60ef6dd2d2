"""Outcomes: every stored prediction beside what is known of the passenger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import features
from lifeboat.passengers import FEATURES, LABEL

if TYPE_CHECKING:
    from hopsworks.project import Project

PREDICTION = ["passenger_id", "model_version", "probability", "prediction", "predicted_at"]


def outcomes(project: Project, with_features: bool = False) -> pd.DataFrame:
    """Read every stored prediction with the passenger's outcome; the feature store joins the two.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    with_features : bool
        Whether to read the seven features of each passenger too.

    Returns
    -------
    DataFrame
        One row per prediction, newest first: ``passenger_id``, ``model_version``, ``probability``, ``prediction``,
        ``predicted_at`` and ``survived`` (NaN while the outcome is pending). Empty before the first prediction.
    """
    predictions = features.predictions_group(project)
    wanted = [*(FEATURES if with_features else []), LABEL]
    if predictions.id is None:
        return pd.DataFrame(columns=[*PREDICTION, *wanted])
    titanic = features.titanic_group(project).select(wanted)
    joined = predictions.select(PREDICTION).join(titanic, on=["passenger_id"], join_type="left").read()
    return joined.sort_values(["predicted_at", "passenger_id", "model_version"], ascending=False, ignore_index=True)
