"""Types of features, as in `map<string,array<decimal(10,2)>>` -> DuckDB's names of them."""

import re

from hopsworks_local.errors import BadRequest

SIMPLE = {
    "boolean": "BOOLEAN", "tinyint": "TINYINT", "byte": "TINYINT", "smallint": "SMALLINT", "short": "SMALLINT",
    "int": "INTEGER", "integer": "INTEGER", "bigint": "BIGINT", "long": "BIGINT", "float": "FLOAT", "double": "DOUBLE",
    "decimal": "DECIMAL", "string": "VARCHAR", "binary": "BLOB", "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE", "timestamp_ntz": "TIMESTAMP",
}  # fmt: skip
TEXT = re.compile(r"(?:var)?char\([0-9]{1,9}\)")
DECIMAL = re.compile(r"decimal\(([0-9]{1,2})(?:,([0-9]{1,2}))?\)")
FIELD = re.compile(r"[^<>:,()]{1,63}")
MAX_DIGITS, MAX_NESTING = 38, 20


def to_duckdb(type: str) -> str:
    """Return DuckDB's name of a feature's type.

    Raises
    ------
    BadRequest
        If the text is no type, saying what is.

    Examples
    --------
    >>> to_duckdb("array<struct<a:int,b:decimal(10,2)>>")
    'STRUCT("a" INTEGER, "b" DECIMAL(10,2))[]'
    """
    found = _translate(type.strip(), 0)
    if found is None:
        raise BadRequest(
            f"{type[:60]!r} is no type of a feature; types are {', '.join(SIMPLE)}, char(n), varchar(n), "
            "decimal(precision, scale), array<type>, map<type, type> and struct<name: type, ...>"
        )
    return found


def _translate(type: str, nesting: int) -> str | None:
    """The translation, or None if there is none."""
    kind, _, rest = type.partition("<")
    if not rest:
        return _translate_simple(re.sub(r"\s*([(),])\s*", r"\1", type).lower())
    if not rest.endswith(">") or nesting == MAX_NESTING:
        return None
    parts, names = _split(rest[:-1], ","), []
    kind = kind.strip().lower()
    if kind == "struct":
        pairs = [part.partition(":") for part in parts]
        names, parts = [name.strip() for name, _, _ in pairs], [part for _, _, part in pairs]
    inner = [_translate(part.strip(), nesting + 1) for part in parts]
    if None in inner or not all(FIELD.fullmatch(name) for name in names):
        return None
    return _assemble(kind, names, inner)


def _assemble(kind: str, names: list[str], inner: list[str]) -> str | None:
    if kind == "array" and len(inner) == 1:
        return f"{inner[0]}[]"
    if kind == "map" and len(inner) == 2:
        return f"MAP({inner[0]}, {inner[1]})"
    if kind == "struct":
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        return f"STRUCT({', '.join(f'{name} {type}' for name, type in zip(quoted, inner, strict=True))})"
    return None


def _translate_simple(type: str) -> str | None:
    decimal = DECIMAL.fullmatch(type)
    if decimal:
        precision, scale = int(decimal[1]), int(decimal[2] or 0)
        return f"DECIMAL({precision},{scale})" if scale <= precision <= MAX_DIGITS and precision else None
    return "VARCHAR" if TEXT.fullmatch(type) else SIMPLE.get(type)


def _split(text: str, separator: str) -> list[str]:
    """Split where nothing is open."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "<(") - (letter in ">)")
        if letter == separator and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
