"""Lesson 06: calibration by hand, a threshold by its costs, error rates of groups."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lifeboat import survival
from lifeboat.course.answers import expect, near, number
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import my_passengers, others_than, seed
from lifeboat.passengers import FEATURES, LABEL, SURVIVES_FROM

LOW, HIGH = 0.4, 0.8
SLACK = 1.03
"""How much more than the lowest cost 6.2 allows."""


def scored_passengers() -> pd.DataFrame:
    """Draw 500 passengers of this learner, with the probability that a model gives who learned from the others."""
    return _scored(seed("6.1")).copy()


@lru_cache(maxsize=64)
def _scored(learner_seed: int) -> pd.DataFrame:
    mine = my_passengers("6.1", 500)
    others = others_than(mine)
    model = survival.fit("logistic_engineered", others[FEATURES], others[LABEL])
    return mine.assign(probability=model.predict_proba(mine[FEATURES])[:, 1])


@exercise(
    "6.1",
    todo="Set `gap` to the share of survivors minus the mean probability, of those from 0.4 to below 0.8.",
    why="A probability is a promise about many passengers: only counting shows whether it is kept.",
    hints=(
        "First pick the rows: two conditions on `probability`, joined with `&`.",
        "Compare two means of these rows: of `survived`, and of `probability`.",
        "Subtract the second from the first.",
    ),
)
def calibration_gap(gap: Any) -> None:
    """Judge the gap between observed and predicted survival in the middle of the scale."""
    scored = _scored(seed("6.1"))
    p = scored["probability"]
    middle = scored[(p >= LOW) & (p < HIGH)]
    right = middle[LABEL].mean() - middle["probability"].mean()
    expect(
        gap,
        right,
        {
            "The sign is wrong: subtract the mean probability from the share of survivors.": -right,
            "That is over all passengers; pick those in the middle of the scale.": scored[LABEL].mean() - p.mean(),
            "That is the share of survivors; subtract their mean probability.": middle[LABEL].mean(),
            "That is the mean probability; the share of survivors is missing.": middle["probability"].mean(),
            "You compared with the middle of the range; take the mean of their probabilities.": (
                middle[LABEL].mean() - (LOW + HIGH) / 2
            ),
        },
        "That is not the share of survivors minus the mean probability of the passengers in that range.",
    )


def my_costs() -> tuple[int, int]:
    """Draw what a false "survives" and a missed survivor cost this learner."""
    return 1 + seed("6.2") % 2, 5 + seed("6.2") % 4


THRESHOLDS = np.linspace(0, 1, 101)
"""Among these the lowest cost is sought, as a learner is told to do."""


def _costs(thresholds: ArrayLike, false: float, missed: float) -> np.ndarray:
    """The total cost at each threshold."""
    scored = _scored(seed("6.1"))
    says = scored["probability"].to_numpy() >= np.atleast_1d(thresholds)[:, None]
    survived = scored[LABEL].to_numpy() == 1
    return false * (says & ~survived).sum(axis=1) + missed * (~says & survived).sum(axis=1)


@exercise(
    "6.2",
    todo="Set `threshold` to a value between 0 and 1 at which the total cost is close to the lowest.",
    why="The best threshold follows from what mistakes cost; one half is right only if both cost the same.",
    hints=(
        "For one threshold: count both kinds of mistakes, multiply each by its cost, add up.",
        "Do that for a hundred thresholds from 0 to 1, and see where the sum is lowest.",
        "If missing a survivor is dear, should the model say 'survives' more often, or less?",
    ),
)
def threshold_by_cost(threshold: Any) -> None:
    """Judge a threshold by the cost that it leads to."""
    value = number(threshold)
    if not 0 <= value <= 1:
        raise Wrong("A threshold for probabilities lies between 0 and 1.")
    false, missed = my_costs()
    times = {
        name: float(_costs(value, *costs)[0] / _costs(THRESHOLDS, *costs).min())
        for name, costs in {"right": (false, missed), "swapped": (missed, false), "equal": (1, 1)}.items()
    }
    if times["right"] <= SLACK:
        return
    if near(value, SURVIVES_FROM):
        raise Wrong("One half would be right if both mistakes cost the same. They do not.")
    if times["swapped"] <= SLACK:
        raise Wrong("That would be cheap with the two costs swapped: which mistake is the dear one?")
    if times["equal"] <= SLACK:
        raise Wrong("That makes few mistakes, but not cheap ones: count each with its cost.")
    raise Wrong(f"At this threshold the total cost is {times['right']:.2f} times the lowest.")


@exercise(
    "6.3",
    todo="Set `missed_women` and `missed_men` to the shares of survivors whom the model misses.",
    why="One threshold is not one quality: groups that are unlike what the model learned pay for its mistakes.",
    hints=(
        "Begin with the survivors alone; the others cannot be missed.",
        "Missed is who has a probability below one half.",
        "Group by `sex`, and take the mean.",
    ),
)
def missed_survivors(missed_women: Any, missed_men: Any) -> None:
    """Judge the shares of surviving women and men whom the model misses."""
    scored = _scored(seed("6.1"))
    miss = scored["probability"] < SURVIVES_FROM
    survivors = scored[LABEL] == 1
    women, men = scored["sex"] == "female", scored["sex"] == "male"
    right = [miss[survivors & group].mean() for group in (women, men)]
    found = [number(missed_women), number(missed_men)]
    if near(found[0], right[1]) and near(found[1], right[0]):
        raise Wrong("The two are swapped: the first belongs to women, the second to men.")
    for who, group, value, expected in zip(("women", "men"), (women, men), found, right, strict=True):
        expect(
            value,
            expected,
            {
                f"For {who} that is the share who are found, not of those who are missed.": 1 - expected,
                f"For {who} you divided by all of them; divide by those who survived.": (miss & survivors)[
                    group
                ].mean(),
                f"For {who} that is the share of survivors among those said to die; ask it the other way round.": (
                    survivors[miss & group].mean()
                ),
                f"For {who} that is about those who died.": (~miss)[~survivors & group].mean(),
            },
            f"For {who} that is not the share of survivors with a probability below one half.",
        )
