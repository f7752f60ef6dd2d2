"""PassengerGenerator: learn who was on board, then make up passengers like them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa

from lifeboat.synthetic import render, requests, scenario, storage
from lifeboat.synthetic.errors import NotFittedError, SyntheticDataError
from lifeboat.synthetic.joint import Joint, learn
from lifeboat.synthetic.lottery import Draws, Lottery
from lifeboat.synthetic.streams import blocks


class PassengerGenerator:
    """Make up passengers of a chosen class, from distributions learned per class (survived or not).

    Parameters
    ----------
    caution : float, default 4
        How much more than the data ask for, rare kinds of passengers borrow from broader kinds: the more, the less
        a synthetic passenger resembles any particular one of the data; 1 is the likeliest model.

    Examples
    --------
    >>> from lifeboat import passengers
    >>> generator = PassengerGenerator().fit(passengers.load())
    >>> generator.sample(3, survived=1, seed=7)["survived"].tolist()
    [1, 1, 1]
    """

    def __init__(self, caution: float = 4.0) -> None:
        self.caution = caution

    def fit(self, passengers: pd.DataFrame) -> Self:
        """Learn from a table that has the seven features and `survived`; further columns are ignored.

        Raises
        ------
        SyntheticDataError
            If there are fewer than 50 passengers, only one class, or no known value of a feature.
        InvalidPassengers
            If a value is not allowed.
        LifeboatError
            If a column is missing.
        """
        if not self.caution > 0:
            raise SyntheticDataError(f"caution is {self.caution!r}: give a number above 0, such as 4.")
        return self._with(learn(requests.check_passengers(passengers), self.caution))

    def sample(
        self,
        n: int,
        *,
        survived: int | None = None,
        survival_rate: float | None = None,
        seed: int = 0,
        shard: tuple[int, int] = (0, 1),
        balanced: bool = True,
    ) -> pd.DataFrame:
        """Return `n` passengers: the seven features and `survived`.

        Parameters
        ----------
        n : int
            How many, from 0 to a thousand million. The first m of n passengers are the m passengers of that seed.
        survived : {0, 1}, optional
            The class to draw from. By default each passenger's class is drawn too.
        survival_rate : float, optional
            Share of survivors, 0 to 1, when the class is drawn; by default that of the data.
        seed : int, default 0
            From 0 to 2**128 - 1. Same seed, same passengers, in every process and on every platform.
        shard : tuple of int, default (0, 1)
            `(i, k)` makes the i-th of k consecutive parts alone; all k together are the whole sample.
        balanced : bool, default True
            Spread the passengers evenly over all that is likely, so that a small sample resembles the data as
            closely as it can. Each passenger alone has the learned distribution either way; False makes them
            independent as well, for studies of sampling error.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If an argument is out of its range.
        """
        n = requests.check_whole("n", n, 0, requests.MOST_ROWS)
        part, parts = requests.check_shard(shard)
        rate, seed = self._request(survived, survival_rate, seed)
        start, stop = n * part // parts, n * (part + 1) // parts
        draws = self._draws(start, stop, rate, seed, balanced)
        return render.frame(self._joint, draws, stop - start)

    def iter_batches(
        self,
        n: int,
        batch_size: int = 100_000,
        *,
        survived: int | None = None,
        survival_rate: float | None = None,
        seed: int = 0,
        balanced: bool = True,
        start: int = 0,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the passengers of `sample(n)` as Arrow record batches, in constant memory.

        Parameters
        ----------
        n : int
            How many passengers, counted from the beginning of the stream.
        batch_size : int, default 100,000
            Rows of a batch; the last one may be shorter.
        survived, survival_rate, seed, balanced
            As in `sample`.
        start : int, default 0
            First passenger to make, so that a broken run can go on.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If an argument is out of its range.
        """
        n = requests.check_whole("n", n, 0, requests.LONGEST_STREAM)
        start = requests.check_whole("start", start, 0, n)
        size = requests.check_whole("batch_size", batch_size, 1, requests.MOST_ROWS)
        rate, seed = self._request(survived, survival_rate, seed)
        spans = ((first, min(first + size, n)) for first in range(start, n, size))
        return (render.batch(self._joint, self._draws(a, b, rate, seed, balanced), b - a) for a, b in spans)

    def with_marginal(self, feature: str, shares: Mapping[Any, float], survived: int | None = None) -> Self:
        """Return a generator for a scenario: one feature has the given distribution, all else follows from it.

        What is known of a passenger given the feature stays as learned: with more women, more survive.

        Parameters
        ----------
        feature : str
            One of the seven features.
        shares : mapping
            Value to share, such as `{"female": 3, "male": 1}`; scaled to 1 together. None or NaN is the unknown
            value. Ages and fares are taken to the nearest one that the generator can draw.
        survived : {0, 1}, optional
            Change the feature within this class only.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If the feature or a value is unknown, or the shares are no distribution.
        """
        requests.check_class(survived)
        return type(self)(self.caution)._with(scenario.with_marginal(self._joint, feature, shares, survived))

    def marginal(self, feature: str, survived: int | None = None) -> pd.Series:
        """Return the learned distribution of a feature: the share of each value; NaN or None is the unknown value.

        Parameters
        ----------
        feature : str
            One of the seven features, or `survived`.
        survived : {0, 1}, optional
            Within this class only.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If the feature is unknown.
        """
        requests.check_class(survived)
        return scenario.marginal(self._joint, feature, survived)

    def describe(self) -> pd.DataFrame:
        """Return each learned distribution per class: commonest value and its share, mean, quartiles, share unknown.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        """
        return scenario.describe(self._joint)

    @property
    def survival_rate_(self) -> float:
        """Share of survivors when the class is drawn, 0 to 1."""
        return self._joint.survival_rate

    @property
    def fingerprint_(self) -> str:
        """Digest of all that the generator draws from: equal digests, equal passengers for a seed."""
        return self._lottery.fingerprint()

    def save(self, path: str | Path) -> Path:
        """Write the fitted generator to an npz file (plain arrays, no pickle) and return its path.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        """
        return storage.save(self._joint, self.caution, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a generator that `save` wrote.

        Raises
        ------
        SyntheticDataError
            If the file is missing, damaged, or of another version.
        """
        joint, caution = storage.load(Path(path))
        return cls(caution)._with(joint)

    def _with(self, joint: Joint) -> Self:
        self.__dict__.pop("_lottery", None)
        self._fitted = joint
        return self

    @property
    def _joint(self) -> Joint:
        if not hasattr(self, "_fitted"):
            raise NotFittedError("The generator knows no passengers yet: call fit(passengers) first.")
        return self._fitted

    @cached_property
    def _lottery(self) -> Lottery:
        return Lottery(self._joint)

    def _request(self, survived: int | None, survival_rate: float | None, seed: int) -> tuple[float, int]:
        rate = requests.check_rate(survived, survival_rate, self._joint.survival_rate)
        return rate, requests.check_whole("seed", seed, 0, 2**128 - 1)

    def _draws(self, start: int, stop: int, rate: float, seed: int, balanced: bool) -> Iterator[Draws]:
        return (self._lottery.draw(random, rate) for random in blocks(seed, start, stop, balanced))
