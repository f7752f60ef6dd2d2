"""The joint distribution of a passenger, learned step by step: kind, family, age, fare, survival."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lifeboat.synthetic.backoff import Backoff
from lifeboat.synthetic.survivors import survival
from lifeboat.synthetic.values import AGES, Fares, age_codes, age_kernel

TEXTS = {
    "sex": np.array(["female", "male"], dtype=object),
    "embarked": np.array(["C", "Q", "S", None], dtype=object),
}
CODES = ["pclass", "sex", "sibsp", "parch", "embarked"]
"""Features of a cell; sex and embarked as positions in `TEXTS`."""

_AGE_BANDS = (7.0, 13.0, 30.0, 45.0)  # years
_FARE_BANDS = (7.5, 8.2, 14.0, 30.0)  # pounds a head
_UNKNOWN = 5  # band of an unknown age or fare
BANDS = 6

_KIND = ["pclass", "sex", "embarked"]
_COMPANY = Backoff((("sex",), ("pclass", "sex"), ("pclass", "sex", "embarked")))
_FAMILY = Backoff((("pclass",), ("pclass", "sex"), ("pclass", "embarked")))
_AGE_BAND = Backoff((("par",), ("sib", "par"), ("pclass", "sib", "par"), ("pclass", "embarked", "sib", "par")))
_AGE = Backoff((("par",), ("sib", "par"), ("pclass", "sib", "par")))
_FARE = Backoff((("pclass",), ("pclass", "embarked"), ("pclass", "embarked", "party")))
_SMALLEST = 1e-7  # cells rarer than that are left out


@dataclass(frozen=True)
class Numbers:
    """The distribution of a number within each row, and the band that each value belongs to there.

    Attributes
    ----------
    values : ndarray, shape (values,)
        Ascending; last NaN, the unknown value.
    shares : ndarray, shape (rows, values)
        Probabilities; each row sums to 1.
    bands : ndarray of int8, shape (rows, values)
        From 0 to `BANDS` - 1, ascending along each row.
    """

    values: np.ndarray
    shares: np.ndarray
    bands: np.ndarray

    def masses(self) -> np.ndarray:
        """Return the probability of each band, shape (rows, BANDS)."""
        return np.stack([np.where(self.bands == band, self.shares, 0).sum(axis=1) for band in range(BANDS)], axis=1)


@dataclass(frozen=True)
class Joint:
    """P(cell) P(age | row and band of the cell) P(fare | row and band of the cell).

    Attributes
    ----------
    cells : DataFrame
        Integer columns: `CODES`, survived, and age_row, age_band, fare_row, fare_band; sorted.
    weights : ndarray
        Probability of each cell; all together 1.
    age, fare : Numbers
        What age_row and fare_row point to.
    """

    cells: pd.DataFrame
    weights: np.ndarray
    age: Numbers
    fare: Numbers

    @property
    def survival_rate(self) -> float:
        """Share of survivors, 0 to 1."""
        return float(self.weights[self.cells["survived"] == 1].sum())


def learn(passengers: pd.DataFrame, caution: float) -> Joint:
    """Estimate the joint distribution of the passengers.

    Each step is conditional on the steps before it. The first four look at all passengers together, and survival is
    regressed on all the rest: that needs fewer data than learning each class on its own. Bayes' rule (the weights of
    the cells of one class) then gives the distribution within a class.

    Parameters
    ----------
    passengers : DataFrame
        Validated: the seven features and `survived`.
    caution : float
        See `PassengerGenerator`.
    """
    rows = _with_company(_codes(passengers))
    groups = _families(rows, caution)
    age = _ages(rows, passengers["age"].to_numpy(), groups, caution)
    fare = _fares(rows, passengers["fare"].to_numpy(), groups, caution)
    cells, weights = _cells(groups, age, fare)
    rows = rows.assign(
        age_band=_age_bands(passengers["age"].to_numpy()),
        fare_band=_fare_bands(passengers["fare"].to_numpy(), _heads(rows)),
    )
    chance = survival(rows, passengers["survived"].to_numpy(dtype=float), cells, weights)
    return _by_class(cells, weights, chance, age, fare)


def _codes(passengers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pclass": passengers["pclass"],
            "sex": passengers["sex"].map({"female": 0, "male": 1}),
            "sibsp": passengers["sibsp"],
            "parch": passengers["parch"],
            "embarked": passengers["embarked"].map({"C": 0, "Q": 1, "S": 2}).fillna(3),
        }
    ).astype(np.int64)


def _with_company(rows: pd.DataFrame) -> pd.DataFrame:
    """Add coarser views of the family: capped siblings and parents, party, and alone / two or three / four / more."""
    party = rows["sibsp"] + rows["parch"]
    return rows.assign(
        sib=rows["sibsp"].clip(upper=2),
        par=rows["parch"].clip(upper=2),
        party=party.clip(upper=6),
        company=np.digitize(party, (1, 3, 4)),
    )


def _heads(rows: pd.DataFrame) -> np.ndarray:
    return (rows["sibsp"] + rows["parch"] + 1).to_numpy()


def _families(rows: pd.DataFrame, caution: float) -> pd.DataFrame:
    """Cross each kind of passenger with each family met in the data; column `weight` has the probability."""
    kinds = rows.groupby(_KIND).size().div(len(rows)).rename("weight").reset_index()
    sizes, size = np.unique(rows["company"], return_inverse=True)
    company = _COMPANY.estimate(rows, np.eye(len(sizes))[size], size, kinds, caution)
    groups = [_families_of(rows[size == i], kinds, company[:, i], caution) for i in range(len(sizes))]
    groups = _with_company(pd.concat(groups))
    return groups[groups["weight"] > _SMALLEST].reset_index(drop=True)


def _families_of(rows: pd.DataFrame, kinds: pd.DataFrame, company: np.ndarray, caution: float) -> pd.DataFrame:
    """Cross each kind of passenger with the families of one size of company, which has the given probabilities."""
    families, family = np.unique(rows[["sibsp", "parch"]].to_numpy(), axis=0, return_inverse=True)
    shares = _FAMILY.estimate(rows, np.eye(len(families))[family.ravel()], family.ravel(), kinds, caution)
    groups = kinds.loc[kinds.index.repeat(len(families))].reset_index(drop=True)
    groups[["sibsp", "parch"]] = np.tile(families, (len(kinds), 1))
    return groups.assign(weight=groups["weight"] * (company[:, None] * shares).ravel())


def _ages(rows: pd.DataFrame, ages: np.ndarray, groups: pd.DataFrame, caution: float) -> Numbers:
    """Estimate the band of the age, unknown being one, and the age within it, for each group."""
    band, known = _age_bands(ages), ~np.isnan(ages)
    wanted = _AGE_BAND.estimate(rows, np.eye(BANDS)[band], band, groups, caution)
    kernel, codes = age_kernel(ages[known]), age_codes(ages[known])
    shares = _AGE.estimate(rows[known], kernel, codes, groups, caution)
    shares[:, -1] = 1  # one value is all there is in the last band
    numbers = Numbers(AGES, shares, np.tile(_age_bands(AGES), (len(groups), 1)))
    scale = wanted / np.maximum(numbers.masses(), 1e-300)
    return replace(numbers, shares=shares * np.take_along_axis(scale, numbers.bands, axis=1))


def _fares(rows: pd.DataFrame, fares: np.ndarray, groups: pd.DataFrame, caution: float) -> Numbers:
    prices = Fares.of(fares)
    shares = _FARE.estimate(rows, prices.kernel(fares), prices.codes(fares), groups, caution)
    return Numbers(prices.values, shares, _fare_bands(prices.values, _heads(groups)[:, None]))


def _age_bands(ages: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(ages), _UNKNOWN, np.digitize(ages, _AGE_BANDS)).astype(np.int8)


def _fare_bands(fares: np.ndarray, heads: np.ndarray) -> np.ndarray:
    per_head = fares / heads
    return np.where(np.isnan(per_head), _UNKNOWN, np.digitize(per_head, _FARE_BANDS)).astype(np.int8)


def _cells(groups: pd.DataFrame, age: Numbers, fare: Numbers) -> tuple[pd.DataFrame, np.ndarray]:
    """Cross the groups with the bands of age and fare; return the cells and their probabilities."""
    masses = groups["weight"].to_numpy()[:, None, None] * age.masses()[:, :, None] * fare.masses()[:, None, :]
    group, age_band, fare_band = np.nonzero(masses > _SMALLEST)
    weights = masses[group, age_band, fare_band]
    cells = groups.iloc[group].reset_index(drop=True)
    return cells.assign(age_row=group, age_band=age_band, fare_row=group, fare_band=fare_band), weights / weights.sum()


def _by_class(cells: pd.DataFrame, weights: np.ndarray, chance: np.ndarray, age: Numbers, fare: Numbers) -> Joint:
    """Split each cell into those who died and those who survived."""
    order = ["survived", *CODES, "age_row", "age_band", "fare_row", "fare_band"]
    both = pd.concat([cells.assign(survived=0), cells.assign(survived=1)])
    split = both.assign(weight=np.r_[weights * (1 - chance), weights * chance]).sort_values(order)
    return Joint(split[order].reset_index(drop=True).astype(np.int64), split["weight"].to_numpy(), age, fare)
