"""How faithful the generator is, and whether the judges can be trusted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging import fidelity, judges, rivals


@pytest.fixture(scope="module")
def halves(passengers):
    pair = train_test_split(passengers, test_size=0.5, stratify=passengers["survived"], random_state=0)
    return [half.reset_index(drop=True) for half in pair]


@pytest.fixture(scope="module")
def made(halves):
    return PassengerGenerator().fit(halves[0])


def test_a_table_agrees_with_itself(passengers):
    assert (fidelity.per_feature(passengers, passengers) == 1).all(axis=None)
    assert (fidelity.per_pair(passengers, passengers) == 1).all(axis=None)


def test_tables_that_share_nothing_do_not_agree(passengers):
    table = passengers.assign(sex="male", embarked="S")
    other = passengers.assign(sex="female", embarked="Q")
    assert (fidelity.per_feature(table, other).loc[["sex", "embarked"]] == 0).all(axis=None)
    assert (fidelity.per_pair(table, other).loc["sex × embarked"] == 0).all()


def test_each_feature_of_each_class_is_faithful(passengers, generator):
    agreement = fidelity.per_feature(passengers, generator.sample(50_000))
    assert agreement.min(axis=None) > 0.92
    assert agreement.mean(axis=None) > 0.97


def test_pairs_are_more_faithful_than_independent_features(passengers, generator):
    ours = fidelity.per_pair(passengers, generator.sample(50_000))
    theirs = fidelity.per_pair(passengers, rivals.marginals(passengers, 50_000))
    assert (ours - theirs).min(axis=None) > -0.03
    assert (1 - ours).mean(axis=None) < 0.6 * (1 - theirs).mean(axis=None)


def test_survival_given_sex_and_class_is_within_three_points(passengers, generator):
    rates = fidelity.survival_by_sex_and_class(passengers, generator.sample(50_000))
    assert rates["difference"].abs().max() < 0.03


@pytest.mark.parametrize("label", [0, 1])
def test_unknown_ages_are_as_frequent_for_the_same_kind_of_passenger(passengers, generator, label):
    shares = [
        table[table["survived"] == label]["age"].isna().groupby(table["pclass"]).mean()
        for table in (passengers, generator.sample(50_000))
    ]
    assert (shares[0] - shares[1]).abs().max() < 0.05


def test_small_children_do_not_travel_alone(generator):
    children = generator.sample(50_000).query("age < 8")
    assert (children["parch"] == 0).mean() < 0.04
    assert children["age"].notna().sum() / 50_000 == pytest.approx(66 / 1309, abs=0.005)


@pytest.mark.parametrize("pclass", [1, 2, 3])
def test_fares_fit_their_class(passengers, generator, pclass):
    fares = [table.loc[table["pclass"] == pclass, "fare"] for table in (passengers, generator.sample(50_000))]
    quantiles = [fare.quantile([0.1, 0.5, 0.9]) for fare in fares]
    assert quantiles[1].to_numpy() == pytest.approx(quantiles[0].to_numpy(), rel=0.12)


def test_the_discriminator_knows_a_caricature(halves):
    caricature = halves[0].assign(age=halves[0]["age"].sample(frac=1, random_state=0).to_numpy(), fare=10.0)
    assert judges.discriminator_auc(caricature, halves[1]) > 0.9


def test_the_discriminator_does_not_tell_real_from_real(halves):
    assert judges.discriminator_auc(*halves) == pytest.approx(0.5, abs=0.05)


def test_copies_are_counted(halves):
    assert judges.copied(halves[0], halves[0]) == 1
    assert judges.copied(halves[0].assign(fare=3.21), halves[0]) == 0


def test_nearness_is_half_for_neither_and_one_for_copies(halves):
    third = len(halves[1]) // 2
    unseen, other = halves[1].iloc[:third], halves[1].iloc[third : 2 * third]
    assert judges.nearer_to_training(halves[0], unseen, other) == pytest.approx(0.5, abs=0.06)
    assert judges.nearer_to_training(unseen, unseen, other) > 0.85


@pytest.mark.slow
def test_unseen_passengers_and_privacy(halves, made):
    sample = made.sample(len(halves[0]))
    assert judges.copied(sample, halves[0]) <= 0.17
    assert judges.nearer_to_training(sample, *halves) <= 0.58
    assert judges.discriminator_auc(sample, halves[1]) <= 0.63
    assert judges.transfer_auc(made.sample(10_000), halves[1]) >= 0.84


def test_a_sample_from_all_passengers_holds_few_copies(passengers, generator):
    assert judges.copied(generator.sample(20_000), passengers) <= 0.17


@pytest.mark.parametrize("rival", rivals.RIVALS.values(), ids=rivals.RIVALS)
def test_a_rival_draws_passengers_of_the_usual_types(passengers, rival):
    drawn = rival(passengers, 1000, seed=1)
    pd.testing.assert_series_equal(drawn.dtypes, passengers.dtypes)
    assert drawn["survived"].mean() == pytest.approx(passengers["survived"].mean(), abs=0.06)
    pd.testing.assert_frame_equal(drawn, rival(passengers, 1000, seed=1))
    assert np.isin(drawn["fare"].dropna(), passengers["fare"]).all()
