"""From random numbers to tables: every row has its own random numbers, and they pick its tickets in a lottery.

Why not `scipy.stats.qmc.Sobol`, which is the same sequence: row i must get the same numbers however it is made, at
once, on every platform and after an upgrade. Its `fast_forward` takes time in proportion to the rows skipped (6 s for
a billion), accepts no more than 2**32 of them (scipy 1.17), and its scrambling draws from a
`numpy.random.Generator`, whose stream numpy does not promise to keep. The directions below are tested against it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from lifeboat.passengers import FEATURES, FIELDS, LABEL, TEXT_FEATURES
from lifeboat.synthetic.joint import BANDS, Joint, texts

_BLOCK_DIGITS = 16
BLOCK = 1 << _BLOCK_DIGITS
"""Rows made at a time."""
_INDEX_BITS = 48  # rows of a stream: 2 ** 48
_DIRECTIONS = {"cell": ((), 0), "age": ((1,), 0), "fare": ((1, 3), 1)}  # first odd integers, coefficients (Joe, Kuo)

_CELL_BITS = 20  # a cell's share is rounded to a millionth,
_VALUE_BITS = 11  # a value's, within its cell, to a two-thousandth
_KEPT = 4  # tables of tickets, one for each survival rate


def _arrow_type(name: str) -> pa.DataType:
    if name in TEXT_FEATURES:
        return pa.string()
    return pa.int64() if name == LABEL or FIELDS[name].whole else pa.float64()


SCHEMA = pa.schema([(name, _arrow_type(name)) for name in [*FEATURES, LABEL]])
"""Arrow types of a batch; an unknown value is null."""


class Draws(NamedTuple):
    """What was drawn for some rows: positions of cells, ages and fares."""

    cell: np.ndarray
    age: np.ndarray
    fare: np.ndarray


AXES = Draws._fields
"""What the random numbers of a row decide, one each."""


def random_blocks(seed: int, start: int, stop: int, balanced: bool) -> Iterator[np.ndarray]:
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
    ndarray of uint64, shape (AXES, rows)
        Uniform on 0 to 2**64 - 1; at most 65,536 rows.
    """
    numbers_of = _balanced(seed, stop) if balanced else _independent(seed)
    while start < stop:
        end = min(stop, (start // BLOCK + 1) * BLOCK)
        yield numbers_of(start, end)
        start = end


def _independent(seed: int) -> Callable[[int, int], np.ndarray]:
    """Philox, a counter-based generator (Salmon, Moraes, Dror and Shaw 2011): row i depends on key and i alone."""

    def numbers_of(start: int, end: int) -> np.ndarray:
        bits = np.random.Philox(key=seed).advance(start)
        return bits.random_raw(4 * (end - start)).reshape(-1, 4).T[: len(AXES)]  # a step makes four, one is left over

    return numbers_of


def _balanced(seed: int, stop: int) -> Callable[[int, int], np.ndarray]:
    """The sequence of Sobol' (1967), scrambled by the seed (Matousek 1998): each row alone is uniform.

    Number i is the exclusive or of the direction numbers of i's binary digits, so a block needs one table for the
    low digits, and one number for the high ones.
    """
    directions, shift = _scrambled_directions(seed)
    # Each digit doubles the table: its second half is the first with that digit set.
    table = np.zeros((len(AXES), 1), dtype=np.uint64)
    for digit in range(min(BLOCK - 1, stop - 1 if stop else 0).bit_length()):
        table = np.hstack([table, table ^ directions[:, digit, None]])

    def numbers_of(start: int, end: int) -> np.ndarray:
        high = start // BLOCK
        digits = [directions[:, _BLOCK_DIGITS + k] for k in range(high.bit_length()) if high >> k & 1]
        return table[:, start % BLOCK : (end - 1) % BLOCK + 1] ^ reduce(np.bitwise_xor, digits, shift)[:, None]

    return numbers_of


def _scrambled_directions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Multiply the direction numbers by random lower triangular bit matrices; return them with a random shift."""
    random = np.random.Philox(key=seed).random_raw(len(AXES) * 64 + len(AXES))
    # Row k of a matrix: random bits above bit 63 - k, a 1 there, 0 below.
    top = np.uint64(1) << np.arange(63, -1, -1, dtype=np.uint64)
    rows = random[: -len(AXES)].reshape(len(AXES), 64) & ~(2 * top - np.uint64(1)) | top
    # Bit k of a product is the parity of row k and the direction number.
    parity = np.bitwise_count(rows[:, None, :] & sobol_directions()[:, :, None]).astype(np.uint64) & np.uint64(1)
    return np.bitwise_or.reduce(parity * top, axis=2), random[-len(AXES) :]


def sobol_directions() -> np.ndarray:
    """Return Sobol's direction numbers, shape (AXES, digits), by the recurrence of Bratley and Fox (1988)."""
    axes = []
    for first, inner in _DIRECTIONS.values():
        degree = len(first)
        odd = list(first) or [1] * _INDEX_BITS
        for k in range(len(odd), _INDEX_BITS):
            terms = [odd[k - j] << j for j in range(1, degree) if inner >> (degree - 1 - j) & 1]
            odd.append(reduce(int.__xor__, terms, odd[k - degree] ^ (odd[k - degree] << degree)))
        axes.append([value << (63 - k) for k, value in enumerate(odd)])
    return np.array(axes, dtype=np.uint64)


class _ValueTickets(NamedTuple):
    """The tickets of an age or a fare: the position of each ticket's value, and where each cell's tickets begin."""

    first: np.ndarray
    code: np.ndarray

    def draw(self, cell: np.ndarray, random: np.ndarray) -> np.ndarray:
        """Return the position of the value that each row draws, from its cell and its random number."""
        return self.code[self.first[cell] + _top(random, _VALUE_BITS)].astype(np.intp)


class Lottery:
    """A joint distribution as tables of whole tickets: drawing is looking up, the same on every platform.

    Neighbouring tickets go to similar passengers, which keeps balanced random numbers balanced.

    Parameters
    ----------
    joint : Joint
        What to draw from.
    """

    def __init__(self, joint: Joint) -> None:
        self._weights = joint.weights
        self._survived = joint.cells[LABEL].to_numpy() == 1
        self._age, self._fare = (_tickets_of_values(joint, name) for name in ("age", "fare"))
        self._known: dict[float, np.ndarray] = {}  # a plain dictionary, which can be sent to another process

    def tickets(self, survival_rate: float) -> np.ndarray:
        """Return the cell of each ticket if that share of the passengers survives; the last few are kept."""
        if survival_rate not in self._known:
            if len(self._known) == _KEPT:
                self._known.clear()
            self._known[survival_rate] = self._tickets(survival_rate)
        return self._known[survival_rate]

    def _tickets(self, survival_rate: float) -> np.ndarray:
        # Scale the weights of each outcome, so that together they have the outcome's share.
        share = np.where(self._survived, survival_rate, 1 - survival_rate)
        total = np.where(self._survived, self._weights[self._survived].sum(), self._weights[~self._survived].sum())
        counts = _ticket_counts(self._weights * share / np.maximum(total, 1e-300), _CELL_BITS)
        return np.repeat(np.arange(len(counts), dtype=np.uint16 if len(counts) < 2**16 else np.uint32), counts)

    def fingerprint(self) -> str:
        """Return a digest of all tickets: equal digests, equal passengers."""
        digest = hashlib.sha256()
        for table in (self.tickets(0.0), self.tickets(1.0), *self._age, *self._fare):
            digest.update(table.tobytes())
        return digest.hexdigest()

    def draw(self, random: np.ndarray, survival_rate: float) -> Draws:
        """Turn random numbers into passengers.

        Parameters
        ----------
        random : ndarray of uint64, shape (AXES, rows)
            As `random_blocks` yields them.
        survival_rate : float
            Share of the tickets whose passengers survive, 0 to 1.

        Returns
        -------
        Draws
            Positions in the cells, ages and fares of the joint distribution, one per row.
        """
        for_cell, for_age, for_fare = random
        cell = self.tickets(survival_rate)[_top(for_cell, _CELL_BITS)].astype(np.intp)
        return Draws(cell, self._age.draw(cell, for_age), self._fare.draw(cell, for_fare))


def _top(random: np.ndarray, bits: int) -> np.ndarray:
    """Return the highest bits of each number: a ticket's number."""
    return (random >> np.uint64(64 - bits)).view(np.int64)


def _ticket_counts(shares: np.ndarray, bits: int) -> np.ndarray:
    """Share out 2**bits tickets in proportion."""
    cumulative = np.cumsum(shares)
    counts = np.rint(cumulative * (2**bits / cumulative[-1])).astype(np.int64)
    counts[1:] -= counts[:-1].copy()  # np.diff, which costs more than the rest on tables this small
    return counts


def _tickets_of_values(joint: Joint, name: str) -> _ValueTickets:
    """Return the tickets of an age or a fare: 2**11 for each row and band in use."""
    numbers = joint.numbers[name]
    row_and_band = joint.cells[f"{name}_row"].to_numpy() * BANDS + joint.cells[f"{name}_band"].to_numpy()
    used, position = np.unique(row_and_band, return_inverse=True)
    code = np.arange(len(numbers.values), dtype=np.uint8 if len(numbers.values) <= 256 else np.uint16)
    tickets = [np.repeat(code, _ticket_counts(numbers.within(*divmod(key, BANDS)), _VALUE_BITS)) for key in used]
    return _ValueTickets(position << _VALUE_BITS, np.concatenate(tickets))


def to_frame(joint: Joint, draws: Iterator[Draws], n: int) -> pd.DataFrame:
    """Return drawn passengers as a table.

    Parameters
    ----------
    joint : Joint
        From which they were drawn.
    draws : iterator of Draws
        Block by block, together `n` rows.
    n : int
        How many passengers.

    Returns
    -------
    DataFrame
        The seven features and ``survived``: int64, float64 (NaN if unknown) and text (None if unknown).
    """
    words = {name: texts(name)[joint.cells[name]] for name in TEXT_FEATURES}
    return pd.DataFrame(_columns(joint, draws, n, words), copy=False)


def to_batch(joint: Joint, draws: Iterator[Draws], n: int) -> pa.RecordBatch:
    """Return drawn passengers as a record batch of `SCHEMA`.

    Parameters
    ----------
    joint, draws, n
        As in `to_frame`.
    """
    codes = {name: joint.cells[name].to_numpy(dtype=np.int8) for name in TEXT_FEATURES}
    columns = _columns(joint, draws, n, codes)
    arrays = [_to_arrow(name, values) for name, values in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _columns(joint: Joint, draws: Iterator[Draws], n: int, of_texts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Look up every column, block by block; `of_texts` has what each cell shows for the text features."""
    tables = {name: numbers.values for name, numbers in joint.numbers.items()} | of_texts
    tables |= {name: joint.cells[name].to_numpy() for name in [*FEATURES, LABEL] if name not in tables}
    columns = {name: np.empty(n, tables[name].dtype) for name in [*FEATURES, LABEL]}
    start = 0
    for draw in draws:
        stop = start + len(draw.cell)
        for name, table in tables.items():
            position = getattr(draw, name, draw.cell)  # age and fare have positions of their own
            np.take(table, position, out=columns[name][start:stop], mode="clip")  # "clip" needs no buffer
        start = stop
    return columns


def _to_arrow(name: str, values: np.ndarray) -> pa.Array:
    if name not in TEXT_FEATURES:
        return pa.array(values, from_pandas=True)
    return pa.DictionaryArray.from_arrays(values, pa.array(texts(name), pa.string())).cast(pa.string())
