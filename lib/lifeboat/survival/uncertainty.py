"""How sure one prediction is: the outcomes that cannot be ruled out, by conformal prediction."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.passengers import TITANIC
from lifeboat.survival.evaluation import cross_predict, fit, folds


@dataclass(frozen=True)
class Plausibility:
    """Two cut-offs: an outcome less probable than its cut-off is ruled out.

    Parameters
    ----------
    died, survived : float
        The least probability at which each outcome (0, 1) is still possible, at most 0.5.
    level : float
        Share of passengers, among those who died and among those who survived, whose true outcome is not ruled out.
    """

    died: float
    survived: float
    level: float = 0.9

    def outcomes(self, probability: float, dataset: Dataset = TITANIC) -> list[str]:
        """Return the prediction set for a probability of survival: one outcome if the model is sure, else both."""
        open_to = (1 - probability >= self.died, probability >= self.survived)
        return [outcome for outcome, is_open in zip(dataset.said, open_to, strict=True) if is_open]


def plausibility(predictions: pd.DataFrame, level: float = 0.9, dataset: Dataset = TITANIC) -> Plausibility:
    """Pick the cut-offs from predictions of passengers that the model did not see.

    Of the passengers with an outcome, nine in ten (at level 0.9) were given a higher probability of it than its cut-off
    (label-conditional split conformal prediction; Vovk, Gammerman and Shafer 2005, section 4.5). It holds for new
    passengers drawn like these, whatever the model.

    Parameters
    ----------
    predictions : DataFrame
        The outcome and ``probability``, as `cross_predict` returns them.
    level : float
        Between 0 and 1.
    dataset : Dataset
        It names the outcome.

    Raises
    ------
    LifeboatError
        If `level` is out of range.
    """
    if not 0 < level < 1:
        raise LifeboatError(f"level is {level!r}; allowed: a number between 0 and 1, such as 0.9.")
    lived = predictions[dataset.label] == 1
    return Plausibility(
        died=_threshold(1 - predictions.loc[~lived, "probability"].to_numpy(), level),
        survived=_threshold(predictions.loc[lived, "probability"].to_numpy(), level),
        level=level,
    )


def _threshold(true_probability: np.ndarray, level: float) -> float:
    # rounded first, because (1 - 0.8) * 10 is 1.9999... in floats
    rank = int(round((1 - level) * (len(true_probability) + 1), 6))
    return min(0.5, float(np.sort(true_probability)[rank - 1])) if rank else 0.0


def coverage(
    estimator: str | Pipeline,
    X: pd.DataFrame,
    y: pd.Series,
    groups: pd.Series | None = None,
    *,
    level: float = 0.9,
    splits: int = 5,
    repeats: int = 1,
    dataset: Dataset = TITANIC,
) -> pd.DataFrame:
    """Measure on held-out passengers how often the prediction set contained the true outcome, and how often both.

    In every outer fold the cut-offs come from cross-validation inside its training part.

    Parameters
    ----------
    estimator, X, y, groups, splits, repeats
        As in `cross_predict`.
    level : float
        Nominal coverage.
    dataset : Dataset
        It names the outcome.

    Returns
    -------
    DataFrame
        One row per held-out passenger: ``repeat``, ``row``, ``survived``, ``covered`` (the set contained the outcome),
        ``undecided`` (it contained both).
    """
    parts = []
    for repeat, _, train, test in folds(y, groups, splits, repeats):
        inside = None if groups is None else groups.iloc[train]
        seen = cross_predict(estimator, X.iloc[train], y.iloc[train], inside, splits=splits, repeats=1)
        least = plausibility(seen, level, dataset)
        probability = fit(estimator, X.iloc[train], y.iloc[train]).predict_proba(X.iloc[test])[:, 1]
        kept = [least.outcomes(value, dataset) for value in probability]
        happened = y.to_numpy()[test]
        parts.append(
            pd.DataFrame(
                {
                    "repeat": repeat,
                    "row": test,
                    dataset.label: happened,
                    "covered": [dataset.outcome.say(k) in outcomes for k, outcomes in zip(happened, kept, strict=True)],
                    "undecided": [len(outcomes) == 2 for outcomes in kept],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
