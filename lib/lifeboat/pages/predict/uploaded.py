"""An uploaded file as a table of text: its encoding, its separator, and which of its columns hold the features."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pandas as pd

from lifeboat.errors import LifeboatError
from lifeboat.pages import words
from lifeboat.passengers import FEATURES, FIELDS

MOST_ROWS, MOST_COLUMNS = 100_000, 1_000
LINE = "line"
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
OTHER_NAMES = {
    "pclass": ("class", "passenger class"),
    "sex": ("gender",),
    "sibsp": ("siblings/spouses aboard", "siblings spouses"),
    "parch": ("parents/children aboard", "parents children"),
    "embarked": ("port", "port of embarkation"),
}
"""What others call the features, besides their names and labels; only letters count, upper or lower case."""

_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_PACKED = {
    b"PK\x03\x04": "a workbook of Excel or LibreOffice",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"\x1f\x8b": "a compressed file",
}


class UnreadableList(LifeboatError):
    """The file as a whole cannot be used."""


@dataclass(frozen=True)
class Uploaded:
    """A file that was read.

    Attributes
    ----------
    rows : DataFrame
        The rows that have as many cells as the header, all text, and their ``line`` in the file.
    ragged : DataFrame
        The others, as faults: ``line``, ``field``, ``value``, ``allowed``.
    columns : dict of str to str
        For each feature, the column that holds it.
    encoding : str
        As Python names it.
    separator : str
        One of `SEPARATORS`.
    """

    rows: pd.DataFrame
    ragged: pd.DataFrame
    columns: dict[str, str]
    encoding: str
    separator: str

    @property
    def remarks(self) -> list[str]:
        """What was understood although it differs from the format asked for, in sentences."""
        renamed = [f"{column} as {name}" for name, column in self.columns.items() if column != name]
        said = {
            f"Read {words.listed(renamed)}.": bool(renamed),
            f"The columns are separated by {SEPARATORS[self.separator]}; a comma in a number is a decimal comma.": (
                self.separator != ","
            ),
            f"The text is {self.encoding.upper()}.": not self.encoding.startswith("utf-8"),
        }
        return [sentence for sentence, needed in said.items() if needed]


def read(raw: bytes) -> Uploaded:
    """Read a table of passengers as text.

    Parameters
    ----------
    raw : bytes
        Text in UTF-8, UTF-16 or Latin-1, separated by commas, semicolons, tabs or bars, with a header that names the
        seven features in any order and any of the spellings known; further columns are kept.

    Raises
    ------
    UnreadableList
        If the file is not such a table, is empty, or has more than `MOST_ROWS` rows or `MOST_COLUMNS` columns.
    """
    text, encoding = _decode(raw)
    first = StringIO(text, newline=None).readline()  # whatever ends a line
    if max(map(first.count, SEPARATORS)) >= MOST_COLUMNS:
        raise UnreadableList(f"the file has more than {MOST_COLUMNS:,} columns; keep those of a passenger.")
    separator = max(SEPARATORS, key=lambda each: len(_known(first.split(each))))
    header, rows = _rows(text, separator)
    columns = _columns(header)
    fitting = [(number, row) for number, row in rows if len(row) == len(header)]
    table = pd.DataFrame([row for _, row in fitting], columns=header, dtype=object)
    table.insert(0, LINE, [number for number, _ in fitting])
    ragged = [
        (number, "row", words.count(len(row), "cell"), words.count(len(header), "cell"))
        for number, row in rows
        if len(row) != len(header)
    ]
    ragged = pd.DataFrame(ragged, columns=[LINE, "field", "value", "allowed"])
    return Uploaded(table, ragged, columns, encoding, separator)


def _decode(raw: bytes) -> tuple[str, str]:
    """The text of the file, and its encoding."""
    for start, kind in _PACKED.items():
        if raw.startswith(start):
            raise UnreadableList(f"this is {kind}, not CSV: open it, save the table as 'CSV UTF-8', upload that file.")
    encodings = [name for mark, name in _BYTE_ORDER_MARKS.items() if raw.startswith(mark)]
    if not encodings:
        encodings = ["utf-16-le"] if raw[1:2] == b"\0" else ["utf-16-be"] if raw[:1] == b"\0" else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(character < " " and character not in "\t\r\n" for character in text[:10_000]):
            return text, "latin-1" if encoding == "cp1252" else encoding
    raise UnreadableList("this is not a text file: save the table as 'CSV UTF-8' and try again.")


def _rows(text: str, separator: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the other rows that are not blank with their line numbers."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = [numbered for numbered in _numbered(reader) if numbered[1]]
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


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name.casefold()))


_SPELLINGS = {
    _letters(spelling): name
    for name, field in FIELDS.items()
    for spelling in (name, field.label, *OTHER_NAMES.get(name, ()))
}


def _known(header: list[str]) -> dict[str, list[str]]:
    """The columns that may be meant by each feature; one of exactly its name leaves no doubt."""
    found: dict[str, list[str]] = {}
    for column in header:
        if name := _SPELLINGS.get(_letters(column)):
            found.setdefault(name, []).append(column)
    return {name: [name] if name in columns else columns for name, columns in found.items()}


def _columns(header: list[str]) -> dict[str, str]:
    """For each feature, the column that holds it."""
    if len(set(header)) < len(header) or LINE in header:
        raise UnreadableList(
            f"the columns must have different names, none of them '{LINE}'; found: {', '.join(header)[:200]}."
        )
    known = _known(header)
    missing = [name for name in FEATURES if name not in known]
    if missing:
        raise UnreadableList(
            f"missing column: {', '.join(missing)}; found: {', '.join(header)[:200]}. "
            f"The first line must name {', '.join(FEATURES)}; further columns are kept."
        )
    for name, columns in known.items():
        if len(columns) > 1:
            raise UnreadableList(f"{words.listed(columns)} may all be {name}: call one of them '{name}'.")
    return {name: known[name][0] for name in FEATURES}
