"""Lesson 05: a flipped encoding, predictions stored once, late outcomes, a drift index, noise and broken days."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from lifeboat import survival
from lifeboat.course.answers import expect, items, number, table
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import everyone, my_passengers, others_than, seed
from lifeboat.features import event_time
from lifeboat.passengers import FEATURES, LABEL, SURVIVES_FROM

PROMISED, DAYS, BROKEN_DAYS, FALSE_ALARMS = 0.8, 60, 4, 1
"""What the model of 5.5 promised, and how many days there are, are broken, and may be called out wrongly."""


@lru_cache(maxsize=64)
def _accuracies(learner_seed: int) -> dict[str, float]:
    served = my_passengers("5.1", 300)
    learned = others_than(served)
    model = survival.fit("logistic_engineered", learned[FEATURES], learned[LABEL])
    other = {"female": "male", "male": "female"}
    tables = {
        "as it is": served,
        "flipped": served.assign(sex=served["sex"].map(other)),
        "all men": served.assign(sex="male"),
        "all women": served.assign(sex="female"),
    }
    survived = served[LABEL].astype(bool).to_numpy()
    return {
        name: float(((model.predict_proba(t[FEATURES])[:, 1] >= SURVIVES_FROM) == survived).mean())
        for name, t in tables.items()
    }


@exercise(
    "5.1",
    todo="Set `flipped` to the accuracy of `model` on `served` with the two values of `sex` swapped.",
    why="Nothing failed and every prediction was valid: only measuring shows it. One pipeline prevents it.",
    hints=(
        "Make a copy of `served` in which every 'female' is 'male' and the other way round.",
        "`served['sex'].map({...})` swaps both at once; two replacements one after the other would undo each other.",
        "Compare what the model says, from one half up, with `served['survived']`, and take the mean.",
    ),
)
def flipped_encoding(flipped: Any) -> None:
    """Judge the accuracy when the codes of sex are swapped."""
    found = _accuracies(seed("5.1"))
    expect(
        flipped,
        found["flipped"],
        {
            "That is the accuracy with the codes as they were. Swap them first.": found["as it is"],
            "That is the accuracy if everyone is a man: the second replacement undid the first.": found["all men"],
            "That is the accuracy if everyone is a woman: the second replacement undid the first.": found["all women"],
            "That is the share of wrong predictions.": 1 - found["flipped"],
        },
        "That is not the accuracy on `served` with the two codes swapped.",
    )


def my_runs() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make two runs of predictions for this learner's passengers: the second repeats the first and adds to it."""
    random, drawn = np.random.default_rng(seed("5.2")), my_passengers("5.2", 60)
    rows = pd.DataFrame({"passenger_id": drawn["passenger_id"], "model_version": 1})
    rows["probability"] = random.uniform(0.1, 0.8, len(rows)).round(3)
    rows["predicted_at"] = event_time(["2026-11-10"] * len(rows))
    return rows.head(40), rows.assign(probability=(rows["probability"] + 0.1).round(3))


@exercise(
    "5.2",
    todo="Insert both runs into `said` without rewriting anything, and set `stored` to what reading returns.",
    why="A prediction that could be rewritten after the outcome is known proves nothing about the model.",
    hints=(
        "`insert` replaces rows of the same key and event time: so it must not get them.",
        "Before the second insert ask the store which passengers it has: `said.select([...]).read()`.",
        "`isin` and `~` leave out the rows of `second_run` that are stored.",
    ),
)
def said_once(stored: Any) -> None:
    """Judge the stored predictions of two runs."""
    first, second = my_runs()
    found = table(stored, ["passenger_id", "probability"])[["passenger_id", "probability"]]
    if found["passenger_id"].duplicated().any():
        raise Wrong("Some passengers have two predictions of the same model version.")
    found = found.set_index("passenger_id")["probability"].map(number)
    if set(found.index) == set(first["passenger_id"]):
        raise Wrong("Only the passengers of the first run are stored. The second adds some.")
    if set(found.index) != set(second["passenger_id"]):
        raise Wrong(f"{len(found)} passengers are stored; those of the two runs are others.")
    fresh = second.set_index("passenger_id")["probability"]
    kept = first.set_index("passenger_id")["probability"]
    if (found[kept.index] == fresh[kept.index]).any():
        raise Wrong("Predictions of the first run were rewritten: the store now says what the second run said.")
    if not np.allclose(found[kept.index], kept):
        raise Wrong("The stored probabilities of the first run are others than those in `first_run`.")
    if not np.allclose(found.drop(kept.index), fresh.drop(kept.index)):
        raise Wrong("The stored probabilities of the passengers whom the second run adds are not those it gave.")


def my_outcomes() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make predictions for this learner's passengers, and the outcomes known so far in the order of their arrival."""
    drawn = my_passengers("5.3", 300)
    random = np.random.default_rng(seed("5.3"))
    right = random.random(len(drawn)) < PROMISED
    said = drawn[LABEL].where(right, 1 - drawn[LABEL])
    predicted = pd.DataFrame({"passenger_id": drawn["passenger_id"], "prediction": said})
    known = drawn[["passenger_id", LABEL]].sample(200, random_state=seed("5.3"))
    return predicted, known.reset_index(drop=True)


