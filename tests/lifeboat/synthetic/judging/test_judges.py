"""Whether the judges can be trusted, and what they say of the generator."""

import pytest
from sklearn.model_selection import train_test_split

from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging import judges


@pytest.fixture(scope="module")
def halves(passengers):
    pair = train_test_split(passengers, test_size=0.5, stratify=passengers["survived"], random_state=0)
    return [half.reset_index(drop=True) for half in pair]


@pytest.fixture(scope="module")
def made(halves):
    return PassengerGenerator().fit(halves[0])


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


def test_a_year_of_age_is_a_small_difference_and_another_sex_is_not(halves):
    men = halves[0].query("sex == 'male' and age >= 0").head(60)
    assert judges.nearer_to_training(men, men.assign(age=men["age"] + 1), men.assign(sex="female")) == 1


@pytest.mark.slow
def test_unseen_passengers_and_privacy(halves, made):
    sample = made.sample(len(halves[0]))
    assert judges.copied(sample, halves[0]) <= 0.17
    assert judges.nearer_to_training(sample, *halves) <= 0.58
    assert judges.discriminator_auc(sample, halves[1]) <= 0.63
    assert judges.transfer_auc(made.sample(10_000), halves[1]) >= 0.84


def test_a_sample_from_all_passengers_holds_few_copies(passengers, generator):
    assert judges.copied(generator.sample(20_000), passengers) <= 0.17
