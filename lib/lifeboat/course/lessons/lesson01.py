"""Lesson 01: baselines, interaction, adjusting for sex and class, leaks in disguise, rules."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lifeboat.course.answers import expect, names, near, number, table
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import everyone, my_passengers
from lifeboat.passengers import FEATURES

FEWEST, LEAST_SHARE = 100, 0.92
"""What 1.5 asks of the safest passengers."""

FROM_BEFORE, FROM_AFTER = {"title", "deck", "party"}, {"companions_saved", "recovered", "usual_outcome"}
"""The columns of 1.4, by when they could be known."""


@exercise(
    "1.1",
    todo="Set `share` to the share of `mine` who died.",
    why="A model must beat this share before it is worth anything.",
    hints=(
        "Anyone who says 'died' for everyone is right for those who died.",
        "The mean of a column of zeros and ones is the share of ones; which passengers are the ones of `survived`?",
        "Subtract the mean of `mine['survived']` from one.",
    ),
)
def baseline(share: Any) -> None:
    """Judge the share of the learner's passengers who died."""
    survived = my_passengers("1.1")["survived"]
    expect(
        share,
        1 - survived.mean(),
        {
            "That is the share of those who survived; saying 'died' is right for the others.": survived.mean(),
            "That is the share in `data`, all passengers. Count those in `mine`.": 1 - everyone()["survived"].mean(),
            "That is a number of passengers. Divide it by how many there are.": (survived == 0).sum(),
        },
        "That is not the share of `mine` for whom 'died' is right. Count them, then divide by `len(mine)`.",
    )


@exercise(
    "1.2",
    todo="Set `gain_women` and `gain_men` to differences between two shares of survivors.",
    why="Sex and class interact: what a class is worth depends on sex. A sum of single effects misses it.",
    hints=(
        "You need four shares: women and men, first class and third.",
        "Group by two columns at once: `data.groupby(['sex', 'pclass'])`.",
        "Take the mean of `survived` in each group; then subtract that of third class from that of first.",
    ),
)
def class_by_sex(gain_women: Any, gain_men: Any) -> None:
    """Judge what first class was worth to women and men."""
    survived = everyone().groupby(["sex", "pclass"])["survived"].mean()
    women, men = (survived[sex, 1] - survived[sex, 3] for sex in ("female", "male"))
    overall = everyone().groupby("pclass")["survived"].mean()
    found = number(gain_women), number(gain_men)
    if near(found[0], men) and near(found[1], women):
        raise Wrong("The two are swapped: the first belongs to women, the second to men.")
    for who, value, right in zip(("women", "men"), found, (women, men), strict=True):
        sex = {"women": "female", "men": "male"}[who]
        expect(
            value,
            right,
            {
                f"For {who} the sign is wrong: subtract third class from first.": -right,
                f"For {who} you compared all passengers of the two classes, women and men together.": overall[1]
                - overall[3],
                f"For {who} you compared first class with second.": survived[sex, 1] - survived[sex, 2],
                f"For {who} you gave a ratio; the question is by how much it was higher.": survived[sex, 1]
                / survived[sex, 3],
                f"For {who} that is in percent; a share lies between 0 and 1.": 100 * right,
                f"For {who} you rounded; give all digits that the subtraction has.": round(right, 2),
            },
            f"For {who} that is not the difference between the shares of survivors in first and in third class.",
        )


@exercise(
    "1.3",
    todo="Set `adjusted_gap` to the mean of the six gaps, each weighted by the passengers of its group.",
    why="Most of the gap was sex and class: a difference between groups may belong to what else sets them apart.",
    hints=(
        "Twelve shares of survivors are needed: women and men, three classes, with and without an age.",
        "`data.groupby(['sex', 'pclass', unknown])['survived'].mean().unstack()` has them; subtract the columns.",
        "The weights are `data[['sex', 'pclass']].value_counts(normalize=True)`; multiply, then add up.",
    ),
)
def gap_within_groups(adjusted_gap: Any) -> None:
    """Judge the gap between unknown and known ages, adjusted for sex and class."""
    data = everyone()
    unknown = data["age"].isna()
    raw = data["survived"].groupby(unknown).mean()
    gaps, weights, of_unknown = _gaps(data, ["sex", "pclass"])
    by_class, class_weights, _ = _gaps(data, ["pclass"])
    right = (gaps * weights).sum()
    expect(
        adjusted_gap,
        right,
        {
            "That is the raw gap, over all groups at once. Compare within each group first.": raw[True] - raw[False],
            "You compared within the three classes, women and men together; the groups are of one sex and one class.": (
                by_class * class_weights
            ).sum(),
            "The sign is wrong: subtract the share with known age from the share with unknown age.": -right,
            "You gave the six groups equal weights; weight each by its passengers.": gaps.mean(),
            "You weighted by the passengers of unknown age; weight by all passengers of the group.": (
                gaps * of_unknown
            ).sum(),
            "You added up the six gaps; take their weighted mean, with weights that add up to one.": gaps.sum(),
        },
        "That is not the weighted mean of the six gaps. Look at each gap by itself first.",
    )


