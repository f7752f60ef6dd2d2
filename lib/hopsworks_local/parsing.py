"""From JSON of clients to documents that can be stored and sent, and have a certain shape."""

import json
from functools import cache
from sys import float_info
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hopsworks_local.errors import BadRequest

MAX_NUMBER = 2**63 - 1  # SQLite's, Arrow's and DuckDB's whole numbers have 64 bits
MAX_DEPTH = 64
SHOWN = 60


def parse(text: str | bytes, shape: Any = Any) -> Any:
    """Return the document that a JSON text holds.

    Parameters
    ----------
    text : str or bytes
        UTF-8.
    shape : type
        One of `request_bodies`, or any other that pydantic knows; fields beyond it are kept.

    Returns
    -------
    object
        All of it can be stored and sent: there are no numbers beyond 64 bits, no infinite ones, no broken text.

    Raises
    ------
    BadRequest
        Saying where the document differs from that.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"this is not JSON: {error}") from error
    _check_values(document)
    try:
        _adapter(shape).validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole of it"
        raise BadRequest(f"the document does not fit: {where}: {first['msg']}, not {_short(first['input'])}") from error
    return document


@cache
def _adapter(shape: Any) -> TypeAdapter:
    return TypeAdapter(shape)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, perhaps as a metric; only finite numbers can be stored")


def _check_values(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise BadRequest(f"the document is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int | float):
        if not abs(value) <= (MAX_NUMBER if isinstance(value, int) else float_info.max):
            raise BadRequest(f"the document holds the number {_short(value)}, beyond what 64 bits can")
    elif isinstance(value, list):
        for item in value:
            _check_values(item, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_values(item, depth + 1)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(f"the text {_short(text)} is no Unicode: half of a surrogate pair is missing") from error


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
