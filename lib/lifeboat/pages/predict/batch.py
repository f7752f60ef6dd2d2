"""A list of passengers from a file: good rows are scored, faulty ones listed by line with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import passengers
from lifeboat.fields import UNKNOWN, Field
from lifeboat.pages.predict import uploaded
from lifeboat.pages.predict.uploaded import LINE, Uploaded
from lifeboat.passengers import FEATURES, FIELDS, OUTCOME, SURVIVES_FROM

UNKNOWN_WORDS = {"", UNKNOWN, "nan", "na", "null", "none"}
AT_ONCE = 10_000
"""Rows scored between two reports of progress."""

Report = Callable[[float, str], object]


@dataclass(frozen=True)
class Scored:
    """A scored list.

    Attributes
    ----------
    predictions : DataFrame
        The good rows as they were, with their ``line``, ``probability`` and ``prediction``.
    people : DataFrame
        The seven features of the good rows, as the model took them.
    faults : DataFrame
        ``line``, ``field``, ``value`` as it is in the file, ``allowed``: one row per fault.
    remarks : list of str
        How the file was understood, in sentences.
    """

    predictions: pd.DataFrame
    people: pd.DataFrame
    faults: pd.DataFrame
    remarks: list[str]

    @property
    def faulty(self) -> int:
        """How many rows have at least one fault."""
        return self.faults[LINE].nunique()


def score(pipeline: Pipeline, raw: bytes, report: Report = lambda share, what: None) -> Scored:
    """Score every good row of a table.

    Parameters
    ----------
    pipeline : Pipeline
        A fitted survival model.
    raw : bytes
        The file, as `uploaded.read` takes it.
    report : callable
        Called with the share of the work that is done (0 to 1), and what is done next.

    Raises
    ------
    UnreadableList
        If the file cannot be used as a whole.
    """
    report(0, "Reading")
    file = uploaded.read(raw)
    report(0.2, "Checking")
    typed = _typed(file)
    faults = _faults(file, typed)
    good = ~file.rows[LINE].isin(faults[LINE]).to_numpy()
    people = passengers.validate(typed[good])
    probability = [np.zeros(0)]
    for start in range(0, len(people), AT_ONCE):
        report(0.5 + 0.5 * start / len(people), "Scoring")
        probability.append(pipeline.predict_proba(people[start : start + AT_ONCE])[:, 1])
    predictions = file.rows[good].assign(probability=np.concatenate(probability))
    predictions["prediction"] = (predictions["probability"] >= SURVIVES_FROM).astype(int).map(OUTCOME.words)
    return Scored(predictions, people, faults, file.remarks)


def _faults(file: Uploaded, typed: pd.DataFrame) -> pd.DataFrame:
    """What is wrong with the rows, in the words of the file."""
    problems = passengers.find_problems(typed)
    rows = problems["row"].to_numpy(int)
    problems[LINE] = file.rows[LINE].to_numpy()[rows]
    problems["value"] = [
        file.rows[file.columns[name]].iloc[row] for name, row in zip(problems["field"], rows, strict=True)
    ]
    every = pd.concat([file.ragged, problems[list(file.ragged)]], ignore_index=True)
    return every.sort_values(LINE, kind="stable", ignore_index=True)


def _typed(file: Uploaded) -> pd.DataFrame:
    """The seven features with numbers as floats, unknowns as None, and all else as found, to be refused."""
    decimal_comma = file.separator != ","
    return pd.DataFrame(
        {name: _column(file.rows[file.columns[name]], FIELDS[name], decimal_comma) for name in FEATURES}
    )


def _column(cells: pd.Series, field: Field, decimal_comma: bool) -> pd.Series:
    """Read each distinct cell once."""
    codes, distinct = pd.factorize(cells)
    return _values(pd.Series(distinct, dtype=object), field, decimal_comma).take(codes).reset_index(drop=True)


def _values(cells: pd.Series, field: Field, decimal_comma: bool) -> pd.Series:
    plain = cells.str.strip()
    unknown = plain.str.casefold().isin(UNKNOWN_WORDS)
    spelt = plain.str.casefold().map(_spellings(field))
    if field.is_text:
        return spelt.astype(object).where(spelt.notna(), plain).mask(unknown, None)
    points = plain.str.replace(r"^(-?\d+),(\d+)$", r"\1.\2", regex=True) if decimal_comma else plain
    numbers = pd.to_numeric(points.mask(unknown), errors="coerce").fillna(spelt.astype(float))
    if (numbers.notna() | unknown).all():
        return numbers
    return plain.astype(object).where(numbers.isna(), numbers).mask(unknown, None)


def _spellings(field: Field) -> dict[str, object]:
    """The values of a category by everything that people write for them, in lower case."""
    pairs = [(spelling, value) for value, word in (field.words or {}).items() for spelling in (str(value), word)]
    return {spelling.casefold(): value for spelling, value in pairs}
