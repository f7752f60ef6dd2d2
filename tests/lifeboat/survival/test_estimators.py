"""The contract that every estimator keeps."""

import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone

from lifeboat import survival
from lifeboat.survival.estimators import UnknownEstimator

WOMAN = {"pclass": 1, "sex": "female", "age": 30.0, "sibsp": 0, "parch": 0, "fare": 80.0, "embarked": "C"}
MAN = WOMAN | {"pclass": 3, "sex": "male", "fare": 8.0, "embarked": "S"}


def test_probabilities_are_probabilities(fitted, X):
    probability = fitted.predict_proba(X)
    assert probability.shape == (len(X), 2)
    assert ((probability >= 0) & (probability <= 1)).all()
    np.testing.assert_allclose(probability.sum(axis=1), 1)


def test_order_and_company_of_rows_do_not_matter(fitted, X):
    shuffled = X.sample(frac=0.5, random_state=0)
    expected = fitted.predict_proba(X)[shuffled.index]
    np.testing.assert_allclose(fitted.predict_proba(shuffled), expected, rtol=1e-12)


def test_order_of_columns_does_not_matter(fitted, X):
    np.testing.assert_array_equal(fitted.predict_proba(X[X.columns[::-1]]), fitted.predict_proba(X))


def test_mapping_list_and_frame_agree(fitted, X):
    rows = X.head(40)
    mappings = rows.to_dict("records")
    np.testing.assert_allclose(fitted.predict_proba(mappings), fitted.predict_proba(rows), rtol=1e-12)
    np.testing.assert_allclose(fitted.predict_proba(mappings[7]), fitted.predict_proba(rows.iloc[[7]]), rtol=1e-12)


@pytest.mark.parametrize(
    "gap", [{"age": None}, {"fare": None}, {"embarked": None}, {"age": None, "fare": np.nan, "embarked": None}]
)
def test_missing_values_are_handled(fitted, gap):
    assert 0 < fitted.predict_proba(WOMAN | gap)[0, 1] < 1


@pytest.mark.parametrize("unseen", [{"embarked": "X"}, {"sex": "unknown"}])
def test_an_unseen_category_counts_as_missing(fitted, unseen):
    missing = dict.fromkeys(unseen)
    np.testing.assert_array_equal(fitted.predict_proba(WOMAN | unseen), fitted.predict_proba(WOMAN | missing))


@pytest.mark.parametrize("beyond", [{"age": 110.0}, {"fare": 900.0}, {"sibsp": 14}, {"parch": 14}])
def test_values_beyond_those_seen_stay_reasonable(fitted, beyond):
    assert 0.001 < fitted.predict_proba(WOMAN | beyond)[0, 1] < 0.999


def test_women_of_the_first_class_fare_better_than_men_of_the_third(fitted):
    assert fitted.predict_proba(WOMAN)[0, 1] > 0.9
    assert fitted.predict_proba(MAN)[0, 1] < 0.2


def test_many_rows_take_little_memory_and_are_predicted_as_each_alone(default, X):
    many = X.sample(200_000, replace=True, random_state=0, ignore_index=True)
    tracemalloc.start()
    try:
        probability = default.predict_proba(many)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 400 * len(many)  # bytes; a column per fare would take more than 2,000 of each row
    alone = [default.predict_proba(row)[0] for row in many.head(50).to_dict("records")]
    np.testing.assert_allclose(probability[:50], alone, rtol=0, atol=1e-12)


def test_clone_learns_the_same(fitted, X, y):
    again = clone(fitted).fit(X, y)
    np.testing.assert_allclose(again.predict_proba(X), fitted.predict_proba(X), atol=1e-12)


def test_skops_round_trip(fitted, X, tmp_path):
    loaded = survival.load(survival.save(fitted, tmp_path / "model.skops"))
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(UnknownEstimator, match="'oracle'; allowed: logistic, "):
        survival.build_estimator("oracle")


def test_the_default_is_one_of_the_estimators():
    assert survival.DEFAULT_ESTIMATOR in survival.ESTIMATORS
