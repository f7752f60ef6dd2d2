"""How the joint distribution is learned, step by step: kind of passenger, family, age, fare, survival."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from lifeboat.passengers import LABEL, TEXT_FEATURES
from lifeboat.synthetic.checks import SyntheticDataError
from lifeboat.synthetic.joint import BANDS, CELL_FEATURES, UNKNOWN_BAND, Joint, Numbers, texts
from lifeboat.synthetic.smoothing import AGES, Backoff, Fares, age_codes, age_kernel, keys

_AGE_EDGES = (7.0, 13.0, 30.0, 45.0)  # years, between the bands
_FARE_EDGES = (7.5, 8.2, 14.0, 30.0)  # pounds per head

_KIND = ["pclass", "sex", "embarked"]
_COMPANY = Backoff((("sex",), ("pclass", "sex"), ("pclass", "sex", "embarked")))
_FAMILY = Backoff((("pclass",), ("pclass", "sex"), ("pclass", "embarked")))
_AGE_BAND = Backoff((("par",), ("sib", "par"), ("pclass", "sib", "par"), ("pclass", "embarked", "sib", "par")))
_AGE = Backoff((("par",), ("sib", "par"), ("pclass", "sib", "par")))
_FARE = Backoff((("pclass",), ("pclass", "embarked"), ("pclass", "embarked", "party")))
_SMALLEST = 1e-7  # rarer cells are left out

_FACTORS = ("sex", "pclass", "age_band", "company", "embarked", "fare_band")
_TERMS = [*combinations(_FACTORS, 1), *combinations(_FACTORS, 2), ("sex", "pclass", "age_band")]
_AT_REST = 1e-9  # after so small a step of Newton's method, what remains is below the precision of a float


def learn(passengers: pd.DataFrame, caution: float) -> Joint:
    """Estimate the joint distribution of the passengers.

    Each step is conditional on the steps before it. The first four look at all passengers together, and survival is
    regressed on all the rest: that needs fewer data than learning each outcome separately. Bayes' rule (the weights
    of the cells of one outcome) then gives the distribution given the outcome.

    Parameters
    ----------
    passengers : DataFrame
        Validated: the seven features and `survived`.
    caution : float
        See `PassengerGenerator`.
    """
    ages, fares = passengers["age"].to_numpy(), passengers["fare"].to_numpy()
    rows = _with_company(_codes(passengers))
    groups = _families(rows, caution)
    numbers = {"age": _ages(rows, ages, groups, caution), "fare": _fares(rows, fares, groups, caution)}
    cells, weights = _cells(groups, **numbers)
    rows = rows.assign(age_band=_age_bands(ages), fare_band=_fare_bands(fares, _heads(rows)))
    chance = survival(rows, passengers[LABEL].to_numpy(dtype=float), cells, weights)
    return Joint(*_by_outcome(cells, weights, chance), numbers)


def _codes(passengers: pd.DataFrame) -> pd.DataFrame:
    """Replace texts by their positions in `texts`; unknown is the last one."""
    coded = passengers[CELL_FEATURES]
    for name in TEXT_FEATURES:
        codes = {value: code for code, value in enumerate(texts(name))}
        coded = coded.assign(**{name: [codes[value] for value in passengers[name]]})
    return coded.astype(np.int64)


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
    """Cross each kind of passenger with the families of one size; `company` is that size's probability per kind."""
    families, family = np.unique(rows[["sibsp", "parch"]].to_numpy(), axis=0, return_inverse=True)
    shares = _FAMILY.estimate(rows, np.eye(len(families))[family.ravel()], family.ravel(), kinds, caution)
    # One row per kind and family: P(kind) P(size | kind) P(family | size and kind).
    groups = kinds.loc[kinds.index.repeat(len(families))].reset_index(drop=True)
    groups[["sibsp", "parch"]] = np.tile(families, (len(kinds), 1))
    return groups.assign(weight=groups["weight"] * (company[:, None] * shares).ravel())


def _ages(rows: pd.DataFrame, ages: np.ndarray, groups: pd.DataFrame, caution: float) -> Numbers:
    """Estimate the band of the age (one band is "unknown"), then the age within it, for each group."""
    band, known = _age_bands(ages), ~np.isnan(ages)
    wanted = _AGE_BAND.estimate(rows, np.eye(BANDS)[band], band, groups, caution)
    kernel, codes = age_kernel(ages[known]), age_codes(ages[known])
    shares = _AGE.estimate(rows[known], kernel, codes, groups, caution)
    shares[:, -1] = 1  # the unknown age is the only value of its band
    # Scale the ages of each band, so that together they have the band's probability.
    numbers = Numbers(AGES, shares, np.tile(_age_bands(AGES), (len(groups), 1)))
    return replace(numbers, shares=numbers.rescaled(wanted / np.maximum(numbers.masses(), 1e-300)))


def _fares(rows: pd.DataFrame, fares: np.ndarray, groups: pd.DataFrame, caution: float) -> Numbers:
    """Estimate the fare for each group; its band goes by the price per head."""
    prices = Fares.of(fares)
    shares = _FARE.estimate(rows, prices.kernel(fares), prices.codes(fares), groups, caution)
    return Numbers(prices.values, shares, _fare_bands(prices.values, _heads(groups)[:, None]))


