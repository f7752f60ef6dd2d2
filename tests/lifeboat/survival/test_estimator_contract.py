"""The contract of scikit-learn, by its own checks, and the checksum that `PREPARATION_VERSION` stands for."""

import hashlib

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from lifeboat import survival
from lifeboat.passengers import FEATURES, FIELDS, TITANIC
from lifeboat.survival.preprocessing import PREPARATION_VERSION, FieldMatrix, PassengerMatrix
from lifeboat.survival.traits import PassengerTraits


class AnyTable(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Makes passengers of scikit-learn's test tables, which have one to twenty columns of numbers."""

    def fit(self, X, y=None):
        validate_data(self, X, dtype=float)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        numbers = pd.DataFrame(X[:, np.arange(len(FEATURES)) % X.shape[1]], columns=FEATURES)
        in_words = {name: field.values for name, field in FIELDS.items() if field.values}
        places = numbers.round().astype(int)
        return numbers.assign(**{name: np.take(words, places[name], mode="wrap") for name, words in in_words.items()})


EXCEPTIONS = {
    "check_estimators_overwrite_params": "a pipeline fits the steps that it was given, in scikit-learn too",
    "check_dont_overwrite_parameters": "a pipeline fits the steps that it was given, in scikit-learn too",
    "check_fit2d_1sample": "one passenger is refused because both outcomes are needed, in words of our own",
    "check_classifiers_one_label": "both outcomes are needed; that is refused in words of our own",
    "check_supervised_y_no_nan": "an outcome that is missing or infinite is refused in words of our own",
}
OF_TRAITS = {"check_classifiers_train": "asks for 83% right on points of a plane, of which the traits keep too little"}
OURS = [
    make_pipeline(AnyTable(), PassengerMatrix(fewest_rows=1)),
    make_pipeline(AnyTable(), FieldMatrix(TITANIC.columns, fewest_rows=1)),
    make_pipeline(AnyTable(), PassengerMatrix(fewest_rows=1), PassengerTraits()),
    make_pipeline(AnyTable(), PassengerMatrix(fewest_rows=1), *survival.build_estimator("logistic")[1:]),
    make_pipeline(AnyTable(), PassengerMatrix(fewest_rows=1), *survival.build_estimator()[1:]),
]


def exceptions(pipeline):
    return EXCEPTIONS | (OF_TRAITS if "passengertraits" in pipeline.named_steps else {})


@parametrize_with_checks(OURS, expected_failed_checks=exceptions)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


PREPARED = {1: "a22d375589192cfc", 2: "68a22265dd3d9337"}


def test_the_preparation_version_stands_for_what_the_transformers_make(X):
    """If this fails because you changed their output on purpose, raise `PREPARATION_VERSION` and add its checksum."""
    matrix = PassengerMatrix().fit(X)
    design = PassengerTraits().fit_transform(matrix.transform(X))  # sparse
    arrays = [matrix.transform(X), matrix.background_, design.toarray()]
    rounded = b"".join(np.nan_to_num(array, nan=-1).round(9).astype("<f8").tobytes() for array in arrays)
    assert hashlib.sha256(rounded).hexdigest()[:16] == PREPARED[PREPARATION_VERSION]


def test_the_matrix_of_passengers_is_that_of_their_fields_and_its_files_stay_as_they_are(X):
    general = FieldMatrix(TITANIC.columns).fit(X)
    np.testing.assert_array_equal(general.transform(X), PassengerMatrix().fit_transform(X))
    assert PassengerMatrix().get_params() == {
        "fewest_rows": 30
    }  # another setting would be another version of each model