@exercise(
    "5.3",
    todo="Set `accuracy` to the share of right predictions among the passengers whose outcome is known.",
    why="Outcomes come late and in any order: join by key, and leave the pending ones out instead of guessing them.",
    hints=(
        "The rows of the two tables do not belong together by their position.",
        "`predicted.merge(happened, on='passenger_id')` keeps those who are in both.",
        "Then compare two columns of the joined table, and take the mean.",
    ),
)
def late_outcomes(accuracy: Any) -> None:
    """Judge the accuracy over known outcomes."""
    predicted, happened = my_outcomes()
    joined = predicted.merge(happened, on="passenger_id", how="left")
    known = joined.dropna(subset=[LABEL])
    right = (known["prediction"] == known[LABEL]).mean()
    aligned = predicted["prediction"].head(len(happened)).eq(happened[LABEL])
    expect(
        accuracy,
        right,
        {
            "You joined by position: row 0 of one table is another passenger than row 0 of the other.": aligned.mean(),
            "You joined by position, and counted those without an outcome as wrong.": aligned.sum() / len(predicted),
            "You counted those whose outcome is pending as wrong. Leave them out.": (
                joined["prediction"] == joined[LABEL]
            ).mean(),
            "You counted those whose outcome is pending as dead. Leave them out.": (
                joined["prediction"] == joined[LABEL].fillna(0)
            ).mean(),
            "That is the share of wrong predictions.": 1 - right,
        },
        "That is not the share of right predictions among the known outcomes.",
    )


def my_fortnight() -> pd.DataFrame:
    """Draw passengers of a fortnight for this learner, more of them in first class than there were."""
    data = everyone()
    weights = data["pclass"].map({1: 4.0, 2: 1.5, 3: 1.0})
    return data.sample(400, weights=weights, random_state=seed("5.4"), ignore_index=True)[FEATURES]


@exercise(
    "5.4",
    todo="Set `psi` to the population stability index of the ticket class.",
    why="Features come at once and outcomes late, so such an index is the first to see that passengers have changed.",
    hints=(
        "Shares, not counts: `value_counts(normalize=True)`.",
        "Look at the order in which `value_counts` lists the classes, in `data` and in `fortnight`.",
        "`np.log` is the natural logarithm; multiply it by the difference of the shares, then add up.",
    ),
)
def stability_by_hand(psi: Any) -> None:
    """Judge the population stability index of the ticket class."""
    p, q = (each["pclass"].value_counts(normalize=True).sort_index() for each in (everyone(), my_fortnight()))
    right = ((p - q) * np.log(p / q)).sum()
    by_size = [np.sort(each.to_numpy())[::-1] for each in (p, q)]
    counts = [each["pclass"].value_counts().sort_index() for each in (everyone(), my_fortnight())]
    expect(
        psi,
        right,
        {
            "The classes are in different orders: `value_counts` sorts by number. Line them up first.": (
                (by_size[0] - by_size[1]) * np.log(by_size[0] / by_size[1])
            ).sum(),
            "That is half of it: p times the logarithm. The factor is the difference, p - q.": (
                p * np.log(p / q)
            ).sum(),
            "That is half of it: q times the logarithm. The factor is the difference, p - q.": (
                q * np.log(q / p)
            ).sum(),
            "That is with the logarithm to base ten; use the natural one, `np.log`.": right / np.log(10),
            "That is with the logarithm to base two; use the natural one, `np.log`.": right / np.log(2),
            "That is with counts; use shares.": ((counts[0] - counts[1]) * np.log(counts[0] / counts[1])).sum(),
            "That is the sum of the differences; each needs its logarithm.": (p - q).abs().sum(),
            "The sign is wrong; the index is never negative.": -right,
        },
        "That is not the sum of (p - q) ln(p / q) over the three classes.",
    )


def my_days() -> pd.DataFrame:
    """Draw sixty days for this learner: known outcomes and right predictions, on a few days by a broken model."""
    return _days(seed("5.5")).drop(columns="broken")


@lru_cache(maxsize=64)
def _days(learner_seed: int) -> pd.DataFrame:
    """The days of a learner; of the drawings the first in which noise alone never looks as bad as a broken day."""
    random = np.random.default_rng(learner_seed)
    while True:
        known = random.integers(25, 60, DAYS)
        broken = np.isin(np.arange(DAYS), random.choice(DAYS, BROKEN_DAYS, replace=False))
        right = random.binomial(known, np.where(broken, 0.4, PROMISED))
        share = right / known
        if share[broken].max() < 0.52 and 0.6 < share[~broken].min() < 0.66:
            return pd.DataFrame({"day": np.arange(1, DAYS + 1), "known": known, "right": right, "broken": broken})


@exercise(
    "5.5",
    todo="Set `broken` to a list of the days, by their number, on which something was broken.",
    why="An alarm must be both unlikely to be chance and large enough to matter, or soon nobody reads it.",
    hints=(
        "How far below 80% may a day of 30 outcomes fall by chance alone? Lesson 05 shows the interval of a day.",
        "The standard error of a share is the square root of p (1 - p) / n; more than three of them are rare.",
        "With sixty looks, a threshold that is crossed once in twenty days cries wolf three times.",
    ),
)
def broken_days(broken: Any) -> None:
    """Judge which days are called out."""
    days = _days(seed("5.5"))
    named = {number(item) for item in items(broken)}
    truly = set(days.loc[days["broken"], "day"])
    if strange := named - set(days["day"]):
        raise Wrong(f"There is no day {min(strange):g}; take the numbers from the column `day`.")
    if not named:
        raise Wrong("No day is named, but on some the model guessed.")
    if named == set(days.loc[days["right"] / days["known"] < PROMISED, "day"]):
        raise Wrong("Those are all the days below the promise: half of all days are, by chance alone.")
    false = len(named - truly)
    if truly <= named and false > FALSE_ALARMS:
        raise Wrong(f"All broken days are there, but {false} days were called out on which nothing was wrong.")
    if not truly <= named:
        raise Wrong("At least one broken day is missing." + (" And some named days were fine." if false else ""))