def _age_bands(ages: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(ages), UNKNOWN_BAND, np.digitize(ages, _AGE_EDGES)).astype(np.int8)


def _fare_bands(fares: np.ndarray, heads: np.ndarray) -> np.ndarray:
    per_head = fares / heads
    return np.where(np.isnan(per_head), UNKNOWN_BAND, np.digitize(per_head, _FARE_EDGES)).astype(np.int8)


def _cells(groups: pd.DataFrame, age: Numbers, fare: Numbers) -> tuple[pd.DataFrame, np.ndarray]:
    """Cross the groups with the bands of age and fare; return the cells and their probabilities."""
    # Axes: group, band of the age, band of the fare.
    masses = np.einsum("g,ga,gf->gaf", groups["weight"], age.masses(), fare.masses())
    group, age_band, fare_band = np.nonzero(masses > _SMALLEST)
    weights = masses[group, age_band, fare_band]
    cells = groups.iloc[group].reset_index(drop=True)
    return cells.assign(age_row=group, age_band=age_band, fare_row=group, fare_band=fare_band), weights / weights.sum()


def _by_outcome(cells: pd.DataFrame, weights: np.ndarray, chance: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Split each cell into those who died and those who survived; return the cells and their probabilities."""
    order = [LABEL, *CELL_FEATURES, "age_row", "age_band", "fare_row", "fare_band"]
    both = pd.concat([cells.assign(survived=0), cells.assign(survived=1)])
    split = both.assign(weight=np.r_[weights * (1 - chance), weights * chance]).sort_values(order)
    return split[order].reset_index(drop=True).astype(np.int64), split["weight"].to_numpy()


def survival(
    rows: pd.DataFrame, survived: np.ndarray, cells: pd.DataFrame, weights: np.ndarray, ridge: float = 3.0
) -> np.ndarray:
    """Return each cell's chance of survival, by a logistic regression on every pair of things known of a passenger.

    Parameters
    ----------
    rows, cells : DataFrame
        Integer columns `sex`, `pclass`, `age_band`, `company`, `embarked`, `fare_band` of the passengers, and of the
        cells to estimate.
    survived : ndarray
        1 for each passenger who survived, else 0.
    weights : ndarray
        Probability of each cell: for each sex and ticket class, the cells' mean chance is set to the share observed.
    ridge : float
        Penalty on the squared coefficients: the larger, the closer each chance is to the mean.

    Returns
    -------
    ndarray
        Between 0 and 1, one per cell.
    """
    level = logit(survived.mean())
    coefficients = fit_logistic(_indicators(rows, rows), survived, level, ridge)
    return _as_observed(level + _indicators(rows, cells) @ coefficients, rows, survived, cells, weights)


def fit_logistic(
    design: np.ndarray, outcome: np.ndarray, level: float, ridge: float, most_steps: int = 25
) -> np.ndarray:
    """Return the coefficients of a ridge logistic regression around a fixed level, by Newton's method.

    scikit-learn's has no fixed level. Newton's method ends at the precision of a float, so that platforms which round
    differently still learn the same passengers.

    Parameters
    ----------
    design : ndarray, shape (rows, columns)
        What is known of each passenger.
    outcome : ndarray, shape (rows,)
        0 or 1.
    level : float
        Logit of the chance where all coefficients are 0.
    ridge : float
        Penalty: this times half the sum of the squared coefficients.
    most_steps : int
        Steps after which to give up.

    Raises
    ------
    SyntheticDataError
        If the method has not converged by then.
    """
    coefficients = np.zeros(design.shape[1])
    for _ in range(most_steps):
        chance = expit(level + design @ coefficients)
        slope = design.T @ (outcome - chance) - ridge * coefficients
        curvature = (design.T * (chance * (1 - chance))) @ design + ridge * np.eye(len(coefficients))
        step = np.linalg.solve(curvature, slope)
        coefficients = coefficients + step
        if np.abs(step).max() < _AT_REST:
            return coefficients
    raise SyntheticDataError(
        f"the regression of {LABEL} has not converged in {most_steps} steps: check that the passengers are varied."
    )


def _indicators(rows: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    """One column for each combination of values, met among the rows, of each term."""
    columns = [keys(cells, term)[:, None] == np.unique(keys(rows, term)) for term in _TERMS]
    return np.hstack(columns).astype(float)


def _as_observed(
    logits: np.ndarray, rows: pd.DataFrame, survived: np.ndarray, cells: pd.DataFrame, weights: np.ndarray
) -> np.ndarray:
    """Shift the logits of each sex and ticket class until their weighted mean chance is the observed share."""
    chance = np.empty(len(cells))
    group, wanted = (keys(frame, ("sex", "pclass")) for frame in (rows, cells))
    for value in np.unique(wanted):
        seen, here = survived[group == value], wanted == value
        share = (seen.sum() + 0.5) / (len(seen) + 1)  # never 0 or 1
        chance[here] = expit(logits[here] + _shift(logits[here], weights[here], share))
    return chance


def _shift(logits: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Return what must be added to the logits to make the mean chance the wanted share."""
    return brentq(lambda shift: np.average(expit(logits + shift), weights=weights) - share, -100, 100, xtol=1e-14)
