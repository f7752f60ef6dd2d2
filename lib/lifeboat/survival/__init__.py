"""Who survives: estimators over the seven raw features, their evaluation, explanation and storage."""

from lifeboat.survival.estimators import DEFAULT_ESTIMATOR, ESTIMATORS, build_estimator
from lifeboat.survival.evaluation import cross_predict, evaluate
from lifeboat.survival.explanation import Explanation, explain
from lifeboat.survival.persistence import load, save

__all__ = [
    "DEFAULT_ESTIMATOR",
    "ESTIMATORS",
    "Explanation",
    "build_estimator",
    "cross_predict",
    "evaluate",
    "explain",
    "load",
    "save",
]