def _gaps(data: pd.DataFrame, groups: list[str]) -> tuple[pd.Series, pd.Series, pd.Series]:
    """The gap within each group, and the group's share of all passengers and of those whose age is unknown."""
    unknown = data["age"].isna()
    shares = data.groupby([*groups, unknown])["survived"].mean().unstack()
    of_all, of_unknown = (part.groupby(groups).size() / len(part) for part in (data, data[unknown]))
    return shares[True] - shares[False], of_all, of_unknown


@exercise(
    "1.4",
    todo="Set `accuracy` to the share for whom the rule about companions is right, and `leaks` to a list of columns.",
    why="A leak need not look like the outcome. Ask of each column what it was made of, and when that was known.",
    hints=(
        "`extra['party'] - 1` is how many others are on the ticket. At least half of them: `>=`.",
        "Compare the rule with `data['survived'].astype(bool)`, keep those with a party above one, and take the mean.",
        "For `leaks`, read how each column is made: is anything in it that was written down after the sinking?",
    ),
)
def leaking_columns(accuracy: Any, leaks: Any) -> None:
    """Judge the accuracy of the rule over companions, and the list of columns known only afterwards."""
    data = everyone()
    survived, of_ticket = data["survived"].astype(bool), data.groupby("ticket")["survived"]
    others = of_ticket.transform("size") - 1
    saved, shared = of_ticket.transform("sum") - data["survived"], others > 0
    right = (saved >= others / 2) == survived
    expect(
        accuracy,
        right[shared].mean(),
        {
            "That is the share for whom the rule is wrong.": 1 - right[shared].mean(),
            "That is over all passengers; look only at those who share their ticket.": right.mean(),
            "You counted the passengers themselves among their companions.": (
                (of_ticket.transform("mean") >= 0.5) == survived
            )[shared].mean(),
            "You asked for more than half of the others; half is enough.": ((saved > others / 2) == survived)[
                shared
            ].mean(),
            "You asked whether anyone else survived; the rule asks for half of the others.": (
                ((saved > 0) == survived)[shared].mean()
            ),
        },
        "The accuracy is not right. Of those who share a ticket: who survived just when half of the others did?",
    )
    found = names(leaks, FROM_BEFORE | FROM_AFTER)
    if known := found & FROM_BEFORE:
        raise Wrong(f"`{min(known)}` was known when the ship left: a ticket office had what it is made of.")
    if found != FROM_AFTER:
        raise Wrong("Your list is not complete. Read how each column is made: of which other columns of `data`?")


@exercise(
    "1.5",
    todo="Set `safest` to the rows of `data` that your rule picks.",
    why="Such a rule is a model of one leaf; a tree is many of them, and notebook 03 shows what they are worth.",
    hints=(
        "Exercise 1.2 names two features that say a lot together.",
        "Combine conditions as in `data[(data['pclass'] == 2) & (data['age'] < 14)]`, and count with `len`.",
        "If the share is too low, leave out a kind of passenger who fared worse: by port, or by size of the family.",
    ),
)
def safest_rule(safest: Any) -> None:
    """Judge a group of passengers who were picked by their features and nearly all survived."""
    data = everyone()
    chosen = set(table(safest, ["passenger_id"])["passenger_id"])
    inside = data["passenger_id"].isin(chosen)
    if inside.sum() < len(chosen):
        raise Wrong("Some rows are not passengers of `data`: pick rows of it and leave `passenger_id` as it is.")
    if inside.sum() < FEWEST:
        raise Wrong(f"Your rule picks {inside.sum()} passengers: too few. Loosen a condition.")
    keys = [*FEATURES]
    parted = inside.groupby([data[key].astype(object).where(data[key].notna(), "?") for key in keys]).nunique() > 1
    if parted.any():
        raise Wrong(
            f"In {parted.sum()} groups of passengers who are equal in all seven features, your rows hold some and not "
            "the others. So something else than the features chose: the outcome?"
        )
    if (rate := data.loc[inside, "survived"].mean()) < LEAST_SHARE:
        raise Wrong(f"{rate:.1%} of those whom your rule picks survived: not enough. Which of them fared worst?")
