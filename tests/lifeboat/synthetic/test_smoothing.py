"""Borrowing from broader contexts, and what ages and fares vouch for."""

import numpy as np
import pandas as pd
import pytest

from lifeboat.synthetic.smoothing import AGES, Backoff, Fares, age_codes, age_kernel


@pytest.fixture
def rows():
    return pd.DataFrame({"kind": [0] * 40 + [1] * 40})


def test_contexts_that_differ_are_kept_apart(rows):
    target = rows["kind"].to_numpy()
    estimate = Backoff((("kind",),)).estimate(rows, np.eye(2)[target], target, rows.iloc[[0, -1]], 1.0)
    assert estimate == pytest.approx(np.eye(2), abs=0.01)


def test_contexts_that_do_not_differ_are_pooled(rows):
    target = np.arange(80) % 2
    assert Backoff((("kind",),)).strengths(rows, np.eye(2)[target], target) == [np.inf]


def test_a_context_never_seen_gets_the_broader_estimate(rows):
    target = rows["kind"].to_numpy()
    estimate = Backoff((("kind",),)).estimate(rows, np.eye(2)[target], target, pd.DataFrame({"kind": [7]}), 1.0)
    assert estimate == pytest.approx(np.array([[0.5, 0.5]]))


def test_estimates_are_distributions(rows):
    target = np.random.default_rng(0).integers(0, 5, 80)
    ladder = Backoff((("kind",), ("kind", "other")))
    rows = rows.assign(other=np.arange(80) % 7)
    estimate = ladder.estimate(rows, np.eye(5)[target], target, rows, 2.0)
    assert (estimate >= 0).all()
    assert estimate.sum(axis=1) == pytest.approx(1)


def test_the_estimate_is_the_mean_of_the_dirichlet_posterior(rows, monkeypatch):
    target = rows["kind"].to_numpy()
    monkeypatch.setattr(Backoff, "strengths", lambda *_: [4.0])
    estimate = Backoff((("kind",),)).estimate(rows, np.eye(2)[target], target, rows.iloc[[0]], 2.0)
    assert estimate[0] == pytest.approx([(40 + 8 * 0.5) / 48, 8 * 0.5 / 48])


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


def test_between_two_prices_there_is_one_in_whole_pence():
    paid = np.array([7.25, 8.05, 26.0])
    *values, unknown = Fares.of(np.r_[paid, 7.25]).values
    assert np.isnan(unknown)
    assert values[::2] == pytest.approx(paid)
    assert (np.digitize(values[1::2], paid) == [1, 2]).all()
    assert np.array(values) * 240 == pytest.approx(np.rint(np.array(values) * 240), abs=0.02)


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
