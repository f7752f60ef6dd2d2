"""One passenger in, an answer out: the probability, how sure it is, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lifeboat.model_card import ModelCard
from lifeboat.passengers import SURVIVES_FROM
from lifeboat.registry import Champion
from lifeboat.survival import Explanation, explain


@dataclass(frozen=True)
class Evidence:
    """What happened to passengers who were given about the same chance, none of whom had trained the model.

    Attributes
    ----------
    passengers : int
        How many there were.
    observed, low, high : float
        The share of them that survived, and its 95% interval.
    level : float
        The confidence with which outcomes are ruled out.
    plausible : list of str
        The outcomes, ``died`` or ``survived``, that are not ruled out.
    """

    passengers: int
    observed: float
    low: float
    high: float
    level: float
    plausible: list[str]


@dataclass(frozen=True)
class Answer:
    """What the model says of a passenger.

    Attributes
    ----------
    passenger : dict
        The seven features.
    explanation : Explanation
        The prediction as a sum in log-odds.
    evidence : Evidence or None
        How sure the prediction is; None if the model was registered without a card.
    """

    passenger: dict[str, Any]
    explanation: Explanation
    evidence: Evidence | None = None

    @property
    def probability(self) -> float:
        """Probability of survival."""
        return self.explanation.probability

    @property
    def survives(self) -> bool:
        """The verdict: whether survival is at least as likely as death."""
        return self.probability >= SURVIVES_FROM


def answer(champion: Champion, passenger: Mapping[str, Any]) -> Answer:
    """Ask the model about a passenger.

    Parameters
    ----------
    champion : Champion
        The model.
    passenger : mapping
        As `validate_one` returns it.
    """
    explanation = explain(champion.pipeline, passenger)
    return Answer(dict(passenger), explanation, evidence(champion.card, explanation.probability))


def prediction(champion: Champion, passenger: Mapping[str, Any]) -> dict[str, Any]:
    """Answer in plain numbers, for programs.

    Parameters
    ----------
    champion : Champion
        The model.
    passenger : mapping
        As `validate_one` returns it.
    """
    probability = float(champion.pipeline.predict_proba(passenger)[0, 1])
    found = evidence(champion.card, probability)
    return {
        "probability": probability,
        "low": found and found.low,
        "high": found and found.high,
        "plausible": found and found.plausible,
        "survived": probability >= SURVIVES_FROM,
        "model_version": champion.version,
    }


def evidence(card: ModelCard | None, probability: float) -> Evidence | None:
    """Look up what happened to passengers with about the same probability.

    Parameters
    ----------
    card : ModelCard or None
        Holds the outcomes of cross-validated predictions, by tenths of probability.
    probability : float
        Of survival, 0 to 1.

    Returns
    -------
    Evidence or None
        That of the same tenth; None if it holds nobody, or there is no card.
    """
    if card is None:
        return None
    table = card.calibration
    tenths = (table["predicted"].to_numpy() * 10).astype(int)
    for row in np.flatnonzero(tenths == min(int(probability * 10), 9)):
        found = {name: float(table[name].to_numpy()[row]) for name in ("observed", "low", "high")}
        least = card.plausibility
        return Evidence(
            int(table["passengers"].to_numpy()[row]), **found, level=least.level, plausible=least.outcomes(probability)
        )
    return None
