import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lifeboat import survival
from lifeboat.survival.preprocessing import InvalidTrainingData, UnreadableRows, read_passengers

PASSENGER = {"pclass": 2, "sex": "female", "age": None, "sibsp": 1, "parch": 0, "fare": 26.0, "embarked": "Q"}


def test_reads_numbers_and_codes_in_the_order_of_the_features():
    np.testing.assert_array_equal(read_passengers(PASSENGER), [[2, 0, np.nan, 1, 0, 26, 1]])


@pytest.mark.parametrize("dtype", ["Int64", "int32", "float32", object])
def test_any_numeric_dtype_is_read(dtype):
    frame = pd.DataFrame([PASSENGER, PASSENGER]).astype({"sibsp": dtype, "pclass": dtype})
    assert read_passengers(frame)[:, 3].tolist() == [1, 1]


@pytest.mark.parametrize("dtype", ["category", "string", object])
def test_any_text_dtype_is_read(dtype):
    frame = pd.DataFrame([PASSENGER, PASSENGER | {"embarked": None}]).astype({"sex": dtype, "embarked": dtype})
    np.testing.assert_array_equal(read_passengers(frame)[:, [1, 6]], [[0, 1], [0, np.nan]])


DICTIONARY = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))


@pytest.mark.parametrize("dtype", ["category", "string", "string[pyarrow]", DICTIONARY, object], ids=str)
def test_the_texts_of_a_table_are_not_read_one_by_one(dtype):
    ports = ["S", None, "X", "C", "Q"]
    frame = pd.DataFrame([PASSENGER | {"embarked": port} for port in ports] * 1000)
    frame = frame.astype({"sex": dtype, "embarked": dtype})
    calls = []
    sys.setprofile(lambda *event: calls.append(event[1]))
    matrix = read_passengers(frame)
    sys.setprofile(None)
    np.testing.assert_array_equal(matrix[:, 6], [2, np.nan, np.nan, 0, 1] * 1000)
    assert len(calls) < len(frame)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"age": "old"}, "age is 'old'; allowed: a number, or missing"),
        ({"fare": np.inf}, "fare is infinite; allowed: a number"),
        ({"pclass": "first"}, "pclass is 'first'; allowed: a number"),
    ],
)
def test_unreadable_values_are_named(change, message):
    with pytest.raises(UnreadableRows, match=message):
        read_passengers(PASSENGER | change)


def test_an_absent_feature_is_named():
    without = {name: value for name, value in PASSENGER.items() if name != "fare"}
    with pytest.raises(UnreadableRows, match="fare is absent; found pclass"):
        read_passengers(without)
    with pytest.raises(UnreadableRows, match="fare is absent; found pclass"):
        read_passengers(pd.DataFrame([without]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda X, y: (X.head(10), y.head(10)), "10 rows to learn from; at least 30"),
        (lambda X, y: (X[y == 1], y[y == 1]), "survived is 1 in every row"),
        (lambda X, y: (X.assign(age=np.nan), y), "age has no value in any of the 1309"),
    ],
)
def test_tables_that_cannot_teach_are_refused(X, y, spoil, message):
    with pytest.raises(InvalidTrainingData, match=message):
        survival.build_estimator().fit(*spoil(X, y))


@pytest.mark.parametrize(
    "constant", [{"pclass": 3}, {"sex": "male"}, {"age": 30.0}, {"fare": 8.0}, {"embarked": "S"}, {"parch": 0}]
)
def test_a_constant_feature_is_learned_around(X, y, constant):
    for name in survival.ESTIMATORS:
        probability = survival.fit(name, X.assign(**constant), y).predict_proba(X)
        assert np.isfinite(probability).all()
