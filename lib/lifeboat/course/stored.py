"""What a learner keeps in the store: a feature group or a query, read into plain data that a check can look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from lifeboat.course.answers import a
from lifeboat.course.exercise import Wrong
from lifeboat.store import quiet

GROUP, QUERY = "feature group", "query"
_KINDS = {"hsfs.feature_group.FeatureGroup": GROUP, "hsfs.constructor.query.Query": QUERY}


@dataclass(frozen=True)
class Stored:
    """A feature group or a query of the client, as far as a check looks at it.

    Attributes
    ----------
    kind : str
        `GROUP` or `QUERY`.
    rows : DataFrame
        What the store returns.
    name, event_time : str, optional
        Of a feature group.
    primary_key : tuple of str
        Of a feature group.
    """

    kind: str
    rows: pd.DataFrame
    name: str | None = None
    primary_key: tuple[str, ...] = ()
    event_time: str | None = None


def kind_of(answer: Any) -> str | None:
    """Say whether an answer is a feature group or a query; None if it is something else."""
    if isinstance(answer, Stored):
        return answer.kind
    return _KINDS.get(f"{type(answer).__module__}.{type(answer).__name__}")


def read_stored(answer: Any, kind: str, asked: str) -> Stored:
    """Read a feature group or a query of the client.

    Parameters
    ----------
    answer : object
        The learner's answer, or what was read of it before.
    kind : str
        `GROUP` or `QUERY`.
    asked : str
        What the answer should be, in words.

    Raises
    ------
    Wrong
        If it is something else, or the store cannot read it.
    """
    if kind_of(answer) != kind:
        raise Wrong(f"{a(answer)} was given; the answer is {asked}.")
    if isinstance(answer, Stored):
        return answer
    if kind == GROUP and answer.id is None:
        raise Wrong("The group is empty: the store knows it only after the first `insert`.")
    try:
        with quiet():
            rows = answer.read()
    except Exception as error:  # what the store refuses, in its own words
        raise Wrong(f"The store cannot read it: {str(error).splitlines()[0][:200]}") from None
    if kind == QUERY:
        return Stored(kind, rows)
    return Stored(kind, rows, answer.name, tuple(answer.primary_key), answer.event_time)
