"""PassengerGenerator: learn who was on board, then make up passengers like them."""

from typing import Self

import numpy as np
import pandas as pd

from lifeboat.synthetic.errors import NotFittedError, SyntheticDataError
from lifeboat.synthetic.streams import words

FEATURES = ["pclass", "sex", "age", "sibsp", "parch", "fare", "embarked"]
LABEL = "survived"


class PassengerGenerator:
    """Draw synthetic passengers from distributions learned per class (survived or not).

    Examples
    --------
    >>> from lifeboat import passengers
    >>> generator = PassengerGenerator().fit(passengers.load())
    >>> generator.sample(3, survived=1, seed=7)["survived"].tolist()
    [1, 1, 1]
    """

    def fit(self, passengers: pd.DataFrame) -> Self:
        """Learn from a frame that has the seven features and `survived`; further columns are ignored.

        Raises
        ------
        SyntheticDataError
            If a column is missing or only one class is present.
        """
        missing = [name for name in [*FEATURES, LABEL] if name not in passengers]
        if missing:
            raise SyntheticDataError(f"Column {missing[0]!r} is missing: fit needs {[*FEATURES, LABEL]}.")
        self._classes = {label: passengers.loc[passengers[LABEL] == label, FEATURES] for label in (0, 1)}
        for label, rows in self._classes.items():
            if rows.empty:
                raise SyntheticDataError(f"No passenger has survived = {label}: fit needs both classes, 0 and 1.")
        self.survival_rate_ = float((passengers[LABEL] == 1).mean())
        return self

    def sample(
        self,
        n: int,
        *,
        survived: int | None = None,
        survival_rate: float | None = None,
        seed: int = 0,
        shard: tuple[int, int] = (0, 1),
    ) -> pd.DataFrame:
        """Return `n` passengers: the seven features and `survived`.

        Parameters
        ----------
        n : int
            How many, 0 or more. The first m of n passengers are the m passengers of the same seed.
        survived : {0, 1}, optional
            The class to draw from. By default each passenger's class is drawn first.
        survival_rate : float, optional
            Share of survivors, 0 to 1, when the class is drawn; by default that of the data.
        seed : int, default 0
            Same seed, same passengers, in every process and on every platform.
        shard : tuple of int, default (0, 1)
            `(i, k)` makes the i-th of k consecutive parts alone; all k together are the whole sample.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If an argument is out of its range.
        """
        if not hasattr(self, "_classes"):
            raise NotFittedError("The generator knows no passengers yet: call fit(passengers) before sample().")
        _check_request(n, survived, survival_rate, shard)
        rate = float(survived) if survived is not None else survival_rate
        rate = self.survival_rate_ if rate is None else rate
        part, parts = shard
        bits = words(seed, n * part // parts, n * (part + 1) // parts)
        label = ((bits[:, 0] >> np.uint64(11)).astype(float) * 2.0**-53 < rate).astype(np.int64)
        return pd.DataFrame(
            {name: self._draw(name, label, bits, i) for i, name in enumerate(FEATURES)} | {LABEL: label}
        )

    def _draw(self, name: str, label: np.ndarray, bits: np.ndarray, position: int) -> np.ndarray:
        """Draw one feature from the values seen in each row's class."""
        word = bits[:, 1 + position // 3] >> np.uint64(21 * (position % 3)) & np.uint64(2**21 - 1)
        pools = [self._classes[value][name].to_numpy() for value in (0, 1)]
        dead, alive = (pool[(word * np.uint64(len(pool)) >> np.uint64(21)).astype(np.intp)] for pool in pools)
        return np.where(label == 1, alive, dead)


def _check_request(n: int, survived: int | None, survival_rate: float | None, shard: tuple[int, int]) -> None:
    if not isinstance(n, (int, np.integer)) or n < 0:
        raise SyntheticDataError(f"n is {n!r}: ask for a whole number of passengers, 0 or more.")
    if survived not in (None, 0, 1):
        raise SyntheticDataError(f"survived is {survived!r}: choose 0, 1 or None (draw the class).")
    if survival_rate is not None and not 0 <= survival_rate <= 1:
        raise SyntheticDataError(f"survival_rate is {survival_rate!r}: give a share from 0 to 1.")
    if not 0 <= shard[0] < shard[1]:
        raise SyntheticDataError(f"shard is {shard!r}: give (i, k) with 0 <= i < k.")
