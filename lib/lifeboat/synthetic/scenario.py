"""Look at one feature of a joint distribution, or change it and let all else follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic.errors import SyntheticDataError
from lifeboat.synthetic.joint import BANDS, TEXTS, Joint, Numbers

_NUMBERS = ("age", "fare")
_TINY = 1e-300  # keeps 0 / 0 at 0


def marginal(joint: Joint, feature: str, survived: int | None) -> pd.Series:
    """Return the share of each value of a feature, in a class or in both; ascending, the unknown value last."""
    values, shares = _values(joint, feature), _shares(joint, feature, _in_class(joint, survived))
    kept = shares > 0
    return pd.Series(shares[kept], index=pd.Index(values[kept], name=feature), name="share")


def describe(joint: Joint) -> pd.DataFrame:
    """Summarise the distribution of each feature in each class, one row each."""
    summaries = {(label, name): _summary(marginal(joint, name, label), name) for label in (0, 1) for name in FEATURES}
    table = pd.DataFrame.from_dict(summaries, orient="index")
    table.index.names = [LABEL, "feature"]
    return table


def with_marginal(joint: Joint, feature: str, shares: Mapping[Any, float], survived: int | None) -> Joint:
    """Return the joint distribution in which a feature has other shares, all else given the feature as before."""
    if feature == LABEL:
        raise SyntheticDataError(f"{LABEL} is the class, no feature: give sample() a survival_rate instead.")
    values, inside = _values(joint, feature), _in_class(joint, survived)
    now = _shares(joint, feature, inside)
    factor = _wanted(feature, shares, values, now > 0) / np.maximum(now, _TINY)
    if feature in _NUMBERS:
        return _with_number(joint, feature, factor, inside)
    return replace(joint, weights=joint.weights * np.where(inside, factor[joint.cells[feature]], 1))


def _with_number(joint: Joint, feature: str, factor: np.ndarray, inside: np.ndarray) -> Joint:
    """Reweight the values in each row, and the cells by what that does to their band."""
    numbers: Numbers = getattr(joint, feature)
    scaled = replace(numbers, shares=numbers.shares * factor)
    row, band = _place(joint, feature)
    ratio = scaled.masses()[row, band] / np.maximum(numbers.masses()[row, band], _TINY)
    normal = scaled.shares / np.maximum(scaled.shares.sum(axis=1, keepdims=True), _TINY)
    both = Numbers(numbers.values, np.vstack([numbers.shares, normal]), np.vstack([numbers.bands, numbers.bands]))
    cells = joint.cells.assign(**{f"{feature}_row": row + len(numbers.shares) * inside})
    return replace(joint, cells=cells, weights=joint.weights * np.where(inside, ratio, 1), **{feature: both})


def _in_class(joint: Joint, survived: int | None) -> np.ndarray:
    return np.ones(len(joint.cells), bool) if survived is None else (joint.cells[LABEL] == survived).to_numpy()


def _values(joint: Joint, feature: str) -> np.ndarray:
    """Return all values of a feature that the distribution can hold."""
    if feature not in [*FEATURES, LABEL]:
        raise SyntheticDataError(f"there is no feature {feature!r}: choose one of {', '.join([*FEATURES, LABEL])}.")
    if feature in _NUMBERS:
        return getattr(joint, feature).values
    return TEXTS[feature] if feature in TEXTS else np.arange(joint.cells[feature].max() + 1)


def _shares(joint: Joint, feature: str, inside: np.ndarray) -> np.ndarray:
    """Return the share of each value among the cells inside a class."""
    weights = np.where(inside, joint.weights, 0) / joint.weights[inside].sum()
    if feature not in _NUMBERS:
        return np.bincount(joint.cells[feature], weights, minlength=len(_values(joint, feature)))
    numbers: Numbers = getattr(joint, feature)
    row, band = _place(joint, feature)
    total = np.bincount(row * BANDS + band, weights, minlength=len(numbers.shares) * BANDS).reshape(-1, BANDS)
    scale = total / np.maximum(numbers.masses(), _TINY)
    return (numbers.shares * np.take_along_axis(scale, numbers.bands, axis=1)).sum(axis=0)


def _place(joint: Joint, feature: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the row and the band from which each cell draws a number."""
    return joint.cells[f"{feature}_row"].to_numpy(), joint.cells[f"{feature}_band"].to_numpy()


def _wanted(feature: str, shares: Mapping[Any, float], values: np.ndarray, possible: np.ndarray) -> np.ndarray:
    """Return the share that each value shall have; together 1."""
    wanted = np.zeros(len(values))
    for value, share in shares.items():
        if not np.isfinite(share) or share < 0:
            raise SyntheticDataError(f"the share of {feature} {value!r} is {share!r}: give a number from 0 up.")
        wanted[_position(feature, value, values, possible)] += share
    if wanted.sum() <= 0:
        raise SyntheticDataError(f"the shares of {feature} add up to 0: give at least one value a share.")
    return wanted / wanted.sum()


def _position(feature: str, value: Any, values: np.ndarray, possible: np.ndarray) -> int:
    """Return the position of a possible value; of the nearest one for ages and fares."""
    unknown = pd.isna(values)
    if feature in _NUMBERS and not pd.isna(value):
        known = values[possible & ~unknown]
        if isinstance(value, int | float | np.number) and 0 <= value <= known.max():
            return int(np.nanargmin(np.where(possible, np.abs(values - value), np.nan)))
        raise SyntheticDataError(f"{feature} {value!r} cannot be drawn: give a number from 0 to {known.max():g}.")
    found = np.flatnonzero(possible & (unknown if pd.isna(value) else values == value))
    if not len(found):
        allowed = ", ".join(str(known) for known in values[possible])
        raise SyntheticDataError(f"{feature} {value!r} cannot be drawn: choose among {allowed}.")
    return int(found[0])


def _summary(shares: pd.Series, name: str) -> dict[str, Any]:
    unknown = shares.index.isna()
    summary = {"commonest": shares.idxmax(), "share": shares.max(), "unknown": shares[unknown].sum()}
    if name in TEXTS:
        return summary
    known = shares[~unknown] / shares[~unknown].sum()
    quartiles = known.index[np.searchsorted(known.cumsum(), [0.25, 0.5, 0.75])]
    mean = float(known.index.to_numpy(dtype=float) @ known)
    return summary | {"mean": mean} | dict(zip(["25%", "50%", "75%"], quartiles, strict=True))
