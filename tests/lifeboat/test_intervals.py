import pytest
from scipy.stats import binomtest

from lifeboat.intervals import wilson


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (5, 10), (10, 10), (37, 1000)])
def test_wilson_agrees_with_scipy(successes, trials):
    low, high = wilson(successes, trials, level=0.9)
    expected = binomtest(successes, trials).proportion_ci(0.9, method="wilson")
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high))


def test_nothing_is_known_without_trials():
    low, high = wilson([0, 1], [0, 2])
    assert (low[0], high[0]) == (0, 1)
