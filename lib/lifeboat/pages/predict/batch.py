"""A list of passengers from a CSV file: good rows are scored, faulty ones listed by line with the reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import passengers
from lifeboat.errors import LifeboatError
from lifeboat.fields import UNKNOWN
from lifeboat.pages import words
from lifeboat.passengers import FEATURES, OUTCOME, SURVIVES_FROM

MOST_ROWS = 100_000
UNKNOWN_WORDS = {"", UNKNOWN, "nan", "na", "null", "none"}
LINE = "line"


class UnreadableList(LifeboatError):
    """The file as a whole cannot be used."""


@dataclass(frozen=True)
class Scored:
    """A scored list.

    Attributes
    ----------
    predictions : DataFrame
        The good rows as they were, with their ``line``, ``probability`` and ``prediction``.
    faults : DataFrame
        ``line``, ``field``, ``value``, ``allowed``: one row per fault.
    """

    predictions: pd.DataFrame
    faults: pd.DataFrame

    @property
    def faulty(self) -> int:
        """How many rows have at least one fault."""
        return self.faults[LINE].nunique()


def score(pipeline: Pipeline, raw: bytes) -> Scored:
    """Score every good row of a CSV file.

    Parameters
    ----------
    pipeline : Pipeline
        A fitted survival model.
    raw : bytes
        The file: UTF-8, comma-separated, with a header that names the seven features; further columns are kept.

    Raises
    ------
    UnreadableList
        If the file is not such a table, is empty, or has more than `MOST_ROWS` rows.
    """
    table, ragged = read(raw)
    typed = _typed(table)
    problems = passengers.find_problems(typed)
    problems[LINE] = table[LINE].to_numpy()[problems["row"].to_numpy(int)]
    faults = pd.concat([ragged, problems[list(ragged)]], ignore_index=True).sort_values(LINE, kind="stable")
    good = ~table[LINE].isin(faults[LINE]).to_numpy()
    valid = passengers.validate(typed[good])
    probability = pipeline.predict_proba(valid)[:, 1] if len(valid) else pd.Series(dtype=float)
    predictions = table[good].assign(probability=probability)
    predictions["prediction"] = (predictions["probability"] >= SURVIVES_FROM).astype(int).map(OUTCOME.words)
    return Scored(predictions, faults.reset_index(drop=True))


def read(raw: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a CSV file as text.

    Returns
    -------
    table : DataFrame
        The rows that have as many cells as the header, all text, and their ``line`` in the file.
    ragged : DataFrame
        The others, as faults.

    Raises
    ------
    UnreadableList
        See `score`.
    """
    header, rows = _rows(raw)
    missing = [name for name in FEATURES if name not in header]
    if missing:
        raise UnreadableList(
            f"missing column: {', '.join(missing)}; found: {', '.join(header)[:200]}. "
            f"The first line must name {', '.join(FEATURES)}; further columns are kept."
        )
    if len(set(header)) < len(header) or LINE in header:
        raise UnreadableList(
            f"the columns must have different names, none of them '{LINE}'; found: {', '.join(header)[:200]}."
        )
    fitting = [(number, row) for number, row in rows if len(row) == len(header)]
    table = pd.DataFrame([row for _, row in fitting], columns=header, dtype=object)
    table.insert(0, LINE, [number for number, _ in fitting])
    ragged = [
        (number, "row", f"{words.count(len(row), 'cell')}", words.count(len(header), "cell"))
        for number, row in rows
        if len(row) != len(header)
    ]
    return table, pd.DataFrame(ragged, columns=[LINE, "field", "value", "allowed"])


def _rows(raw: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the other rows that are not blank with their line numbers."""
    try:
        reader = csv.reader(StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        rows = [numbered for numbered in _numbered(reader) if numbered[1]]
    except UnicodeDecodeError as error:
        raise UnreadableList(
            f"byte {error.start + 1} is not UTF-8 text: save the table as 'CSV UTF-8' and try again."
        ) from None
    except csv.Error as error:
        raise UnreadableList(
            f"line {reader.line_num} is not CSV ({error}): quote cells that hold quotes or line breaks."
        ) from None
    if not rows:
        raise UnreadableList("the file has no row below its header; give it a header and at least one passenger.")
    return header, rows


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on: a quoted cell may span several."""
    begins = reader.line_num + 1
    for count, row in enumerate(reader):
        if count >= MOST_ROWS:
            raise UnreadableList(f"the file has more than {MOST_ROWS:,} rows; split it and upload the parts.")
        yield begins, row
        begins = reader.line_num + 1


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """The seven features with numbers as floats, unknowns as None, and all else as found, to be refused."""
    return pd.DataFrame({name: _column(table[name], passengers.FIELDS[name].is_text) for name in FEATURES})


def _column(cells: pd.Series, is_text: bool) -> pd.Series:
    plain = cells.str.strip()
    unknown = plain.str.lower().isin(UNKNOWN_WORDS)
    if is_text:
        return plain.astype(object).mask(unknown, None)
    numbers = pd.to_numeric(plain.mask(unknown), errors="coerce")
    if (numbers.notna() | unknown).all():
        return numbers
    return plain.astype(object).where(numbers.isna(), numbers).mask(unknown, None)
