"""Random numbers by row: even, reproducible, and made in any order; tickets in proportion."""

import numpy as np
import pytest
from scipy.stats import qmc

from lifeboat.synthetic import drawing


def numbers(seed, start, stop, balanced=True):
    return np.hstack(list(drawing.random_blocks(seed, start, stop, balanced)))


@pytest.mark.parametrize("balanced", [True, False])
@pytest.mark.parametrize(("start", "stop"), [(0, 1), (5, 9), (65_530, 65_545), (10**12, 10**12 + 3)])
def test_any_part_can_be_made_alone(balanced, start, stop):
    whole = numbers(7, start - start % 65_536, stop, balanced)
    assert np.array_equal(numbers(7, start, stop, balanced), whole[:, start % 65_536 :])


def test_the_directions_are_those_of_sobol():
    points = qmc.Sobol(3, scramble=False, bits=30).random(256)
    directions = drawing.sobol_directions()[:, :8]
    made = np.zeros((3, 1), dtype=np.uint64)
    for digit in range(8):
        made = np.hstack([made, made ^ directions[:, digit, None]])
    assert {tuple(point) for point in made.T / 2.0**64} == {tuple(point) for point in points}


@pytest.mark.parametrize("seed", [0, 1, 2**100])
@pytest.mark.parametrize("start", [0, 256, 65_536])
def test_balanced_rows_fall_one_into_each_cell_of_any_elementary_grid(seed, start):
    points = numbers(seed, start, start + 256)[:2]
    for bits in range(9):
        grid = (points[0] >> np.uint64(64 - bits) if bits else 0) * np.uint64(2 ** (8 - bits))
        grid = grid + (points[1] >> np.uint64(56 + bits) if bits < 8 else np.uint64(0))
        assert len(np.unique(grid)) == 256


@pytest.mark.parametrize("balanced", [True, False])
def test_every_row_alone_is_uniform_over_the_seeds(balanced):
    first = np.array([numbers(seed, 3, 4, balanced)[:, 0] for seed in range(2000)]) / 2.0**64
    assert first.mean(axis=0) == pytest.approx(0.5, abs=0.03)
    assert first.std(axis=0) == pytest.approx(12**-0.5, abs=0.01)
    assert abs(np.corrcoef(first.T) - np.eye(3)).max() < 0.08
