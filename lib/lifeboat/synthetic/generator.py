"""PassengerGenerator: learn who was on board, then make up passengers like them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Self

import pandas as pd
import pyarrow as pa

from lifeboat.passengers import TITANIC
from lifeboat.synthetic import checks, drawing
from lifeboat.synthetic.checks import NotFittedError, SyntheticDataError
from lifeboat.synthetic.joint import Joint
from lifeboat.synthetic.learning import learn


class PassengerGenerator:
    """Make up passengers with a chosen outcome, from distributions learned for each outcome (survived or not).

    Parameters
    ----------
    caution : float, default 4
        How much more than the data ask for rare kinds of passengers borrow from broader kinds. The larger, the less a
        synthetic passenger resembles any particular one of the data; 1 is the likeliest model.

    Examples
    --------
    >>> from lifeboat import passengers
    >>> generator = PassengerGenerator().fit(passengers.load())
    >>> generator.sample(3, survived=1, seed=7)["survived"].tolist()
    [1, 1, 1]
    """

    dataset = TITANIC

    def __init__(self, caution: float = 4.0) -> None:
        self.caution = caution

    def fit(self, passengers: pd.DataFrame) -> Self:
        """Learn from a table that has the seven features and `survived`; further columns are ignored.

        Raises
        ------
        SyntheticDataError
            If there are fewer than 50 passengers, only one outcome, or no known value of a feature.
        InvalidRows
            If a value is not allowed.
        LifeboatError
            If a column is missing.
        """
        if not self.caution > 0:
            raise SyntheticDataError(f"caution is {self.caution!r}: give a number above 0, such as 4.")
        return self._with(learn(checks.check_rows(passengers), self.caution))

    def sample(
        self,
        n: int,
        *,
        survived: int | None = None,
        survival_rate: float | None = None,
        seed: int = 0,
        balanced: bool = True,
    ) -> pd.DataFrame:
        """Return `n` passengers: the seven features and `survived`.

        Parameters
        ----------
        n : int
            How many, from 0 to 1,000,000,000. A longer sample of the same seed begins with the shorter one.
        survived : {0, 1}, optional
            The outcome that all passengers have. By default each passenger's outcome is drawn too.
        survival_rate : float, optional
            Share of survivors, 0 to 1, when the outcome is drawn; by default that of the data.
        seed : int, default 0
            From 0 to 2**128 - 1. Same seed, same passengers, in every process and on every platform.
        balanced : bool, default True
            Spread the passengers evenly over all that is likely, so that a small sample resembles the data as closely
            as it can. Either way, each passenger by itself has the learned distribution; False makes the passengers
            independent of each other as well, for studies of sampling error.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If an argument is out of its range.
        """
        n = checks.check_whole("n", n, 0, checks.MOST_ROWS)
        rate, seed = self._request(survived, survival_rate, seed)
        return drawing.to_frame(self._joint, self._draws(0, n, rate, seed, balanced), n)

    def iter_batches(
        self,
        n: int,
        batch_size: int = 100_000,
        *,
        survived: int | None = None,
        survival_rate: float | None = None,
        seed: int = 0,
        start: int = 0,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the passengers of `sample(n)` as Arrow record batches, in constant memory.

        Parameters
        ----------
        n : int
            How many passengers, from the beginning of the stream.
        batch_size : int, default 100,000
            Rows of a batch; the last one may be shorter.
        survived, survival_rate, seed
            As in `sample`.
        start : int, default 0
            First passenger to make, so that an interrupted run can go on, or several processes share the work.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If an argument is out of its range.
        """
        n = checks.check_whole("n", n, 0, checks.LONGEST_STREAM)
        start = checks.check_whole("start", start, 0, n)
        size = checks.check_whole("batch_size", batch_size, 1, checks.MOST_ROWS)
        rate, seed = self._request(survived, survival_rate, seed)
        spans = ((first, min(first + size, n)) for first in range(start, n, size))
        return (drawing.to_batch(self._joint, self._draws(a, b, rate, seed), b - a) for a, b in spans)

    def with_marginal(self, feature: str, shares: Mapping[Any, float]) -> Self:
        """Return a generator for a scenario: one feature has the given distribution, all else follows from it.

        All else given the feature stays as learned: with more women, more passengers survive.

        Parameters
        ----------
        feature : str
            One of the seven features.
        shares : mapping
            Value to share, such as `{"female": 3, "male": 1}`; the shares are scaled to sum to 1. None or NaN is the
            unknown value. An age or fare stands for the nearest one that the generator can draw.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If the feature or a value is unknown, or the shares are not a distribution.
        """
        return type(self)(self.caution)._with(self._joint.with_marginal(feature, shares))

    def marginal(self, feature: str, survived: int | None = None) -> pd.Series:
        """Return the learned distribution of a feature: the share of each value; NaN or None is the unknown value.

        Parameters
        ----------
        feature : str
            One of the seven features, or `survived`.
        survived : {0, 1}, optional
            For this outcome only.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If the feature is unknown.
        """
        checks.check_outcome(survived)
        return self._joint.marginal(feature, survived)

    @property
    def survival_rate_(self) -> float:
        """Share of survivors when the outcome is drawn, 0 to 1."""
        return self._joint.survival_rate

    @property
    def fingerprint_(self) -> str:
        """Digest of all that the generator draws from: equal digests, equal passengers for the same seed."""
        return self._lottery.fingerprint()

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
    def _lottery(self) -> drawing.Lottery:
        return drawing.Lottery(self._joint)

    def _request(self, survived: int | None, survival_rate: float | None, seed: int) -> tuple[float, int]:
        rate = checks.check_rate(survived, survival_rate, self._joint.survival_rate)
        return rate, checks.check_whole("seed", seed, 0, 2**128 - 1)

    def _draws(self, start: int, stop: int, rate: float, seed: int, balanced: bool = True) -> Iterator[drawing.Draws]:
        return (self._lottery.draw(random, rate) for random in drawing.random_blocks(seed, start, stop, balanced))
