"""Random sequences of writes, deletes, reads, joins and splits, beside a plain dictionary of the same rows.

A few here; as a benchmark, in about ten minutes:

    SEQUENCES=500 pytest tests/hopsworks_local/test_service_properties.py
"""

import itertools
import os
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hsfs.feature import Feature
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SEQUENCES = int(os.environ.get("SEQUENCES", "4"))
KEYS = st.integers(0, 15)
numbers = itertools.count()


def whole(bits):
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TYPES = {
    "tiny": ("int", pa.int8(), whole(8)),
    "small": ("int", pa.int16(), whole(16)),
    "int": ("int", pa.int32(), whole(32)),
    "big": ("bigint", pa.int64(), whole(54)),  # with missing values among them the client reads floats
    "single": ("float", pa.float32(), st.floats(width=32, allow_nan=False)),
    "double": ("double", pa.float64(), st.floats(allow_nan=False)),
    "truth": ("boolean", pa.bool_(), st.booleans()),
    "text": ("string", pa.string(), TEXT),
    "day": ("date", pa.date32(), st.dates(date(1900, 1, 1), date(2200, 1, 1))),
    "time": ("timestamp", pa.timestamp("us"), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))),
    "bytes": ("binary", pa.binary(), st.binary(max_size=8)),
    "exact": ("decimal(12,3)", pa.decimal128(12, 3), st.decimals(-(10**8), 10**8, places=3)),
    "numbers": ("array<bigint>", pa.list_(pa.int64()), st.lists(whole(32), max_size=3)),
    "words": ("array<string>", pa.list_(pa.string()), st.lists(TEXT, max_size=3)),
    "pair": (
        "struct<a:bigint,b:string>",
        pa.struct([("a", pa.int64()), ("b", pa.string())]),
        st.fixed_dictionaries({"a": whole(32), "b": TEXT}),
    ),
}
ORDERED = {"tiny", "small", "int", "big", "double", "text", "day", "time"}
COMPARISONS = {">": lambda a, b: a > b, "<=": lambda a, b: a <= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b}


def frame(rows, columns):
    schema = pa.schema([("id", pa.int64()), *((name, TYPES[name][1]) for name in columns)])
    return pa.Table.from_pylist(rows, schema=schema).to_pandas(types_mapper=pd.ArrowDtype)


def plain(value):
    """A value as it is in the model, whatever pandas made of it."""
    if isinstance(value, np.ndarray | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if value is None or value is pd.NaT or (isinstance(value, float | np.floating) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return (value.tz_convert(None) if value.tz else value).to_pydatetime()
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def rows_of(found, columns):
    names = ["id", *columns]
    rows = [
        {name: plain(value) for name, value in zip(names, row, strict=True)} for row in found[names].to_numpy(object)
    ]
    return sorted(rows, key=lambda row: row["id"])


def modelled(model):
    return [{name: plain(value) for name, value in model[key].items()} for key in sorted(model)]


def row_strategy(columns):
    values = {name: st.none() | TYPES[name][2] for name in columns}
    return st.fixed_dictionaries(values)


class Sequence:
    """A feature group and a dictionary, to which the same is done."""

    def __init__(self, store, columns):
        self.store, self.columns, self.model = store, columns, {}
        name = f"random{next(numbers)}_{os.getpid()}"
        features = [Feature("id", "bigint"), *(Feature(column, TYPES[column][0]) for column in columns)]
        self.group = store.create_feature_group(name, version=1, primary_key=["id"], features=features)
        self.write("upsert", {key: {column: None for column in columns} for key in (100, 101)})

    def write(self, operation, rows):
        """Insert what is new, or upsert."""
        new = {key: {"id": key, **row} for key, row in rows.items() if operation == "upsert" or key not in self.model}
        for name in {"text"}.intersection(self.columns):  # the client's check of lengths needs one
            if new and all(row[name] is None for row in new.values()):
                next(iter(new.values()))[name] = ""
        if new:
            self.group.insert(frame(list(new.values()), self.columns), operation=operation)
            self.model |= new

    def delete(self, keys):
        self.group.remove_rows(frame([{"id": key} for key in keys], [])[["id"]])
        for key in keys:
            self.model.pop(key, None)

    def check_read(self):
        found = self.group.read()
        assert set(found.columns) == {"id", *self.columns}
        assert rows_of(found, self.columns) == modelled(self.model)

    def check_filter(self, column, operator, value):
        feature = self.group.get_feature(column)
        condition = {">": feature > value, "<=": feature <= value, "==": feature == value, "!=": feature != value}
        found = self.group.filter(condition[operator]).read()
        meets = COMPARISONS[operator]
        kept = {key: row for key, row in self.model.items() if row[column] is not None and meets(row[column], value)}
        assert rows_of(found, self.columns) == modelled(kept)

    def check_join(self, other, kind):
        found = self.group.select(["id"]).join(other.group.select_all(), on=["id"], join_type=kind, prefix="r_").read()
        expected = sorted(key for key in self.model if kind == "left" or key in other.model)
        assert sorted(found["id"]) == expected
        for name in other.columns:
            right = dict(zip(found["id"], map(plain, found[f"r_{name}"].to_numpy(object)), strict=True))
            assert right == {key: plain(other.model.get(key, {}).get(name)) for key in expected}

    def check_split(self):
        view = self.store.create_feature_view(self.group.name, version=1, query=self.group.select_all())
        first, second, _, _ = view.train_test_split(test_size=0.5)
        columns = [name for name in self.columns if name not in ("day", "time")]  # of which the client makes texts
        kept = [{name: row[name] for name in ("id", *columns)} for row in modelled(self.model)]
        assert rows_of(pd.concat([first, second]), columns) == kept
        assert len(second) in (len(self.model) // 2, (len(self.model) + 1) // 2)
        view.delete()


@pytest.fixture
def stores(store):
    return store


@given(data=st.data())
@settings(
    max_examples=SEQUENCES,
    deadline=None,
    phases=[Phase.generate],  # shrinking would take minutes
    derandomize=SEQUENCES < 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a_group_holds_what_a_dictionary_holds(stores, data):
    columns = data.draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=5, unique=True))
    sequence = Sequence(stores, columns)
    for _ in range(data.draw(st.integers(1, 4))):
        operation = data.draw(st.sampled_from(["insert", "upsert", "delete"]))
        if operation == "delete":
            sequence.delete(data.draw(st.sets(KEYS | st.sampled_from([100, 101]), min_size=1, max_size=4)))
        else:
            sequence.write(operation, data.draw(st.dictionaries(KEYS, row_strategy(columns), max_size=8)))
        sequence.check_read()
    for column in ORDERED.intersection(columns):
        sequence.check_filter(column, data.draw(st.sampled_from(sorted(COMPARISONS))), data.draw(TYPES[column][2]))
    other = Sequence(stores, data.draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=2, unique=True)))
    other.write("upsert", data.draw(st.dictionaries(KEYS, row_strategy(other.columns), max_size=8)))
    sequence.check_join(other, data.draw(st.sampled_from(["inner", "left"])))
    sequence.check_split()
    for used in (sequence, other):
        used.group.delete()
