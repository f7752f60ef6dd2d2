"""The generator's promises: what a sample holds, and that a seed fixes it."""

from importlib import resources

import pandas as pd
import pytest

from lifeboat.synthetic import NotFittedError, PassengerGenerator, SyntheticDataError

COLUMNS = ["pclass", "sex", "age", "sibsp", "parch", "fare", "embarked", "survived"]


@pytest.fixture(scope="module")
def passengers() -> pd.DataFrame:
    frame = pd.read_csv(resources.files("lifeboat") / "data" / "titanic.csv")
    return frame.assign(embarked=frame["embarked"].astype(object).where(frame["embarked"].notna(), None))


@pytest.fixture(scope="module")
def generator(passengers):
    return PassengerGenerator().fit(passengers)


def test_a_sample_holds_the_seven_features_and_the_label(generator):
    assert generator.sample(5).columns.tolist() == COLUMNS


@pytest.mark.parametrize("label", [0, 1])
def test_a_class_can_be_chosen(generator, label):
    assert generator.sample(50, survived=label)["survived"].unique().tolist() == [label]


@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
def test_the_share_of_survivors_can_be_chosen(generator, rate):
    assert generator.sample(20_000, survival_rate=rate)["survived"].mean() == pytest.approx(rate, abs=0.01)


def test_by_default_the_class_has_its_observed_share(generator, passengers):
    assert generator.sample(20_000)["survived"].mean() == pytest.approx(passengers["survived"].mean(), abs=0.01)


def test_a_longer_sample_begins_with_the_shorter_one(generator):
    pd.testing.assert_frame_equal(generator.sample(10, seed=3), generator.sample(1000, seed=3).head(10))


def test_another_seed_gives_other_passengers(generator):
    assert not generator.sample(10, seed=3).equals(generator.sample(10, seed=4))


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_shards_together_are_the_whole_sample(generator, parts):
    shards = [generator.sample(100, seed=1, shard=(i, parts)) for i in range(parts)]
    pd.testing.assert_frame_equal(pd.concat(shards, ignore_index=True), generator.sample(100, seed=1))


def test_an_empty_sample_has_the_columns_and_types_of_any_other(generator):
    pd.testing.assert_series_equal(generator.sample(0).dtypes, generator.sample(5).dtypes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": -1}, "n is -1"),
        ({"n": 1.5}, "n is 1.5"),
        ({"n": 1, "survived": 2}, "survived is 2"),
        ({"n": 1, "survival_rate": 1.2}, "survival_rate is 1.2"),
        ({"n": 1, "shard": (2, 2)}, r"shard is \(2, 2\)"),
    ],
)
def test_a_request_out_of_range_is_refused_by_name(generator, arguments, message):
    with pytest.raises(SyntheticDataError, match=message):
        generator.sample(**arguments)


def test_sampling_needs_a_fit():
    with pytest.raises(NotFittedError, match="call fit"):
        PassengerGenerator().sample(1)
