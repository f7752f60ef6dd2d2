"""What every way of making passengers promises, ours and its rivals alike."""

import pandas as pd
import pytest

from lifeboat import passengers as titanic
from lifeboat.passengers import FEATURES, FIELDS, LABEL
from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging.rivals import RIVALS

METHODS = {
    "generator": lambda known, n, seed: PassengerGenerator().fit(known).sample(n, seed=seed),
    "independent": lambda known, n, seed: PassengerGenerator().fit(known).sample(n, seed=seed, balanced=False),
    **RIVALS,
}
COUNTED = [name for name, field in FIELDS.items() if field.values or field.whole]


@pytest.mark.parametrize("make", METHODS.values(), ids=METHODS)
def test_passengers_are_valid_reproducible_and_of_the_kinds_in_the_data(passengers, make):
    made = make(passengers, 2000, 1)
    assert made.columns.tolist() == [*FEATURES, LABEL]
    pd.testing.assert_frame_equal(titanic.validate(made, label=True), made)
    pd.testing.assert_frame_equal(make(passengers, 2000, 1), made)
    assert not make(passengers, 2000, 2).equals(made)
    assert made[LABEL].mean() == pytest.approx(passengers[LABEL].mean(), abs=0.04)
    assert made["age"].isna().mean() == pytest.approx(passengers["age"].isna().mean(), abs=0.05)
    assert {name for name in COUNTED if not made[name].isin(passengers[name]).all()} == set()
    assert set(made.columns[made.isna().any()]) <= set(passengers.columns[passengers.isna().any()])
