"""Who is learning: a name that seeds the samples which are asked about, so that no two learners share their answers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache

import pandas as pd

from lifeboat import passengers
from lifeboat.course import progress

_graded: ContextVar[str | None] = ContextVar("graded", default=None)


def learner() -> str:
    """Return the learner's name: ``LIFEBOAT_LEARNER``, or the one drawn for this project's folder."""
    return _graded.get() or os.environ.get("LIFEBOAT_LEARNER") or progress.load().learner


@contextmanager
def as_learner(name: str) -> Iterator[None]:
    """Judge answers as those of a learner, as the grader does."""
    token = _graded.set(name)
    try:
        yield
    finally:
        _graded.reset(token)


def seed(number: str) -> int:
    """Return the seed of an exercise for this learner."""
    return int(hashlib.sha256(f"{learner()} {number}".encode()).hexdigest()[:8], 16)


def my_passengers(number: str, n: int = 600) -> pd.DataFrame:
    """Draw the historical passengers that an exercise asks this learner about.

    Parameters
    ----------
    number : str
        The exercise, such as ``1.1``.
    n : int
        How many of the 1,309.

    Returns
    -------
    DataFrame
        With all columns of `passengers.load`, in the order of their ids.
    """
    return _sample(seed(number), n).copy()


@lru_cache(maxsize=256)
def _sample(seed: int, n: int) -> pd.DataFrame:
    return everyone().sample(n, random_state=seed).sort_values("passenger_id", ignore_index=True)


@cache
def everyone() -> pd.DataFrame:
    """Return all historical passengers, read once: not to be changed."""
    return passengers.load()


def others_than(mine: pd.DataFrame) -> pd.DataFrame:
    """Return the historical passengers who are not among those that a learner was asked about."""
    return everyone()[~everyone()["passenger_id"].isin(mine["passenger_id"])]
