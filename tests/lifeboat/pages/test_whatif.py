import numpy as np
import pytest

from lifeboat.pages.predict.likeness import everyone
from lifeboat.pages.predict.whatif import smallest_changes
from lifeboat.passengers import FEATURES, FIELDS
from lifeboat.survival.preprocessing import read_passengers

PEOPLE = everyone()[0].iloc[::97].to_dict("records")
SEX, PCLASS, AGE = (FEATURES.index(name) for name in ("sex", "pclass", "age"))
FEMALE = FIELDS["sex"].codes["female"]


class Rule:
    """A model that is a rule over the matrix."""

    def __init__(self, rule):
        self.rule = rule

    def predict_proba(self, matrix):
        survived = self.rule(matrix).astype(float)
        return np.column_stack([1 - survived, survived])


@pytest.fixture
def model(champion):
    return champion.pipeline[1:]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["name"][:12])
def test_every_change_flips_the_verdict(model, person):
    passenger = {name: person[name] for name in FEATURES}
    before = model.predict_proba(read_passengers(passenger))[0, 1] >= 0.5
    for change in smallest_changes(model, passenger):
        after = model.predict_proba(read_passengers(passenger | change.values))[0, 1]
        assert after == pytest.approx(change.probability)
        assert (after >= 0.5) != before
        assert all(passenger[name] != value for name, value in change.values.items())


def test_only_values_of_the_data_are_proposed(model):
    frame, _ = everyone()
    for person in PEOPLE:
        for change in smallest_changes(model, person):
            assert all(value in set(frame[name]) for name, value in change.values.items())


def test_the_nearest_of_many_ages_is_chosen():
    old = {"pclass": 1, "sex": "male", "age": 50.0, "sibsp": 0, "parch": 0, "fare": 30.0, "embarked": "S"}
    (change,) = smallest_changes(Rule(lambda m: m[:, AGE] < 40), old)
    assert change.values == {"age": 39.0}


def test_one_change_comes_before_two():
    person = {"pclass": 3, "sex": "male", "age": 50.0, "sibsp": 0, "parch": 0, "fare": 30.0, "embarked": "S"}
    either = smallest_changes(Rule(lambda m: (m[:, SEX] == FEMALE) | (m[:, PCLASS] == 1)), person)
    both = smallest_changes(Rule(lambda m: (m[:, SEX] == FEMALE) & (m[:, PCLASS] == 1)), person)
    assert [change.values for change in either] == [{"pclass": 1}, {"sex": "female"}]
    assert both[0].values == {"pclass": 1, "sex": "female"}


def test_a_model_that_is_sure_has_no_change_to_offer():
    assert smallest_changes(Rule(lambda m: m[:, SEX] > 9), PEOPLE[0]) == []
