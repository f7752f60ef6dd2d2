"""Who survives: estimators over the seven raw features, how good, certain and fair their predictions are, and why."""

from lifeboat.survival.calibration import calibration_error, decompose_brier
from lifeboat.survival.comparison import compare, simplest_within_one_error
from lifeboat.survival.decisions import decision_costs, threshold_for
from lifeboat.survival.estimators import DEFAULT_ESTIMATOR, ESTIMATORS, build_estimator, default_estimator
from lifeboat.survival.evaluation import cross_predict, evaluate, fit, score_folds
from lifeboat.survival.explanation import Explanation, explain
from lifeboat.survival.fairness import shares, slices
from lifeboat.survival.influence import ablation, importance, partial_dependence
from lifeboat.survival.measurement import METRIC_WORDS, losses, measure, measure_difference
from lifeboat.survival.persistence import load, save
from lifeboat.survival.uncertainty import Plausibility, coverage, plausibility

__all__ = [
    "DEFAULT_ESTIMATOR",
    "ESTIMATORS",
    "METRIC_WORDS",
    "Explanation",
    "Plausibility",
    "ablation",
    "build_estimator",
    "calibration_error",
    "compare",
    "coverage",
    "cross_predict",
    "decision_costs",
    "decompose_brier",
    "default_estimator",
    "evaluate",
    "explain",
    "fit",
    "importance",
    "load",
    "losses",
    "measure",
    "measure_difference",
    "partial_dependence",
    "plausibility",
    "save",
    "score_folds",
    "shares",
    "simplest_within_one_error",
    "slices",
    "threshold_for",
]
