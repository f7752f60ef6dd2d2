import numpy as np
import pytest

from lifeboat.passengers import FEATURES
from lifeboat.spaces.predict.answer import probabilities
from lifeboat.spaces.predict.likeness import everyone
from lifeboat.spaces.predict.whatif import smallest_changes
from lifeboat.survival.preprocessing import read_passengers

PEOPLE = everyone()[0].iloc[::97].to_dict("records")
SEX, PCLASS, AGE = (FEATURES.index(name) for name in ("sex", "pclass", "age"))


@pytest.fixture
def predict(champion):
    return lambda matrix: probabilities(champion, matrix)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["name"][:12])
def test_every_change_flips_the_verdict(predict, person):
    passenger = {name: person[name] for name in FEATURES}
    before = predict(read_passengers(passenger))[0] >= 0.5
    for change in smallest_changes(predict, passenger):
        after = predict(read_passengers(passenger | change.values))[0]
        assert after == pytest.approx(change.probability)
        assert (after >= 0.5) != before
        assert all(passenger[name] != value for name, value in change.values.items())


def test_only_values_of_the_data_are_proposed(predict):
    frame, _ = everyone()
    for person in PEOPLE:
        for change in smallest_changes(predict, person):
            assert all(value in set(frame[name]) for name, value in change.values.items())


def test_the_nearest_of_many_ages_is_chosen():
    old = {"pclass": 1, "sex": "male", "age": 50.0, "sibsp": 0, "parch": 0, "fare": 30.0, "embarked": "S"}
    (change,) = smallest_changes(lambda m: (m[:, AGE] < 40).astype(float), old)
    assert change.values == {"age": 39.0}


def test_one_change_comes_before_two():
    person = {"pclass": 3, "sex": "male", "age": 50.0, "sibsp": 0, "parch": 0, "fare": 30.0, "embarked": "S"}
    either = smallest_changes(lambda m: np.maximum(m[:, SEX] == 1, m[:, PCLASS] == 1).astype(float), person)
    both = smallest_changes(lambda m: np.minimum(m[:, SEX] == 1, m[:, PCLASS] == 1).astype(float), person)
    assert [change.values for change in either] == [{"pclass": 1}, {"sex": "female"}]
    assert both[0].values == {"pclass": 1, "sex": "female"}


def test_a_model_that_is_sure_has_no_change_to_offer():
    assert smallest_changes(lambda matrix: np.zeros(len(matrix)), PEOPLE[0]) == []
