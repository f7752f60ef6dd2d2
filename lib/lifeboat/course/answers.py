"""Reading answers: each reader takes anything at all, and raises `Wrong` with a plain word about what it cannot use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from lifeboat.course.exercise import Wrong

TOLERANCE = 6e-4
"""How far a number may be off: an answer that is rounded to three decimals is accepted."""


def is_blank(answer: Any) -> bool:
    """Say whether an answer is still the ``...`` of the exercise."""
    return answer is ...


def number(answer: Any) -> float:
    """Read a number."""
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer.item()
    if isinstance(answer, bool | np.bool_):
        raise Wrong("True or False was given; the answer is a number.")
    if isinstance(answer, str):
        raise Wrong("A text was given; the answer is a number, without quotes.")
    if isinstance(answer, int | float | np.integer | np.floating):
        if np.isnan(value := _as_float(answer)):
            raise Wrong("The answer is NaN: a missing value got into the calculation.")
        return value
    raise Wrong(f"{a(answer)} was given; the answer is one number. Take it out of the table or list first.")


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def near(value: float, other: float, tolerance: float = TOLERANCE) -> bool:
    """Say whether two numbers are equal up to rounding."""
    return abs(value - other) <= tolerance


def expect(answer: Any, right: float, mistakes: Mapping[str, float], otherwise: str) -> None:
    """Judge a number: recognise each mistake by the number that it leads to.

    Parameters
    ----------
    answer : object
        The learner's answer.
    right : float
        The right number.
    mistakes : mapping of str to float
        For each mistake what to say, and the number that it leads to.
    otherwise : str
        What to say of any other number.

    Raises
    ------
    Wrong
        If it is not the right number.
    """
    value = number(answer)
    if near(value, right):
        return
    for message, wrong in mistakes.items():
        if near(value, wrong):
            raise Wrong(message)
    if 0 < abs(right) < 1 and any(near(value / 100, each) for each in (right, *mistakes.values())):
        raise Wrong("That is a percentage. Give the share, as a number between 0 and 1.")
    raise Wrong(otherwise)


def table(answer: Any, columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a table that has certain columns."""
    if not isinstance(answer, pd.DataFrame):
        raise Wrong(f"{a(answer)} was given; the answer is a table (a DataFrame).")
    absent = [name for name in columns if name not in answer.columns]
    if absent:
        raise Wrong(f"The table has no column {', '.join(absent)}.")
    return answer


def items(answer: Any) -> list[Any]:
    """Read a list, set, array, index or column as a list."""
    if isinstance(answer, str):
        raise Wrong("A text was given; the answer is a list, such as ['one', 'two'].")
    if isinstance(answer, pd.Series | pd.Index | np.ndarray):
        return list(np.asarray(answer, dtype=object).ravel())
    if isinstance(answer, list | tuple | set | frozenset):
        return list(answer)
    raise Wrong(f"{a(answer)} was given; the answer is a list.")


def names(answer: Any, allowed: Collection[str]) -> set[str]:
    """Read a list of names out of those allowed."""
    found = items(answer)
    strange = [item for item in found if not isinstance(item, str) or item not in allowed]
    if strange:
        raise Wrong(f"{str(strange[0])[:40]!r} is none of the names asked for.")
    return set(found)


def numbers(answer: Any, length: int, of: str = "passengers") -> np.ndarray:
    """Read a list of numbers of a certain length."""
    found = items(answer)
    if len(found) != length:
        raise Wrong(f"There are {len(found)} numbers; one for each of the {length} {of} is asked for.")
    return np.array([number(item) for item in found], dtype=float)


def a(answer: Any) -> str:
    """Say what kind of thing an answer is, such as ``A DataFrame``."""
    if answer is None:
        return "Nothing (None)"
    name = type(answer).__name__
    return f"{'An' if name[0] in 'AEIOUaeiou' else 'A'} {name}"
