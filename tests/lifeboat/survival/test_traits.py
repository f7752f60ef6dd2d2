import numpy as np
import pytest
from scipy import sparse

from lifeboat.passengers import CHILD_BELOW
from lifeboat.survival.preprocessing import read_passengers
from lifeboat.survival.traits import TRAITS, PassengerTraits

BOY = {"pclass": 2, "sex": "male", "age": 4.0, "sibsp": 3, "parch": 1, "fare": 26.0, "embarked": "S"}
MAN = BOY | {"age": None, "sibsp": 0, "parch": 0, "fare": None, "embarked": None, "pclass": 3}


@pytest.fixture(scope="module")
def traits(X):
    return PassengerTraits().fit(read_passengers(X))


def _of(traits, passenger):
    """The names of the columns that are not zero, age apart."""
    values = traits.transform(read_passengers(passenger))[0]
    return [name for name, value in zip(traits.get_feature_names_out(), values, strict=True) if value and name != "age"]


def test_traits_in_words(traits):
    families = ["man, second class", "boy, second class", "large family, second class"]
    assert _of(traits, BOY) == [*families, "from Southampton", "fare 26"]
    assert _of(traits, MAN) == ["man, third class"]


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"age": float(CHILD_BELOW)}, "boy, second class"),
        ({"sibsp": 2}, "large family, second class"),
        ({"fare": 26.01}, "fare 26"),
    ],
)
def test_where_traits_end(traits, change, lost):
    assert set(_of(traits, BOY)) - set(_of(traits, BOY | change)) == {lost}


def test_a_missing_age_is_the_median(traits, X):
    assert traits.age_ == X["age"].median()
    assert traits.transform(read_passengers(MAN))[0][list(traits.get_feature_names_out()).index("age")] == 28 / 40


@pytest.mark.parametrize("trait", TRAITS)
def test_each_trait_can_be_had_alone(X, trait):
    matrix = read_passengers(X)
    alone = PassengerTraits(traits=(trait,)).fit(matrix)
    design = alone.transform(matrix[:100])
    assert design.shape == (100, len(alone.get_feature_names_out()))
    assert not np.isnan(design).any()


def test_a_large_design_matrix_is_sparse_and_holds_the_same_as_small_ones(X, traits):
    matrix = read_passengers(X)
    matrix[::7, [0, 1, 5]] = np.nan  # a class, sex or fare that is missing fills no column
    large = traits.transform(matrix)
    assert isinstance(large, sparse.csr_array)
    small = np.concatenate([traits.transform(rows) for rows in np.array_split(matrix, 10)])
    np.testing.assert_array_equal(large.toarray(), small)
    assert large.nnz == len(X) * len(TRAITS)
