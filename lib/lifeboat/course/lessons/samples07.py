"""What the exercises of lesson 07 ask about: models, predictions, outcomes and days, drawn for each learner."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from lifeboat import survival
from lifeboat.course.learner import my_passengers, others_than, seed
from lifeboat.features import event_time
from lifeboat.passengers import FEATURES, LABEL, SURVIVES_FROM

EVENING = pd.Timestamp("2026-11-10")
FIRST_DAY = pd.Timestamp("2026-11-01")
OTHER_SEX = {"female": "male", "male": "female"}


def my_judged() -> pd.DataFrame:
    """Draw 500 passengers of this learner, with their outcome and what a champion and a challenger say of them."""
    return judged(seed("7.3"))[["passenger_id", LABEL, "champion", "challenger"]].copy()


@lru_cache(maxsize=64)
def judged(learner_seed: int) -> pd.DataFrame:
    """The learner's passengers, scored by models who learned from the others; one of them with the sexes exchanged."""
    mine = my_passengers("7.3", 500).sample(500, random_state=learner_seed, ignore_index=True)
    others = others_than(mine)
    names = ("logistic", "logistic_engineered")
    champion, challenger = (
        survival.fit(name, others[FEATURES], others[LABEL]) for name in names[:: 1 if learner_seed % 2 else -1]
    )  # for every other learner the challenger is the worse one
    exchanged = mine.assign(sex=mine["sex"].map(OTHER_SEX))
    return mine[["passenger_id", LABEL]].assign(
        champion=champion.predict_proba(mine[FEATURES])[:, 1],
        challenger=challenger.predict_proba(mine[FEATURES])[:, 1],
        exchanged=champion.predict_proba(exchanged[FEATURES])[:, 1],
    )


def my_forecasts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make predictions for this learner's passengers of a fortnight, and outcomes, those of survivors known first."""
    rows = forecasts(seed("7.1"))
    happened = rows[["passenger_id", LABEL, "outcome_at"]].sample(frac=1, random_state=seed("7.1"), ignore_index=True)
    return rows[["passenger_id", "prediction", "predicted_at"]].copy(), happened


@lru_cache(maxsize=64)
def forecasts(learner_seed: int) -> pd.DataFrame:
    """Predictions and outcomes; of the drawings the first in which the outcomes of the last day make a difference."""
    scored, random = judged(seed("7.3")).head(400), np.random.default_rng(learner_seed)
    day = pd.Series(np.arange(len(scored)) * 14 // len(scored))
    said = scored[["passenger_id", LABEL]].assign(predicted_at=event_time(FIRST_DAY + pd.to_timedelta(day, "D")))
    said["prediction"] = (scored["champion"] >= SURVIVES_FROM).astype("int64")
    right = said["prediction"] == said[LABEL]
    while True:
        late = np.where(said[LABEL] == 1, random.integers(1, 3, len(said)), random.integers(4, 9, len(said)))
        at = event_time(said["predicted_at"] + pd.to_timedelta(late, "D"))
        if right[at <= EVENING].mean() < min(right[at < EVENING].mean(), right.mean()) - 0.002:
            return said.assign(outcome_at=at)


def my_pending() -> pd.DataFrame:
    """Draw 200 passengers of this learner with the probability that the champion gave, and no outcome."""
    scored = judged(seed("7.3")).tail(200).reset_index(drop=True)
    return scored[["passenger_id"]].assign(probability=scored["champion"])


def my_threshold() -> float:
    """Draw the threshold of this learner."""
    return (0.25, 0.3, 0.7, 0.75)[seed("7.2") % 4]


@lru_cache(maxsize=64)
def released(learner_seed: int) -> tuple[pd.DataFrame, int]:
    """What was stored on twenty days of 25 passengers, with known outcomes, and which version was bad."""
    random, bad = np.random.default_rng(learner_seed), 2 + learner_seed % 2
    scored = judged(seed("7.3"))
    row = np.arange(len(scored))
    out, back = 25 * int(random.integers(7, 10)) + int(random.integers(8, 18)), 25 * int(random.integers(13, 15))
    versions = (1, 2, 1, 3) if bad == 2 else (1, 2, 3, 2)
    changes = (out, back, 25 * 17) if bad == 2 else (25 * 4, out, back)
    version = np.array(versions)[np.searchsorted(changes, row, side="right")]
    p = scored["champion"].where(version != bad, scored["exchanged"])
    table = scored[["passenger_id", LABEL]].assign(
        model_version=version,
        predicted_at=FIRST_DAY + pd.to_timedelta(row // 25, "D"),
        prediction=(p >= SURVIVES_FROM).astype("int64"),
        known=(row // 25 < 12) | ((row // 25 > 16) & (row % 5 == 0)),
    )
    return table.sample(frac=1, random_state=learner_seed, ignore_index=True), bad


def my_releases() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make stored predictions of three versions for this learner, and the outcomes that are known so far."""
    table, _ = released(seed("7.4"))
    settled = table.loc[table["known"], ["passenger_id", LABEL]].sample(frac=1, random_state=seed("7.4"))
    return table.drop(columns=[LABEL, "known"]), settled.reset_index(drop=True)


PROMISED, FALLEN, QUIET_DAYS, ODD_DAYS, IN_TIME = 0.8, 0.7, 60, 20, 10
"""7.5: the accuracy before and after, for how many days each, and by which evening the alarm must ring."""

FALSE_ALARMS, ON_OTHERS = 1, 2.0
"""On how many quiet evenings an alarm may ring: on those that the learner has, and on average on others."""


def my_evenings() -> pd.DataFrame:
    """Draw eighty days for this learner: known outcomes and right predictions, at the end fewer of these."""
    return evenings(seed("7.5")).copy()


@lru_cache(maxsize=64)
def evenings(learner_seed: int) -> pd.DataFrame:
    """The days of a learner; of the drawings the first whose lowest quiet week makes a good alarm."""
    random = np.random.default_rng(learner_seed)
    while True:
        days = _drawn(random, [PROMISED] * QUIET_DAYS + [FALLEN] * ODD_DAYS)
        quiet = shares(days, 7)[:QUIET_DAYS]
        rings = shares(days, 7)[QUIET_DAYS:][:IN_TIME] < np.nanmin(quiet)
        if 0.72 < np.nanmin(quiet) < 0.75 and rings.any() and rings_per_sixty(7, float(np.nanmin(quiet))) < ON_OTHERS:
            return days


def _drawn(random: np.random.Generator, accuracy: list[float]) -> pd.DataFrame:
    known = random.integers(25, 41, len(accuracy))
    days = pd.DataFrame({"day": np.arange(1, len(accuracy) + 1), "known": known})
    return days.assign(right=random.binomial(known, accuracy), quiet=np.array(accuracy) == PROMISED)


def shares(days: pd.DataFrame, window: int) -> np.ndarray:
    """The share of right predictions of the last days together, on each evening; NaN where there are too few days."""
    totals = days[["known", "right"]].rolling(window).sum()
    return (totals["right"] / totals["known"]).to_numpy()


@lru_cache(maxsize=1)
def _others() -> pd.DataFrame:
    return _drawn(np.random.default_rng(1912), [PROMISED] * (100 * QUIET_DAYS))


def rings_per_sixty(window: int, limit: float) -> float:
    """On how many of sixty quiet evenings an alarm rings, on average over days that no learner has."""
    return float((shares(_others(), window) < limit).mean() * QUIET_DAYS)
