"""One passenger in, an answer out: the probability, how sure it is, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lifeboat.errors import LifeboatError
from lifeboat.models import Champion
from lifeboat.passengers import FEATURES, FIELDS, Field
from lifeboat.report import Report
from lifeboat.spaces import words
from lifeboat.survival import Explanation, explain


class InvalidPassenger(LifeboatError):
    """A passenger with values that are not allowed; the message has a line for each."""


@dataclass(frozen=True)
class Evidence:
    """What happened to passengers who were given about the same chance, none of whom had trained the model.

    Attributes
    ----------
    passengers : int
        How many there were.
    observed, low, high : float
        The share of them that survived, and its 95 % interval.
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
        How sure the prediction is; None if the model was registered without a report.
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
        return self.probability >= 0.5


def answer(champion: Champion, passenger: Mapping[str, Any]) -> Answer:
    """Ask the model about a passenger, as `check` returns it."""
    explanation = explain(champion.pipeline, passenger)
    return Answer(dict(passenger), explanation, evidence(champion.report, explanation.probability))


def prediction(champion: Champion, passenger: Mapping[str, Any]) -> dict[str, Any]:
    """Answer in plain numbers, for programs.

    Parameters
    ----------
    champion : Champion
        The model.
    passenger : mapping
        As `check` returns it.
    """
    probability = float(champion.pipeline.predict_proba(passenger)[0, 1])
    found = evidence(champion.report, probability)
    return {
        "probability": probability,
        "low": found and found.low,
        "high": found and found.high,
        "plausible": found and found.plausible,
        "survived": probability >= 0.5,
        "model_version": champion.version,
    }


def evidence(report: Report | None, probability: float) -> Evidence | None:
    """Look up what happened to passengers with about this probability, in tenths; None if there were none."""
    if report is None:
        return None
    table = report.calibration
    tenths = (table["predicted"].to_numpy() * 10).astype(int)
    for row in np.flatnonzero(tenths == min(int(probability * 10), 9)):
        found = {name: float(table[name].to_numpy()[row]) for name in ("observed", "low", "high")}
        least = report.plausibility
        return Evidence(
            int(table["passengers"].to_numpy()[row]), **found, level=least.level, plausible=least.outcomes(probability)
        )
    return None


def check(passenger: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seven features, checked and with plain Python types; what is unknown becomes None.

    The rules are those of `passengers.FIELDS`; a table of one row would cost thirty times the prediction itself.

    Raises
    ------
    InvalidPassenger
        If a value is not allowed.
    """
    values = {name: _plain(field, passenger.get(name)) for name, field in FIELDS.items()}
    faults = [
        f"{name} is {words.short(passenger.get(name))}; allowed: {FIELDS[name].allowed}."
        for name in FEATURES
        if not _is_allowed(FIELDS[name], values[name])
    ]
    if faults:
        raise InvalidPassenger("\n".join(faults))
    return {name: int(v) if FIELDS[name].whole else v for name, v in values.items()}


def _plain(field: Field, value: Any) -> Any:
    """The value as text or float; NaN as None; anything else unchanged, to be refused."""
    if value is None or value != value:
        return None
    if field.is_text or isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return value
    try:
        return float(value)
    except OverflowError:
        return value


def _is_allowed(field: Field, value: Any) -> bool:
    if value is None:
        return field.optional
    if field.is_text:
        return isinstance(value, str) and value in field.values
    if not isinstance(value, float):
        return False
    if field.values is not None:
        return value in field.values
    return field.low <= value <= field.high and (not field.whole or value.is_integer())
