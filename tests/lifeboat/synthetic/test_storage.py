"""A generator on disk."""

import json

import numpy as np
import pandas as pd
import pytest

from lifeboat.synthetic import PassengerGenerator, SyntheticDataError


@pytest.fixture
def saved(generator, tmp_path):
    return generator.save(tmp_path / "deep" / "generator.npz")


def edited(saved, **changes):
    with np.load(saved) as file:
        arrays = {name: file[name] for name in file.files} | changes
    np.savez(saved, **arrays)
    return saved


def test_a_loaded_generator_makes_the_same_passengers(generator, saved):
    loaded = PassengerGenerator.load(saved)
    pd.testing.assert_frame_equal(loaded.sample(1000), generator.sample(1000))
    assert loaded.fingerprint_ == generator.fingerprint_
    assert loaded.caution == generator.caution


def test_a_scenario_can_be_saved_too(generator, tmp_path):
    children = generator.with_marginal("age", {3: 1}, survived=1)
    loaded = PassengerGenerator.load(children.save(tmp_path / "children.npz"))
    pd.testing.assert_frame_equal(loaded.sample(1000), children.sample(1000))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SyntheticDataError, match=r"no saved generator at .*nothing.npz"):
        PassengerGenerator.load(tmp_path / "nothing.npz")


@pytest.mark.parametrize("content", [b"", b"not a file of arrays", b"PK\x03\x04 cut"])
def test_another_kind_of_file_is_refused(saved, content):
    saved.write_bytes(content)
    with pytest.raises(SyntheticDataError, match="damaged"):
        PassengerGenerator.load(saved)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_file_is_refused(saved, share):
    saved.write_bytes(saved.read_bytes()[: int(share * saved.stat().st_size)])
    with pytest.raises(SyntheticDataError, match="damaged"):
        PassengerGenerator.load(saved)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_flipped_bit_is_noticed(saved, share):
    content = bytearray(saved.read_bytes())
    content[int(share * len(content))] ^= 16
    saved.write_bytes(content)
    with pytest.raises(SyntheticDataError, match="damaged"):
        PassengerGenerator.load(saved)


def test_another_version_is_named(saved):
    header = json.dumps({"format": "lifeboat.PassengerGenerator", "version": 99, "caution": 3})
    with pytest.raises(SyntheticDataError, match=r"version 99; this program reads .* version 1"):
        PassengerGenerator.load(edited(saved, header=np.array(header)))


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": np.ones(3)},
        {"cells": np.zeros((3, 2), dtype=np.int32)},
        {"header": np.array("{}")},
        {"header": np.array("[1, 2]")},
        {"age_shares": np.zeros((2, 2))},
        {"fare_bands": np.full((1, 1), 9)},
        {"cells": np.array([{"pickled": "object"}], dtype=object)},
    ],
    ids=["weights", "cells", "empty header", "strange header", "shares", "bands", "pickle"],
)
def test_arrays_that_do_not_fit_are_refused(saved, changes):
    with pytest.raises(SyntheticDataError, match="damaged"):
        PassengerGenerator.load(edited(saved, **changes))
