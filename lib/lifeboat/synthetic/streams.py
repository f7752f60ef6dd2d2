"""Random numbers that belong to a row: row i gets the same ones however, and in whatever company, it is made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np

AXES = 3  # numbers a row
BLOCK = 1 << 16
_INDEX_BITS = 48  # rows of a stream: 2 ** 48
_DIRECTIONS = {0: ((), 0), 1: ((1,), 0), 2: ((1, 3), 1)}  # axis: first odd integers, inner coefficients (Joe and Kuo)


def blocks(seed: int, start: int, stop: int, balanced: bool) -> Iterator[np.ndarray]:
    """Yield the random numbers of rows `start` to `stop` of a seed's stream, a block of rows at a time.

    Parameters
    ----------
    seed : int
        From 0 to 2**128 - 1.
    start, stop : int
        First row, and the row after the last one; at most 2**48.
    balanced : bool
        Whether the rows together fill the cube evenly; see `_balanced`. If not, they are independent.

    Yields
    ------
    ndarray of uint64, shape (3, rows)
        Uniform on 0 to 2**64 - 1; at most 65,536 rows.
    """
    draw = _balanced(seed, stop) if balanced else _independent(seed)
    while start < stop:
        end = min(stop, (start // BLOCK + 1) * BLOCK)
        yield draw(start, end)
        start = end


def _independent(seed: int):  # noqa: ANN202
    """Philox, a counter-based generator (Salmon, Moraes, Dror and Shaw 2011): block i depends on key and i alone."""

    def draw(start: int, end: int) -> np.ndarray:
        bits = np.random.Philox(key=seed).advance(start)
        return bits.random_raw(4 * (end - start)).reshape(-1, 4).T[:AXES]

    return draw


def _balanced(seed: int, stop: int):  # noqa: ANN202
    """The sequence of Sobol' (1967), scrambled by the seed (Matousek 1998): each row alone is uniform.

    Number i is the exclusive or of the direction numbers of i's binary digits, so a block needs one table for the
    low digits, and one number for the high ones.
    """
    directions, shift = _scrambled_directions(seed)
    table = np.zeros((AXES, 1), dtype=np.uint64)
    for digit in range(min(BLOCK - 1, stop - 1 if stop else 0).bit_length()):
        table = np.hstack([table, table ^ directions[:, digit, None]])

    def draw(start: int, end: int) -> np.ndarray:
        high = start // BLOCK
        digits = [directions[:, 16 + k] for k in range(high.bit_length()) if high >> k & 1]
        return table[:, start % BLOCK : (end - 1) % BLOCK + 1] ^ reduce(np.bitwise_xor, digits, shift)[:, None]

    return draw


def _scrambled_directions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Multiply the direction numbers by random lower triangular bit matrices; return them with a random shift."""
    random = np.random.Philox(key=seed).random_raw(AXES * 64 + AXES)
    top = np.uint64(1) << np.arange(63, -1, -1, dtype=np.uint64)
    rows = random[:-AXES].reshape(AXES, 64) & ~(2 * top - np.uint64(1)) | top
    parity = np.bitwise_count(rows[:, None, :] & _sobol_directions()[:, :, None]).astype(np.uint64) & np.uint64(1)
    return np.bitwise_or.reduce(parity * top, axis=2), random[-AXES:]


def _sobol_directions() -> np.ndarray:
    """Return Sobol's direction numbers, shape (axes, digits), by the recurrence of Bratley and Fox (1988)."""
    axes = []
    for first, inner in _DIRECTIONS.values():
        degree = len(first)
        odd = list(first) or [1] * _INDEX_BITS
        for k in range(len(odd), _INDEX_BITS):
            terms = [odd[k - j] << j for j in range(1, degree) if inner >> (degree - 1 - j) & 1]
            odd.append(reduce(int.__xor__, terms, odd[k - degree] ^ (odd[k - degree] << degree)))
        axes.append([value << (63 - k) for k, value in enumerate(odd)])
    return np.array(axes, dtype=np.uint64)
