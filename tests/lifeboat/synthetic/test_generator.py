"""The generator's promises: what a sample holds, that a seed fixes it, and what is refused."""

import hashlib
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lifeboat import passengers as titanic
from lifeboat.errors import LifeboatError
from lifeboat.passengers import LABEL
from lifeboat.synthetic import NotFittedError, PassengerGenerator, SyntheticDataError


@pytest.mark.parametrize("label", [0, 1])
def test_the_outcome_can_be_chosen(generator, label):
    assert generator.sample(50, survived=label)[LABEL].unique().tolist() == [label]


@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
def test_the_share_of_survivors_can_be_chosen(generator, rate):
    assert generator.sample(20_000, survival_rate=rate)[LABEL].mean() == pytest.approx(rate, abs=0.005)


@pytest.mark.parametrize("balanced", [True, False])
def test_a_longer_sample_begins_with_the_shorter_one(generator, balanced):
    shorter, longer = (generator.sample(n, seed=3, balanced=balanced) for n in (10, 70_000))
    pd.testing.assert_frame_equal(shorter, longer.head(10))


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_parts_made_apart_are_together_the_whole_sample(generator, parts):
    edges = [150_000 * i // parts for i in range(parts + 1)]
    batches = [generator.iter_batches(stop, 40_000, seed=1, start=start) for start, stop in pairwise(edges)]
    together = pa.Table.from_batches(batch for part in batches for batch in part).to_pandas()
    pd.testing.assert_frame_equal(together, generator.sample(150_000, seed=1))


def test_an_empty_sample_has_the_columns_and_types_of_any_other(generator):
    pd.testing.assert_series_equal(generator.sample(0).dtypes, generator.sample(5).dtypes)


def test_another_process_makes_the_same_passengers(generator):
    program = (
        "from lifeboat import passengers; from lifeboat.synthetic import PassengerGenerator;"
        "print(PassengerGenerator().fit(passengers.load()).sample(500, seed=9).to_csv())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == generator.sample(500, seed=9).to_csv().strip()


def test_the_order_of_the_rows_that_it_learns_from_does_not_matter(generator, passengers):
    shuffled = PassengerGenerator().fit(passengers.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(shuffled.sample(1000), generator.sample(1000))


def test_batches_are_the_sample_as_arrow(generator):
    batches = list(generator.iter_batches(1000, 300, seed=5, survived=1))
    assert [len(batch) for batch in batches] == [300, 300, 300, 100]
    expected = generator.sample(1000, seed=5, survived=1)
    pd.testing.assert_frame_equal(pa.Table.from_batches(batches).to_pandas(), expected)


def test_unknown_values_are_null_in_arrow(generator):
    batch = next(generator.iter_batches(5000, 5000))
    unknown = generator.sample(5000).isna().sum()
    assert {name: batch.column(name).null_count for name in batch.schema.names} == unknown.to_dict()


def test_batches_can_begin_anywhere(generator):
    rest = pa.Table.from_batches(generator.iter_batches(1000, 400, start=700)).to_pandas()
    pd.testing.assert_frame_equal(rest, generator.sample(1000).iloc[700:].reset_index(drop=True))


def test_a_stream_of_any_length_begins_at_once(generator):
    batch = next(generator.iter_batches(2**47, 10))
    pd.testing.assert_frame_equal(pa.Table.from_batches([batch]).to_pandas(), generator.sample(10))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": -1}, "n is -1"),
        ({"n": 1.5}, "n is 1.5"),
        ({"n": True}, "n is True"),
        ({"n": 10**12}, "n is 1000000000000: .* to 1000000000"),
        ({"n": 1, "survived": 2}, "survived is 2"),
        ({"n": 1, "survival_rate": 1.2}, "survival_rate is 1.2"),
        ({"n": 1, "survival_rate": float("nan")}, "survival_rate is nan"),
        ({"n": 1, "survival_rate": "half"}, "survival_rate is 'half'"),
        ({"n": 1, "survived": 1, "survival_rate": 0.5}, "both given"),
        ({"n": 1, "seed": -1}, "seed is -1"),
    ],
)
def test_a_request_out_of_range_is_refused_by_name(generator, arguments, message):
    with pytest.raises(SyntheticDataError, match=message):
        generator.sample(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"start": 11}, "start is 11"),
        ({"survived": "yes"}, "survived is 'yes'"),
    ],
)
def test_a_stream_out_of_range_is_refused_before_its_first_batch(generator, arguments, message):
    with pytest.raises(SyntheticDataError, match=message):
        generator.iter_batches(10, **arguments)


@pytest.mark.parametrize(
    "ask",
    [
        lambda generator: generator.sample(1),
        lambda generator: generator.iter_batches(1),
        lambda generator: generator.marginal("age"),
        lambda generator: generator.with_marginal("age", {1: 1}),
        lambda generator: generator.survival_rate_,
        lambda generator: generator.fingerprint_,
    ],
)
def test_everything_needs_a_fit(ask):
    with pytest.raises(NotFittedError, match="call fit"):
        ask(PassengerGenerator())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: p.head(10), "10 passengers are too few"),
        (lambda p: p.drop(columns="fare"), "missing column: fare"),
        (lambda p: p.assign(age=np.nan), "age is missing for all passengers"),
        (lambda p: p.assign(embarked=None), "embarked is missing for all passengers"),
        (lambda p: p[p[LABEL] == 0], "survived is 0 for all passengers"),
        (lambda p: p.assign(survived=p[LABEL].mask(p.index == 3)), "survived is missing for some"),
        (lambda p: p.assign(sex="unknown"), "sex is 'unknown'; allowed: female or male"),
        (lambda p: p.assign(survived=2), "survived is 2"),
        (lambda p: p.to_dict(), "passengers is a dict"),
    ],
)
def test_data_that_nothing_can_be_learned_from_are_refused(passengers, spoil, message):
    with pytest.raises(LifeboatError, match=message):
        PassengerGenerator().fit(spoil(passengers))


def test_a_caution_of_zero_is_refused(passengers):
    with pytest.raises(SyntheticDataError, match="caution is 0"):
        PassengerGenerator(caution=0).fit(passengers)


@pytest.mark.parametrize(
    "thin",
    [
        lambda p: p.groupby(LABEL).head(25),
        lambda p: p.assign(fare=0.0),
        lambda p: p.assign(age=0.5, sibsp=0, parch=0),
        lambda p: p[p["sex"] == "male"],
        lambda p: p.assign(age=np.where(p.index < 3, 80.0, np.nan)),
    ],
)
def test_thin_data_still_give_valid_passengers(passengers, thin):
    known = thin(passengers)
    sample = PassengerGenerator().fit(known).sample(500)
    assert len(titanic.validate(sample, label=True)) == 500
    assert sample[LABEL].mean() == pytest.approx(known[LABEL].mean(), abs=0.02)


def test_the_stream_is_what_it_always_was(generator):
    """Integers all the way, so that any platform that learns the same makes the same: this digest may not change."""
    rows = generator.sample(1000, seed=1912).to_csv(index=False)
    assert hashlib.sha256(rows.encode()).hexdigest()[:16] == "8d2a64c854fc802f"
