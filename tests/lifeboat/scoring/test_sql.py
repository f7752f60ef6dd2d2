"""The model as SQL: DuckDB says what the pipeline says."""

import duckdb
import numpy as np
import pytest
from scoring_helpers import fitted, scorer, synthetic

from lifeboat.passengers import TITANIC
from lifeboat.scoring import NotCompiled, to_sql
from lifeboat.scoring.compile import trial_rows


@pytest.mark.parametrize("name", ["logistic", "logistic_engineered", "logistic_companions"])
@pytest.mark.parametrize("rows", ["synthetic", "at the edges"])
def test_duckdb_gives_the_pipelines_probability(name, rows):
    tables = scorer(name).tables
    frame = synthetic(20_000) if rows == "synthetic" else TITANIC.validate(trial_rows(tables, TITANIC))
    found = duckdb.from_df(frame).project(f"{to_sql(tables)} AS probability").df()["probability"]
    assert np.abs(found - fitted(name).predict_proba(frame)[:, 1]).max() <= 1e-12


def test_it_reads_like_a_description():
    written = to_sql(scorer().tables)
    assert "WHEN sex = 'male' AND age < 14.0 AND pclass = 1 THEN" in written
    assert "WHEN sibsp + parch >= 4 AND pclass = 3 THEN" in written
    assert "* coalesce(age, 28.0)" in written
    assert max(map(len, written.splitlines())) < 100


def test_trees_are_too_many_to_be_read():
    with pytest.raises(NotCompiled, match="effects; 2,000 at most make SQL that can be read"):
        to_sql(scorer("gradient_boosting").tables)
