import pandas as pd
import pytest

from lifeboat import passengers, survival


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return passengers.load()


@pytest.fixture(scope="session")
def X(table):
    return table[passengers.FEATURES]


@pytest.fixture(scope="session")
def y(table):
    return table[passengers.LABEL]


@pytest.fixture(scope="session", params=list(survival.ESTIMATORS))
def fitted(request, X, y):
    """Each estimator, fitted once to all passengers."""
    return survival.fit(request.param, X, y)


@pytest.fixture(scope="session")
def default(X, y):
    return survival.fit(survival.DEFAULT_ESTIMATOR, X, y)
