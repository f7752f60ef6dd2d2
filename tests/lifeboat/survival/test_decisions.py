import numpy as np
import pandas as pd
import pytest

from lifeboat import LifeboatError, survival

PREDICTIONS = pd.DataFrame({"probability": [0.1, 0.4, 0.6, 0.9], "survived": [0, 1, 0, 1]})


def test_costs_are_counted_by_hand():
    table = survival.decision_costs(PREDICTIONS, miss=5)
    assert table.loc[0.5].tolist() == [1, 1, 100 * (5 + 1) / 4]  # the third dies without help, the second needs none
    assert table.loc[0.0].tolist() == [2, 0, 100 * 10 / 4]
    assert table.loc[1.0].tolist() == [0, 2, 100 * 2 / 4]


def test_the_threshold_of_the_costs_is_the_cheapest_where_probabilities_are_calibrated():
    p = np.linspace(0.005, 0.995, 100).repeat(400)
    lived = np.random.default_rng(0).random(len(p)) < p
    table = survival.decision_costs(pd.DataFrame({"probability": p, "survived": lived.astype(int)}), miss=4)
    at = survival.threshold_for(miss=4)
    assert at == 0.8
    assert table["cost"][at] <= table["cost"].min() * 1.01
    assert table["cost"].idxmin() == pytest.approx(at, abs=0.05)


@pytest.mark.parametrize("name", ["miss", "needless"])
@pytest.mark.parametrize("cost", [0, -1, float("nan")])
def test_costs_must_be_positive(name, cost):
    with pytest.raises(LifeboatError, match=f"{name} is {cost!r}; allowed: a cost above 0"):
        survival.threshold_for(**{"miss": 1, "needless": 1, name: cost})
