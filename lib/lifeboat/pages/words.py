"""A passenger in words: the labels, units and sentences of both Spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from lifeboat.fields import UNKNOWN
from lifeboat.passengers import CHILD_BELOW, FIELDS, OUTCOME, PEOPLE, ticket_class


def value(feature: str, found: Any) -> str:
    """Say one feature's value with its unit.

    Parameters
    ----------
    feature : str
        One of `FEATURES`.
    found : object
        Its value; None or NaN if it is unknown.

    Examples
    --------
    >>> value("fare", 7.25), value("age", None), value("pclass", 3)
    ('£7.25', 'unknown', 'third')
    """
    if pd.isna(found):
        return UNKNOWN
    match feature:
        case "age":
            return age(found)
        case "fare":
            return f"£{found:.2f}"
        case "sibsp" | "parch":
            return str(int(found)) if found else "none"
        case _:
            return FIELDS[feature].say(found)


def count(number: float, noun: str) -> str:
    """Say how many there are of something.

    Parameters
    ----------
    number : float
        Shown with up to ten digits.
    noun : str
        In the singular; the plural adds an s.

    Examples
    --------
    >>> count(1, "day"), count(36.5, "year"), count(1309, "passenger")
    ('1 day', '36.5 years', '1,309 passengers')
    """
    return f"{number:,.10g} {noun}" + ("" if number == 1 else "s")


def listed(things: Sequence[str]) -> str:
    """Say several things in a row.

    Examples
    --------
    >>> listed(["age"]), listed(["age", "fare", "port"])
    ('age', 'age, fare and port')
    """
    *first, last = things or [""]
    return f"{', '.join(first)} and {last}" if first else last


def day(when: date) -> str:
    """Say a day.

    Examples
    --------
    >>> day(date(1912, 4, 5))
    '5 April 1912'
    """
    return f"{when.day} {when:%B %Y}"


def age(years: float) -> str:
    """Say an age: months for the youngest.

    Examples
    --------
    >>> age(0.75), age(1), age(36.5)
    ('9 months', '1 year', '36.5 years')
    """
    if years < 1:
        months = max(1, round(years * 12))
        return count(months, "month")
    return count(years, "year")


def person(passenger: Mapping[str, Any]) -> str:
    """Say who this is: sex and age. A child is younger than `CHILD_BELOW`.

    Examples
    --------
    >>> person({"sex": "female", "age": 7}), person({"sex": "male", "age": None})
    ('a girl of 7 years', 'a man of unknown age')
    """
    years = passenger["age"]
    adult, child = PEOPLE[passenger["sex"]]
    if pd.isna(years):
        return f"a {adult} of {UNKNOWN} age"
    return f"a {child if years < CHILD_BELOW else adult} of {age(years)}"


def company(passenger: Mapping[str, Any]) -> str:
    """Say with how many relatives a passenger travelled."""
    relatives = int(passenger["sibsp"]) + int(passenger["parch"])
    return f"with {count(relatives, 'relative')}" if relatives else "without relatives"


def sentence(passenger: Mapping[str, Any]) -> str:
    """Describe a passenger in one phrase.

    Examples
    --------
    >>> sentence(dict(pclass=3, sex="male", age=22, sibsp=1, parch=0, fare=7.25, embarked="S"))
    'a man of 22 years, third class, with 1 relative, from Southampton, fare £7.25'
    """
    port, fare = passenger["embarked"], passenger["fare"]
    return ", ".join(
        [
            person(passenger),
            ticket_class(passenger["pclass"]),
            company(passenger),
            f"port {UNKNOWN}" if pd.isna(port) else f"from {FIELDS['embarked'].say(port)}",
            f"fare {UNKNOWN}" if pd.isna(fare) else f"fare £{fare:.2f}",
        ]
    )


def full_name(recorded: str) -> str:
    """Turn a name as recorded, surname first, into the order of speech.

    Examples
    --------
    >>> full_name("Brown, Mrs. James Joseph (Margaret Tobin)")
    'Mrs. James Joseph Brown (Margaret Tobin)'
    """
    surname, _, rest = recorded.partition(", ")
    given, remark = re.fullmatch(r"(.*?)\s*((?:[('].*)?)", rest).groups()
    return " ".join(part for part in (given, surname, remark) if part)


def fate(row: Mapping[str, Any]) -> str:
    """Say the outcome of a real passenger.

    Examples
    --------
    >>> fate({"survived": 1, "boat": "6"}), fate({"survived": 0, "boat": None})
    ('survived, in lifeboat 6', 'died')
    """
    boat = f", in lifeboat {row['boat']}" if row["survived"] and not pd.isna(row.get("boat")) else ""
    return OUTCOME.say(row["survived"]) + boat


def share(part: float) -> str:
    """Say a share that was counted in whole percent; a dash if nothing was counted.

    Examples
    --------
    >>> share(0.787), share(1), share(float("nan"))
    ('79%', '100%', '–')
    """
    return "–" if pd.isna(part) else f"{part:.0%}"


def percent(probability: float) -> str:
    """Say a probability in whole percent, without ever calling something certain.

    Examples
    --------
    >>> percent(0.734), percent(0.999), percent(0.0004)
    ('73%', 'over 99%', 'under 1%')
    """
    if probability > 0.995:
        return "over 99%"
    return "under 1%" if probability < 0.005 else f"{probability:.0%}"
