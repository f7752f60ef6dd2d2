import numpy as np
import pytest
from scipy.stats import binomtest

from lifeboat.intervals import mean_interval, wilson


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (5, 10), (10, 10), (37, 1000)])
def test_wilson_agrees_with_scipy(successes, trials):
    low, high = wilson(successes, trials, level=0.9)
    expected = binomtest(successes, trials).proportion_ci(0.9, method="wilson")
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high))


def test_nothing_is_known_without_trials():
    low, high = wilson([0, 1], [0, 2])
    assert (low[0], high[0]) == (0, 1)


@pytest.mark.parametrize("n", [30, 5000])
def test_the_interval_of_a_mean_is_as_wide_as_theory_says(n):
    values = np.random.default_rng(3).normal(2, 1, n)
    low, high = mean_interval(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(n), rel=0.15)


@pytest.mark.parametrize("n", [10, 30])
def test_the_interval_of_few_skewed_values_holds_their_mean_as_often_as_it_says(n):
    """The percentile bootstrap holds it in 83% of samples of ten, and the plain t interval in 90%."""
    samples = np.random.default_rng(4).exponential(size=(2000, n))
    held = [low <= 1 <= high for low, high in map(mean_interval, samples)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_equal_values_have_an_interval_without_width():
    assert mean_interval([0.3] * 5) == pytest.approx((0.3, 0.3))


def test_wilsons_interval_holds_the_share_as_often_as_it_says_on_average():
    random = np.random.default_rng(5)
    share = random.random(4000)
    low, high = wilson(random.binomial(30, share), 30)
    assert np.mean((low <= share) & (share <= high)) == pytest.approx(0.95, abs=0.012)


def test_one_value_has_no_interval_of_its_mean():
    assert np.isnan(mean_interval([1.0])).all()
