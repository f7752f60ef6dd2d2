"""Lesson 07: outcomes as they were known, an estimate without them, a gate, a bad version, an alarm."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lifeboat.course.answers import expect, near, number
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import seed
from lifeboat.course.lessons.samples07 import (
    EVENING,
    FALSE_ALARMS,
    IN_TIME,
    ON_OTHERS,
    QUIET_DAYS,
    evenings,
    judged,
    my_forecasts,
    my_pending,
    my_threshold,
    released,
    rings_per_sixty,
    shares,
)
from lifeboat.gate import MARGIN
from lifeboat.passengers import LABEL, SURVIVES_FROM


@exercise(
    "7.1",
    todo="Set `accuracy_then` and `pending_then` to what could be known on the evening of 10 November.",
    why="Whoever replays the past must use what was known then; and what is known early is not a fair sample.",
    hints=(
        "The lesson joins the two groups with one query: `select`, `join`, `read`.",
        "Keep the rows whose `outcome_at` is not later than `EVENING`; the day itself counts.",
        "Pending are those who were scored by then (`predicted_at`), minus those whose outcome was known.",
    ),
)
def as_it_was_known(accuracy_then: Any, pending_then: Any) -> None:
    """Judge the accuracy and the number of pending outcomes on an evening in the past."""
    said, happened = my_forecasts()
    joined = said.merge(happened, on="passenger_id")
    right, scored = joined["prediction"] == joined[LABEL], joined["predicted_at"] <= EVENING
    known, earlier = joined["outcome_at"] <= EVENING, joined["outcome_at"] < EVENING
    as_dead = joined["prediction"] == joined[LABEL].where(known, 0)
    later = "That uses outcomes that nobody had on that evening. Look at `outcome_at`."
    expect(
        accuracy_then,
        right[known].mean(),
        {
            later: right[scored].mean(),
            "That is the accuracy of today, over everyone. Go back to the evening.": right.mean(),
            "You left out the outcomes of 10 November itself; in the evening they were known.": right[earlier].mean(),
            "You counted those whose outcome was pending as dead. Leave them out.": as_dead[scored].mean(),
            "You counted those whose outcome was pending as wrong. Leave them out.": (right & known)[scored].mean(),
            "That is the share of wrong predictions.": 1 - right[known].mean(),
        },
        "`accuracy_then` is not the share of right predictions among the outcomes known on that evening.",
    )
    expect(
        pending_then,
        (scored & ~known).sum(),
        {
            "Among those pending you count passengers who were not even scored by then.": (~known).sum(),
            "That is how many outcomes were known; how many were not?": known.sum(),
            "You count the outcomes of 10 November as pending; in the evening they were known.": (
                scored & ~earlier
            ).sum(),
        },
        "`pending_then` is not the number of passengers who were scored by then, with an outcome that came later.",
    )


@exercise(
    "7.2",
    todo="Set `estimate` to the accuracy, and `missed` to the number of missed survivors, by the probabilities alone.",
    why="While outcomes are pending, honest probabilities say what to expect, of any rule that decides by them.",
    hints=(
        "If the model says 0.2 and the rule says 'dies', the rule is right with a probability of 0.8.",
        "So each passenger counts with p or with 1 - p, by what the rule says: `p.where(condition, 1 - p)`.",
        "Whoever is told to die survives with probability p: to count them, add these up.",
    ),
)
def estimate_without_outcomes(estimate: Any, missed: Any) -> None:
    """Judge the accuracy and the missed survivors that probabilities alone promise."""
    p, threshold = my_pending()["probability"], my_threshold()
    says = p >= threshold
    right = p.where(says, 1 - p).mean()
    expect(
        estimate,
        right,
        {
            "That is for a threshold of one half; use `threshold`.": p.where(p >= SURVIVES_FROM, 1 - p).mean(),
            "That is the mean probability: the share of survivors to expect, not of right predictions.": p.mean(),
            "That is the share of wrong predictions to expect.": 1 - right,
            "That is the share who are told that they survive.": says.mean(),
        },
        "`estimate` is not the mean, over all passengers, of the probability that the rule is right about them.",
    )
    expect(
        missed,
        p[~says].sum(),
        {
            "That is how many are told to die; only some of them will survive.": (~says).sum(),
            "Those are the ones who die as they were told. The missed ones survive.": (1 - p)[~says].sum(),
            "That counts all survivors to be expected, the found ones too.": p.sum(),
            "That is a mean; add up over those who are told to die.": p[~says].mean(),
            "Those are the false hopes: told to survive, and dead.": (1 - p)[says].sum(),
            "That is for a threshold of one half; `missed` needs `threshold` too.": p[p < SURVIVES_FROM].sum(),
        },
        "`missed` is not the number of survivors to be expected among those who are told to die.",
    )


@exercise(
    "7.3",
    todo="Set `difference`, `worst` and `passes` by the rule that was agreed.",
    why="A rule agreed beforehand cannot be bent by the result; pairing makes the most of few passengers.",
    hints=(
        "First one loss per passenger and model: minus `np.log` of p for survivors, of 1 - p for the others.",
        "Subtract passenger by passenger, challenger minus champion; then take the mean of these 500 numbers.",
        "The standard error is their standard deviation divided by the square root of their number.",
    ),
)
def challenger_passes(difference: Any, worst: Any, passes: Any) -> None:
    """Judge a gate by hand: the paired difference, the end of its interval, the verdict."""
    table = judged(seed("7.3"))
    survived = table[LABEL] == 1
    old, new = (-np.log(table[name].where(survived, 1 - table[name])) for name in ("champion", "challenger"))
    paired, error = (new - old).mean(), (new - old).sem()
    expect(
        difference,
        paired,
        {
            "The sign is wrong: subtract the champion from the challenger.": -paired,
            "That is the log loss of the challenger alone.": new.mean(),
            "That is the sum; take the mean.": (new - old).sum(),
        },
        "`difference` is not the mean of the challenger's losses minus that of the champion's.",
    )
    expect(
        worst,
        paired + 1.96 * error,
        {
            "That is the lower end. The gate looks at the bad one.": paired - 1.96 * error,
            "That is the interval of two samples of other passengers; these are the same, so take the differences "
            "passenger by passenger.": paired + 1.96 * np.hypot(old.sem(), new.sem()),
            "That is with the standard deviation of one passenger; the mean of 500 is far surer.": paired
            + 1.96 * (new - old).std(),
            "That is one standard error above the difference, not 1.96.": paired + error,
        },
        "`worst` is not 1.96 standard errors of the paired differences above `difference`.",
    )
    if not isinstance(passes, bool | np.bool_):
        raise Wrong("`passes` is True or False.")
    if bool(passes) != bool(paired < 0 and paired + 1.96 * error <= MARGIN):
        raise Wrong("The two numbers are right, but the verdict does not follow from them. Read the rule once more.")


def _day(answer: Any) -> date:
    try:
        return pd.Timestamp(str(answer)).date()
    except ValueError:
        raise Wrong("`first_day` cannot be read as a day; write it like '2026-11-05'.") from None


@exercise(
    "7.4",
    todo="Set `bad_version`, `first_day` and `affected` to what the stored predictions say.",
    why="Each prediction is stored with its version and is never rewritten: so one can say who was affected.",
    hints=(
        "Join `stored` with `settled`, and compare the versions with each other, not the days.",
        "The version whose predictions are right least often stands out.",
        "For the first day and the number go back to `stored`: it has those without an outcome, too.",
    ),
)
def bad_version_got_out(bad_version: Any, first_day: Any, affected: Any) -> None:
    """Judge which version was bad, since when, and for how many."""
    table, bad = released(seed("7.4"))
    chosen, day, many = number(bad_version), _day(first_day), number(affected)
    if chosen not in set(table["model_version"]):
        raise Wrong(f"There is no version {chosen:g} among the stored predictions.")
    if chosen != bad:
        raise Wrong(f"Version {chosen:g} was right about as often as it should be. Another one was not.")
    of_bad, predicted = table[table["model_version"] == bad], table["predicted_at"]
    first = of_bad["predicted_at"].min()
    if day == (first + pd.Timedelta(days=1)).date():
        raise Wrong("That is the first *whole* day of this version. Its first predictions are older.")
    if day != first.date():
        raise Wrong("On `first_day` it did not predict for the first time. Look at its earliest `predicted_at`.")
    if near(many, of_bad["known"].sum()):
        raise Wrong("You counted only those whose outcome is known. The others have such a prediction too.")
    if near(many, predicted.between(first, of_bad["predicted_at"].max()).sum()):
        raise Wrong("You counted everyone on these days. On the first of them another version predicted as well.")
    if near(many, (predicted >= first).sum()):
        raise Wrong("You counted everyone since that day. In the end another version predicted again.")
    if not near(many, len(of_bad)):
        raise Wrong("`affected` is not the number of passengers whose stored prediction is of that version.")


@exercise(
    "7.5",
    todo="Set `window` to a number of days, and `limit` to a share, so that the alarm is quiet when it should be.",
    why="A longer window is calmer and slower. Which to take depends on what a late alarm and a false one cost.",
    hints=(
        "`evenings[['known', 'right']].rolling(window).sum()` gives both numbers for the last days together.",
        "Draw the share over the eighty evenings for a window of one day, and for one of a week. What changes?",
        "For a window, the lowest share of the quiet evenings shows how low `limit` must be.",
    ),
)
def readable_alarm(window: Any, limit: Any) -> None:
    """Judge an alarm by when it rings on the learner's days, and on quiet days of others."""
    days, width, share = evenings(seed("7.5")), number(window), number(limit)
    if width not in range(1, QUIET_DAYS // 2 + 1):
        raise Wrong(f"The window is a whole number of days, from 1 to {QUIET_DAYS // 2}.")
    if not 0 <= share <= 1:
        raise Wrong("`limit` is a share of right predictions, between 0 and 1.")
    rings = shares(days, int(width)) < share
    if (false := rings[:QUIET_DAYS].sum()) > FALSE_ALARMS:
        raise Wrong(f"It rings on {false} quiet evenings. Who would still read it when it matters?")
    if not rings[QUIET_DAYS:].any():
        raise Wrong("It is quiet, but it never rings, not even after twenty days of a broken model.")
    if (late := rings[QUIET_DAYS:].argmax() + 1) > IN_TIME:
        raise Wrong(f"It rings first on evening {late} of the odd days: too late. A wide window forgets slowly.")
    if (often := rings_per_sixty(int(width), share)) > ON_OTHERS:
        raise Wrong(
            f"On your days it does well, but on other quiet days it would ring {often:.1f} times in sixty: it was "
            "fitted too closely to yours."
        )
