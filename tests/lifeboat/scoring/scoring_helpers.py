"""Fitted models and many passengers, made once for the tests of scoring."""

from functools import cache

from lifeboat import dataset, passengers, survival
from lifeboat.passengers import FEATURES
from lifeboat.scoring import Scorer
from lifeboat.synthetic import PassengerGenerator

ESTIMATORS = ["logistic", "logistic_engineered", "logistic_companions", "gradient_boosting"]
"""Those that can be compiled."""


@cache
def fitted(name="logistic_companions"):
    everyone = passengers.load()
    return survival.build_estimator(name).fit(everyone[FEATURES], everyone["survived"])


@cache
def scorer(name="logistic_companions"):
    return Scorer.compiled(fitted(name))


@cache
def generator():
    return PassengerGenerator().fit(passengers.load())


def synthetic(n, seed=0):
    return generator().sample(n, seed=seed)[FEATURES]


INVALID = dataset.InvalidRows
