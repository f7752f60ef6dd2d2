"""Random bits that belong to a row: row i gets the same ones however, and in whatever company, it is made."""

import numpy as np

WORDS_PER_ROW = 4  # one block of Philox: 256 bits


def words(seed: int, start: int, stop: int) -> np.ndarray:
    """Return the random words of rows `start` to `stop` of a seed's endless stream.

    Philox is a counter-based generator (Salmon, Moraes, Dror and Shaw 2011): its i-th block depends on the key
    and on i alone, so that any part of the stream can be made without the parts before it, on any platform.

    Parameters
    ----------
    seed : int
        From 0 to 2**128 - 1.
    start, stop : int
        First row, and the row after the last one.

    Returns
    -------
    numpy.ndarray
        Shape (stop - start, 4), dtype uint64.
    """
    bits = np.random.Philox(key=seed).advance(start)
    return bits.random_raw((stop - start) * WORDS_PER_ROW).reshape(-1, WORDS_PER_ROW)
