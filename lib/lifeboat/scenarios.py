"""Scenarios: ways in which the world may change, and what the monitor must then show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from lifeboat.errors import check_name
from lifeboat.passengers import FIELDS, LABEL
from lifeboat.synthetic import PassengerGenerator

Sampler = Callable[[PassengerGenerator, int, int], pd.DataFrame]


@dataclass(frozen=True)
class Scenario:
    """A change of the world.

    Attributes
    ----------
    meaning : str
        What is different, in words.
    alarms : frozenset of str
        The kinds of alarm (see `lifeboat.monitoring.alarms`) that it must raise, and no others.
    sample : callable
        From a fitted generator, a number of passengers and a seed to those passengers with their outcomes.
    """

    meaning: str
    alarms: frozenset[str]
    sample: Sampler


def everyday(generator: PassengerGenerator, n: int, seed: int) -> pd.DataFrame:
    """Sample passengers as they have always been.

    Parameters
    ----------
    generator : PassengerGenerator
        Fitted.
    n, seed : int
        As in `PassengerGenerator.sample`.

    Returns
    -------
    DataFrame
        `n` rows: the seven features and ``survived``.

    Raises
    ------
    SyntheticDataError
        If the generator is not fitted, or `n` or `seed` is out of range.
    """
    return generator.sample(n, seed=seed)


def _bent(bend: Callable[[PassengerGenerator], PassengerGenerator]) -> Sampler:
    """Sample from a generator that is bent first: once for all days, because that takes longer than a day's sample."""
    bend = lru_cache(maxsize=1)(bend)
    return lambda generator, n, seed: bend(generator).sample(n, seed=seed)


@_bent
def _third_class_only(generator: PassengerGenerator) -> PassengerGenerator:
    return generator.with_marginal("pclass", {3: 1})


@_bent
def _older(generator: PassengerGenerator) -> PassengerGenerator:
    shares = generator.marginal("age")
    oldest = shares.index.max()
    older: dict[float, float] = {}
    for age, share in shares.items():
        shifted = min(age + 10, oldest)  # an unknown age stays unknown
        older[shifted] = older.get(shifted, 0) + share
    return generator.with_marginal("age", older)


def _fares_doubled(generator: PassengerGenerator, n: int, seed: int) -> pd.DataFrame:
    passengers = generator.sample(n, seed=seed)
    return passengers.assign(fare=(2 * passengers["fare"]).clip(upper=FIELDS["fare"].high))


@_bent
def _port_closed(generator: PassengerGenerator) -> PassengerGenerator:
    return generator.with_marginal("embarked", generator.marginal("embarked").drop("C").to_dict())


def _survival_rate_70(generator: PassengerGenerator, n: int, seed: int) -> pd.DataFrame:
    return generator.sample(n, survival_rate=0.7, seed=seed)


def _label_noise(generator: PassengerGenerator, n: int, seed: int) -> pd.DataFrame:
    passengers = generator.sample(n, seed=seed)
    wrong = np.random.default_rng(seed).random(n) < 0.2
    return passengers.assign(**{LABEL: passengers[LABEL].mask(wrong, 1 - passengers[LABEL])})


def _silent_sensor(generator: PassengerGenerator, n: int, seed: int) -> pd.DataFrame:
    return generator.sample(n, seed=seed).assign(age=np.nan)


def _no_passengers(generator: PassengerGenerator, n: int, seed: int) -> pd.DataFrame:
    return generator.sample(0, seed=seed)


def _scenario(meaning: str, sample: Sampler, *alarms: str) -> Scenario:
    return Scenario(meaning, frozenset(alarms), sample)


SCENARIOS = {
    "third_class_only": _scenario("only the third class boards", _third_class_only, "drift", "estimate"),
    "older": _scenario("passengers are ten years older", _older, "drift"),
    "fares_doubled": _scenario("every fare is doubled", _fares_doubled, "drift"),
    "port_closed": _scenario("nobody boards at Cherbourg", _port_closed, "drift"),
    "survival_rate_70": _scenario("70% survive", _survival_rate_70, "drift", "truth"),
    "label_noise": _scenario("a fifth of the outcomes are wrong", _label_noise, "truth"),
    "silent_sensor": _scenario("no age is recorded", _silent_sensor, "data"),
    "no_passengers": _scenario("nobody boards", _no_passengers, "silence"),
}


def sampler(name: str | None) -> Sampler:
    """Return how passengers are sampled in a scenario; `everyday` without one.

    Raises
    ------
    LifeboatError
        If there is no such scenario.
    """
    if not name:
        return everyday
    check_name("scenario", name, SCENARIOS, ", or none")
    return SCENARIOS[name].sample
