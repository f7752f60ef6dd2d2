"""What ages and fares can be, and what vouches for them."""

import numpy as np
import pytest

from lifeboat.synthetic.values import AGES, Fares, age_codes, age_kernel


def test_every_age_and_fare_of_the_data_can_be_made(passengers):
    age, fare = passengers["age"].to_numpy(), passengers["fare"].to_numpy()
    prices = Fares.of(fare)
    np.testing.assert_array_equal(AGES[age_codes(age)], age)
    np.testing.assert_array_equal(prices.values[prices.codes(fare)], fare)


@pytest.mark.parametrize(
    ("age", "nearest"), [(0.0, 0.0833), (0.95, 0.9167), (33.2, 33.0), (33.4, 33.5), (120.0, 120.0)]
)
def test_other_ages_become_the_nearest_one(age, nearest):
    assert AGES[age_codes(np.array([age]))[0]] == nearest


@pytest.mark.parametrize("age", [0.75, 2.0, 30.0, 40.5])
def test_nobodys_own_age_is_handed_on_but_its_neighbours_are(age):
    kernel = age_kernel(np.array([age, 80.0]))[0]
    likely = AGES[np.argsort(kernel)[-4:]]
    assert kernel[age_codes(np.array([age]))[0]] < 1e-6
    assert (abs(likely - age) < 4).all()


def test_ages_keep_the_way_they_are_written():
    kernel = age_kernel(np.array([30.5, 80.0]))[0]
    assert (AGES[kernel > 0] % 1 == 0.5).all()


def test_a_price_in_between_is_in_whole_pence():
    prices = Fares.of(np.array([7.25, 7.25, 8.05, 26.0]))
    pence = prices.values[:-1] * 240
    assert len(prices.values) == 6
    assert pence == pytest.approx(np.rint(pence), abs=0.02)


def test_a_price_paid_once_is_not_handed_on():
    fares = np.array([10.0] * 9 + [10.5])
    prices = Fares.of(fares)
    kernel = prices.kernel(fares)
    assert kernel[-1, prices.codes(np.array([10.5]))] == 0
    assert kernel[0, prices.codes(np.array([10.0]))] > 0.7


@pytest.mark.parametrize("fare", [0.0, np.nan])
def test_free_and_unknown_fares_stay_what_they_are(fare):
    fares = np.array([fare, 8.0, 8.0, 9.0])
    prices = Fares.of(fares)
    assert prices.kernel(fares)[0, prices.codes(fares)[0]] == 1


def test_kernels_are_distributions(passengers):
    age = passengers["age"].dropna().to_numpy()
    fare = passengers["fare"].to_numpy()
    for kernel in (age_kernel(age), Fares.of(fare).kernel(fare)):
        assert (kernel >= 0).all()
        assert kernel.sum(axis=1) == pytest.approx(1)
