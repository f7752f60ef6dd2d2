import doctest
import re

import pytest

from lifeboat import passengers
from lifeboat.pages import words


def test_the_examples_hold():
    assert doctest.testmod(words).failed == 0


def test_every_passenger_can_be_described():
    for row in passengers.load().to_dict("records"):
        said = words.sentence(row) + words.full_name(row["name"]) + words.fate(row)
        assert not re.search(r"\b(nan|None)\b", said)


@pytest.mark.parametrize(("probability", "said"), [(0.0, "under 1%"), (0.006, "1%"), (0.5, "50%"), (1.0, "over 99%")])
def test_nothing_is_called_certain(probability, said):
    assert words.percent(probability) == said
