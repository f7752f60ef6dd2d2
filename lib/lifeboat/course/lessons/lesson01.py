"""Lesson 01: baselines, interaction, adjusting for class, leaking columns, rules."""

from __future__ import annotations

from typing import Any

from lifeboat.course.answers import expect, names, near, number, table
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import everyone, my_passengers
from lifeboat.passengers import FEATURES

FEWEST, LEAST_SHARE = 100, 0.92
"""What 1.5 asks of the safest passengers."""


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
            },
            f"For {who} that is not the difference between the shares of survivors in first and in third class.",
        )


@exercise(
    "1.3",
    todo="Set `adjusted_gap` to the mean of the three gaps, each weighted by the passengers of its class.",
    why="Most of the gap was the class: a difference between groups may belong to something else that sets them apart.",
    hints=(
        "Six shares of survivors are needed: three classes, with and without an age.",
        "`data.groupby(['pclass', unknown])['survived'].mean().unstack()` has them; subtract the columns.",
        "The weights are `data['pclass'].value_counts(normalize=True)`; multiply, then add up.",
    ),
)
def gap_within_class(adjusted_gap: Any) -> None:
    """Judge the gap between unknown and known ages, adjusted for class."""
    data = everyone()
    unknown = data["age"].isna()
    by_class = data.groupby(["pclass", unknown])["survived"].mean().unstack()
    gaps = by_class[True] - by_class[False]
    raw = data["survived"].groupby(unknown).mean()
    of_unknown = data.loc[unknown, "pclass"].value_counts(normalize=True)
    right = (gaps * data["pclass"].value_counts(normalize=True)).sum()
    expect(
        adjusted_gap,
        right,
        {
            "That is the raw gap, over all classes at once. Compare within each class first.": raw[True] - raw[False],
            "The sign is wrong: subtract the share with known age from the share with unknown age.": -right,
            "You gave the three classes equal weights; weight each by its passengers.": gaps.mean(),
            "You weighted by the passengers of unknown age; weight by all passengers of the class.": (
                gaps * of_unknown
            ).sum(),
            "You added up the three gaps; take their weighted mean, with weights that add up to one.": gaps.sum(),
        },
        "That is not the weighted mean of the three gaps. Look at each gap by itself first.",
    )


@exercise(
    "1.4",
    todo="Set `accuracy` to the share for whom the rule about `boat` is right, and `leaks` to a list of columns.",
    why="It is so good because the column was written down afterwards: ask of each feature when it is known.",
    hints=(
        "`data['boat'].notna()` is True for those of whom a boat is known.",
        "Compare that with `data['survived'].astype(bool)`, passenger by passenger, and take the mean.",
        "For `leaks`, ask of each column: who could have written this down before the sinking?",
    ),
)
def leaking_columns(accuracy: Any, leaks: Any) -> None:
    """Judge the accuracy of the rule over `boat`, and the list of columns known only afterwards."""
    data = everyone()
    has_boat, survived = data["boat"].notna(), data["survived"].astype(bool)
    expect(
        accuracy,
        (has_boat == survived).mean(),
        {
            "That is the share for whom the rule is wrong.": (has_boat != survived).mean(),
            "That is the share of passengers with a known boat, not the share for whom the rule is right.": (
                has_boat.mean()
            ),
            "You looked only at those with a known boat; the rule says 'died' for the others, and may be right.": (
                survived[has_boat].mean()
            ),
            "You looked only at those who survived; the rule must be right for the others too.": (
                has_boat[survived].mean()
            ),
        },
        "The accuracy is not right. For each passenger: is `boat` known if, and only if, the passenger survived?",
    )
    found = names(leaks, data.columns)
    if "survived" in found:
        raise Wrong("`survived` is the outcome itself; list the other columns.")
    if known := found & {*FEATURES, "passenger_id", "name", "ticket", "cabin", "home_dest"}:
        raise Wrong(f"`{sorted(known)[0]}` was known when the ship left: a ticket office had it.")
    if found != {"boat", "body"}:
        raise Wrong("Your list is not complete. What was written down about the living, and what about the dead?")


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
            f"{parted.sum()} times your rows hold one of two passengers who are equal in all seven features, and not "
            "the other. So something else than the features chose: the outcome?"
        )
    if (rate := data.loc[inside, "survived"].mean()) < LEAST_SHARE:
        raise Wrong(f"{rate:.1%} of those whom your rule picks survived: not enough. Which of them fared worst?")
