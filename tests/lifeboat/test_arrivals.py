from datetime import date

import pandas as pd
import pytest

from lifeboat import arrivals, features, passengers
from lifeboat.days import days_between
from lifeboat.errors import LifeboatError
from lifeboat.synthetic import PassengerGenerator

DAYS = days_between("2026-11-10", "2026-11-12")


@pytest.fixture(scope="module")
def generator():
    return PassengerGenerator().fit(passengers.load())


def rows(project, source):
    titanic = features.titanic_group(project)
    found = titanic.filter(titanic.source == source).read()
    return found.sort_values("passenger_id", ignore_index=True)


def test_a_day_made_twice_is_the_same_day(generator):
    whole = arrivals.of_days(generator, DAYS, 5)
    alone = arrivals.of_days(generator, DAYS[1:2], 5)
    pd.testing.assert_frame_equal(whole[5:10].reset_index(drop=True), alone)


def test_arrivals_are_valid_unique_and_of_their_day(generator):
    arrived = arrivals.of_days(generator, DAYS, 40)
    assert passengers.find_problems(arrived, label=True).empty
    assert arrived["passenger_id"].is_unique
    assert arrived["ticket"].is_unique
    assert arrived.groupby("boarded_at").size().tolist() == [40, 40, 40]
    assert arrived["passenger_id"].iloc[0] == 2026111000000


@pytest.mark.parametrize("per_day", [0, -1, 100_000])
def test_passengers_a_day_are_limited(generator, per_day):
    with pytest.raises(LifeboatError, match=f"per_day is {per_day}; allowed"):
        arrivals.of_days(generator, DAYS, per_day)


def test_passengers_board_once(filled):
    first = arrivals.board(filled, DAYS, 4)
    stored = rows(filled, features.SYNTHETIC)
    assert (first, arrivals.board(filled, DAYS, 4)) == (12, 0)
    pd.testing.assert_frame_equal(rows(filled, features.SYNTHETIC), stored)


def test_more_passengers_a_day_add_to_those_who_came(filled):
    day = [date(2026, 11, 20)]
    assert arrivals.board(filled, day, 3) == 3
    assert arrivals.board(filled, day, 5) == 2
