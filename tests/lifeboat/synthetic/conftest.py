"""The passengers of the Titanic, and a generator that has learned from them."""

import pytest

from lifeboat import passengers as titanic
from lifeboat.synthetic import PassengerGenerator


@pytest.fixture(scope="session")
def passengers():
    return titanic.validate(titanic.load(), label=True)


@pytest.fixture(scope="session")
def generator(passengers):
    return PassengerGenerator().fit(passengers)
