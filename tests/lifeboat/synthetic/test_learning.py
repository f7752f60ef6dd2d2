"""The regression of survival: against scikit-learn, at its optimum, and what happens if it does not get there."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from lifeboat.synthetic import SyntheticDataError
from lifeboat.synthetic.learning import fit_logistic, survival

FACTORS = ("sex", "pclass", "age_band", "company", "embarked", "fare_band")


@pytest.fixture
def design():
    return np.random.default_rng(0).integers(0, 2, (400, 12)).astype(float)


def test_the_regression_is_that_of_scikit_learn(design):
    outcome = (design @ np.linspace(-2, 2, 12) > 0).astype(float)
    theirs = LogisticRegression(C=1 / 3, fit_intercept=False, tol=1e-10, max_iter=1000).fit(design, outcome)
    assert fit_logistic(design, outcome, level=0.0, ridge=3.0) == pytest.approx(theirs.coef_[0], abs=1e-6)


@pytest.mark.parametrize("survivors", [1, 40, 399])
@pytest.mark.parametrize("ridge", [0.01, 3.0])
def test_the_slope_vanishes_at_the_end_even_if_outcomes_are_lopsided_or_separable(design, survivors, ridge):
    outcome = (np.arange(400) < survivors).astype(float)
    level = np.log(outcome.mean() / (1 - outcome.mean()))
    found = fit_logistic(design, outcome, level, ridge)
    assert design.T @ (outcome - expit(level + design @ found)) == pytest.approx(ridge * found, abs=1e-9)


def test_a_regression_that_does_not_converge_says_so(design):
    with pytest.raises(SyntheticDataError, match="has not converged in 2 steps"):
        fit_logistic(design, design[:, 0], level=0.0, ridge=3.0, most_steps=2)


def test_each_sex_and_ticket_class_survives_as_observed():
    random = np.random.default_rng(0)
    rows = pd.DataFrame({name: random.integers(0, 2, 3000) for name in FACTORS})
    survived = (random.random(3000) < 0.1 + 0.8 * rows["sex"] * (1 - rows["pclass"])).to_numpy(dtype=float)
    cells = rows.drop_duplicates().reset_index(drop=True)
    weights = random.random(len(cells))
    chance = survival(rows, survived, cells, weights)
    kinds = ["sex", "pclass"]
    learned = cells.assign(a=chance * weights, b=weights).groupby(kinds)[["a", "b"]].sum().eval("a / b")
    observed = pd.Series(survived).groupby([rows[name] for name in kinds]).agg(["sum", "size"])
    assert learned.to_numpy() == pytest.approx(((observed["sum"] + 0.5) / (observed["size"] + 1)).to_numpy())
