import numpy as np
import pytest

from lifeboat.pages.predict.likeness import WEIGHTS, distances, everyone, most_similar
from lifeboat.passengers import FEATURES
from lifeboat.survival.preprocessing import read_passengers

BRAUND = dict(zip(FEATURES, [3, "male", 22.0, 1, 0, 7.25, "S"], strict=True))


def test_a_passenger_is_most_like_themselves():
    nearest = most_similar(BRAUND, 3)
    assert nearest["name"].iloc[0] == "Braund, Mr. Owen Harris"
    assert nearest["distance"].iloc[0] == 0
    assert nearest["distance"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("change", "distance"),
    [
        ({"sex": "female"}, 2),
        ({"pclass": 1}, 2),
        ({"age": 32.0}, 0.5),
        ({"age": 80.0}, 1),
        ({"age": None}, 1),
        ({"embarked": None}, 0.5),
        ({"sibsp": 2}, 0.25),
        ({"fare": 2 * 8.25 - 1}, 0.5 * np.log(2) / 1.5),
    ],
)
def test_each_difference_counts_as_stated(change, distance):
    other, self = (read_passengers(p) for p in (BRAUND | change, BRAUND))
    assert distances(other, self[0]).item() == pytest.approx(distance)


def test_two_unknown_values_are_the_same():
    unknown = read_passengers(BRAUND | {"age": None, "fare": None, "embarked": None})
    assert distances(unknown, unknown[0]).item() == 0


def test_distance_is_symmetric_and_bounded():
    _, matrix = everyone()
    some = matrix[::50]
    table = np.array([distances(some, row) for row in some])
    assert table == pytest.approx(table.T)
    assert table.max() <= sum(WEIGHTS.values())
