import numpy as np
import pandas as pd
import pytest

from lifeboat import dataset, passengers
from lifeboat.errors import LifeboatError

GOOD = {"pclass": 3, "sex": "male", "age": 22.0, "sibsp": 1, "parch": 0, "fare": 7.25, "embarked": "S"}


def table(passenger):
    """One passenger as a table, with the values as they are."""
    return pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in passenger.items()})


def test_load_has_the_documented_rows_and_gaps():
    data = passengers.load()
    assert len(data) == 1309
    assert data["survived"].sum() == 500
    assert data[passengers.FEATURES].isna().sum().to_dict() == {
        "pclass": 0, "sex": 0, "age": 263, "sibsp": 0, "parch": 0, "fare": 1, "embarked": 2,
    }  # fmt: skip


def test_missing_text_is_none_and_missing_numbers_are_nan():
    data = passengers.load()
    assert {type(port) for port in data["embarked"]} == {str, type(None)}
    assert data["age"].dtype == float


def test_a_changed_file_is_refused():
    with pytest.raises(LifeboatError, match=r"SHA-256 .*git checkout"):
        passengers.check_sum(b"passenger_id,pclass\n1,1\n")


def test_all_real_passengers_are_valid():
    assert passengers.find_problems(passengers.load(), label=True).empty


def test_validate_gives_types_and_keeps_order():
    shuffled = passengers.load().sample(frac=1, random_state=0)
    valid = passengers.validate(shuffled.astype({"pclass": float, "fare": object}), label=True)
    assert valid.dtypes.astype(str).to_dict() == {
        "pclass": "int64", "sex": "object", "age": "float64", "sibsp": "int64", "parch": "int64", "fare": "float64",
        "embarked": "object", "survived": "int64",
    }  # fmt: skip
    assert valid["pclass"].tolist() == shuffled["pclass"].tolist()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pclass", 0), ("pclass", 4), ("pclass", 1.5), ("pclass", None), ("pclass", "first"), ("pclass", True),
        ("sex", "Male"), ("sex", None), ("sex", 1),
        ("age", -0.1), ("age", 121), ("age", "old"), ("age", np.inf),
        ("sibsp", -1), ("sibsp", 0.5), ("sibsp", 16), ("parch", np.nan), ("parch", -np.inf),
        ("fare", -1), ("fare", 1001), ("fare", "free"),
        ("embarked", "X"), ("embarked", ""), ("embarked", 3),
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed_is_named(field, value):
    with pytest.raises(dataset.InvalidRows) as caught:
        passengers.validate(table({**GOOD, field: value}))
    problem = caught.value.problems.iloc[0]
    assert (problem["row"], problem["field"], len(caught.value.problems)) == (0, field, 1)
    assert passengers.FIELDS[field].allowed in str(caught.value)


@pytest.mark.parametrize("field", ["age", "fare", "embarked"])
@pytest.mark.parametrize("missing", [None, np.nan])
def test_some_fields_may_be_missing(field, missing):
    assert passengers.validate(table({**GOOD, field: missing}))[field].isna().all()
    assert passengers.validate_one({**GOOD, field: missing})[field] is None


def test_numbers_may_come_as_text():
    assert passengers.validate(table({**GOOD, "age": "22", "pclass": "3"}))["age"].tolist() == [22.0]


@pytest.mark.parametrize("name", passengers.FEATURES)
@pytest.mark.parametrize("value", [None, -1, 0, 1, 3, 1.5, 500.0, 1e9, "C", "male", "x", True, [], float("inf")])
def test_one_passenger_is_judged_as_a_table_is(name, value):
    passenger = {**GOOD, name: value}
    try:
        expected = passengers.validate(table(passenger))
    except dataset.InvalidRows:
        with pytest.raises(dataset.InvalidRow, match=name):
            passengers.validate_one(passenger)
    else:
        pd.testing.assert_frame_equal(passengers.validate(table(passengers.validate_one(passenger))), expected)


def test_one_passenger_is_refused_with_a_line_for_each_fault():
    with pytest.raises(dataset.InvalidRow) as error:
        passengers.validate_one({**GOOD, "sex": "f" * 99, "age": -1})
    assert str(error.value).splitlines() == [
        f"sex is '{'f' * 56}...; allowed: female or male.",
        f"age is -1; allowed: {passengers.FIELDS['age'].allowed}.",
    ]


def test_problems_come_by_row_and_in_the_order_of_the_fields():
    table = pd.DataFrame([GOOD, GOOD | {"fare": -1, "pclass": 9}, GOOD | {"age": "?"}], index=[7, 7, 7], dtype=object)
    found = passengers.find_problems(table)
    assert found[["row", "field"]].values.tolist() == [[1, "pclass"], [1, "fare"], [2, "age"]]


def test_many_problems_are_counted():
    table = pd.DataFrame([GOOD | {"pclass": 9}] * 8)
    with pytest.raises(dataset.InvalidRows, match="and 3 more faults"):
        passengers.validate(table)


def test_a_missing_column_is_named():
    with pytest.raises(LifeboatError, match="missing column: fare; found: pclass"):
        passengers.validate(pd.DataFrame([GOOD]).drop(columns="fare"))


def test_an_unknown_feature_is_named():
    with pytest.raises(LifeboatError, match="unknown feature: cabin"):
        passengers.validate_one({**GOOD, "cabin": "C22"})


@pytest.mark.parametrize(("label", "good"), [(0, True), (1, True), (None, True), (2, False), (0.5, False)])
def test_the_outcome_is_zero_one_or_not_known_yet(label, good):
    table = pd.DataFrame([{**GOOD, "survived": label}])
    assert passengers.find_problems(table, label=True).empty == good


def test_an_empty_table_is_valid():
    assert len(passengers.validate(pd.DataFrame(columns=passengers.FEATURES))) == 0
