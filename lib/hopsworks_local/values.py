"""Values of filters, which come as text, -> Python values of a column's type."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

TRUTH = {"true": True, "1": True, "false": False, "0": False}


def convert(value: Any, type: str) -> Any:
    """Return a value as one of a DuckDB type.

    Parameters
    ----------
    value : object
        As the client sends it, mostly text; None stays None.
    type : str
        DuckDB's name of the type; for others than numbers, booleans and times the value is taken as text.

    Raises
    ------
    ValueError
        If it is no value of that type.

    Examples
    --------
    >>> convert("3", "BIGINT"), convert("1.5", "BIGINT"), convert("True", "BOOLEAN")
    (3, 1.5, True)
    """
    if value is None:
        return None
    try:
        return CONVERTERS.get(type.partition("(")[0], str)(value)
    except (KeyError, OverflowError, OSError) as error:
        raise ValueError(f"{value!r} is no {type}") from error


def _boolean(value: Any) -> bool:
    return TRUTH[str(value).lower()]


def _number(value: Any) -> int | float:
    """A fraction stays one, also beside whole numbers: 1.5 is between 1 and 2; so does what no column can hold."""
    text = str(value)
    if text in ("True", "False"):
        return int(text == "True")
    whole = not any(mark in text.lower() for mark in (".", "e", "n")) and abs(int(text)) < 2**63
    return int(text) if whole else float(text)


def _instant(value: Any) -> datetime:
    """An instant in UTC without a zone, from ISO text or epoch milliseconds."""
    text = str(value)
    moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _zoned_instant(value: Any) -> datetime:
    return _instant(value).replace(tzinfo=UTC)


def _date(value: Any) -> date:
    return _instant(value).date()


NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
CONVERTERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(NUMBERS, _number),
    "BOOLEAN": _boolean,
    "TIMESTAMP": _instant,
    "TIMESTAMP WITH TIME ZONE": _zoned_instant,
    "DATE": _date,
}
