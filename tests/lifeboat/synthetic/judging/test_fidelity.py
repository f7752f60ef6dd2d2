"""How faithful the generator is: feature by feature, pair by pair, and in what everybody knows of the Titanic."""

from itertools import combinations

import numpy as np
import pytest

from lifeboat.passengers import FEATURES
from lifeboat.synthetic.judging import fidelity, rivals

MANY = 50_000
PAIRS = list(combinations(FEATURES, 2))


def agreement(real, made, groups):
    """Share of passengers on whom two tables agree, by outcome: 1 minus the total variation distance."""
    edges = {name: real[name].quantile(np.linspace(0, 1, 9)[1:-1]).unique() for name in ("age", "fare")}
    real, made = banded(real, edges), banded(made, edges)
    found = []
    for names in groups:
        shares = [table.groupby("survived")[list(names)].value_counts(normalize=True) for table in (real, made)]
        found.append(1 - shares[0].sub(shares[1], fill_value=0).abs().groupby("survived").sum() / 2)
    return np.array(found)


def banded(table, edges):
    """Ages and fares in eight bands of equally many real passengers; what is unknown has a value of its own."""
    bands = {name: np.where(table[name].isna(), -1, np.digitize(table[name], edge)) for name, edge in edges.items()}
    return table.assign(**bands, embarked=table["embarked"].fillna("unknown"))


def test_each_feature_is_faithful_given_the_outcome(passengers, generator):
    found = agreement(passengers, generator.sample(MANY), [[name] for name in FEATURES])
    assert found.min() > 0.92
    assert found.mean() > 0.97


def test_pairs_are_more_faithful_than_those_of_independent_features(passengers, generator):
    ours = agreement(passengers, generator.sample(MANY), PAIRS)
    theirs = agreement(passengers, rivals.marginals(passengers, MANY), PAIRS)
    assert (ours - theirs).min() > -0.03
    assert (1 - ours).mean() < 0.6 * (1 - theirs).mean()


def test_survival_given_sex_and_class_is_within_three_points(passengers, generator):
    rates = fidelity.survival_by_sex_and_class(passengers, generator.sample(MANY))
    assert rates["difference"].abs().max() < 0.03


@pytest.mark.parametrize("outcome", [0, 1])
def test_unknown_ages_are_as_frequent_for_the_same_kind_of_passenger(passengers, generator, outcome):
    shares = [
        table[table["survived"] == outcome]["age"].isna().groupby(table["pclass"]).mean()
        for table in (passengers, generator.sample(MANY))
    ]
    assert (shares[0] - shares[1]).abs().max() < 0.05


def test_small_children_do_not_travel_alone(generator):
    children = generator.sample(MANY).query("age < 8")
    assert (children["parch"] == 0).mean() < 0.04
    assert children["age"].notna().sum() / MANY == pytest.approx(66 / 1309, abs=0.005)


@pytest.mark.parametrize("pclass", [1, 2, 3])
def test_fares_fit_their_ticket_class(passengers, generator, pclass):
    fares = [table.loc[table["pclass"] == pclass, "fare"] for table in (passengers, generator.sample(MANY))]
    quantiles = [fare.quantile([0.1, 0.5, 0.9]) for fare in fares]
    assert quantiles[1].to_numpy() == pytest.approx(quantiles[0].to_numpy(), rel=0.12)
