"""Lesson 04: impossible passengers, copies, a judge on unseen passengers, a bent generator, your own generator."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_val_score, train_test_split
from sklearn.tree import DecisionTreeClassifier

from lifeboat import passengers
from lifeboat.course.answers import expect, near, number, table
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import everyone, seed
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging import judges, rivals
from lifeboat.synthetic.judging.codes import codes

COLUMNS = [*FEATURES, LABEL]
MOST_TOLD_APART, MOST_COPIES = 0.70, 0.20
"""What 4.5 asks of the passengers that a learner makes."""


@cache
def _real() -> pd.DataFrame:
    return everyone()[COLUMNS]


@lru_cache(maxsize=64)
def _halves(learner_seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Passengers that are known, unseen, and made from those known."""
    real = _real()
    known, unseen = train_test_split(real, test_size=0.5, stratify=real[LABEL], random_state=learner_seed)
    return known, unseen, rivals.sequential_trees(known, len(known), learner_seed)


@exercise(
    "4.1",
    todo="Set `strange_made` and `strange_real` to the numbers of small children without relatives.",
    why="Each feature alone is right, and together they are impossible: what features say together has to be learned.",
    hints=(
        "Three conditions, joined by and: the age, `sibsp` and `parch`.",
        "`table.query('...')` returns the rows for which a condition holds; `len` counts them.",
        "An unknown age is not below eight: a comparison with it is False.",
    ),
)
def lonely_children(strange_made: Any, strange_real: Any) -> None:
    """Judge the numbers of children alone, among made and among real passengers."""
    made, real = rivals.marginals(_real(), len(_real()), seed("4.1")), _real()
    found = number(strange_made), number(strange_real)
    right = [len(_alone(each, each["age"] < 8)) for each in (made, real)]
    if found == (right[1], right[0]) and right[0] != right[1]:
        raise Wrong("The two are swapped: `strange_made` counts in `alone`, `strange_real` in `real`.")
    for name, each, value, expected in zip(("strange_made", "strange_real"), (made, real), found, right, strict=True):
        expect(
            value,
            expected,
            {
                f"`{name}` counts unknown ages too: `~(age >= 8)` is True for them.": len(
                    _alone(each, ~(each["age"] >= 8))
                ),
                f"`{name}` looks at `sibsp` alone; a child with a parent is not alone.": len(
                    each.query("age < 8 and sibsp == 0")
                ),
                f"`{name}` looks at `parch` alone; a child with a brother is not alone.": len(
                    each.query("age < 8 and parch == 0")
                ),
                f"`{name}` counts children of eight too; they should be below eight.": len(
                    _alone(each, each["age"] <= 8)
                ),
                f"`{name}` counts everyone who travels alone, or is below eight; both must hold.": len(
                    each.query("age < 8 or sibsp + parch == 0")
                ),
            },
            f"`{name}` is not the number of passengers below eight without any relatives.",
        )


def _alone(table: pd.DataFrame, young: pd.Series) -> pd.DataFrame:
    return table[young & (table["sibsp"] + table["parch"] == 0)]


@exercise(
    "4.2",
    todo="Set `copies` to the share of `made` that equals a passenger of `known` in all eight columns.",
    why="Passengers who are copies are hard to tell from real ones, and say nothing that was not known: look for both.",
    hints=(
        "Each row of `made` asks: is there an equal row in `known`?",
        "`merge` without `on` joins on all common columns, and takes two missing values for equal.",
        "Rows that occur twice in `known` would match twice: drop duplicates of `known` first.",
    ),
)
def copied_passengers(copies: Any) -> None:
    """Judge the share of made passengers who equal a known one."""
    known, unseen, made = _halves(seed("4.2"))
    rows, learned, features = (_keys(each) for each in (made, known, made[FEATURES]))
    expect(
        copies,
        rows.isin(learned).mean(),
        {
            "That is the share of `known` who were copied; ask it of each passenger in `made`.": learned.isin(
                rows
            ).mean(),
            "You left out the outcome; all eight columns must be equal.": features.isin(_keys(known[FEATURES])).mean(),
            "You compared with `unseen`, from whom nothing was learned.": rows.isin(_keys(unseen)).mean(),
            "Some of `made` count twice: passengers who occur twice in `known` match twice.": len(made.merge(known))
            / len(made),
            "Two unknown values are equal here; you treated them as different, or dropped them.": len(
                made.dropna().merge(known.drop_duplicates())
            )
            / len(made),
            "That is a number of passengers; divide it by how many were made.": rows.isin(learned).sum(),
            "That is the share of those who are *no* copies.": 1 - rows.isin(learned).mean(),
        },
        "That is not the share of `made` with an equal in `known`.",
    )


def _keys(table: pd.DataFrame) -> pd.MultiIndex:
    coded = codes(table.assign(**{LABEL: table.get(LABEL, 0)}))
    return pd.MultiIndex.from_frame(coded.fillna(-1).round(4))


@exercise(
    "4.3",
    todo="Set `auc` to the mean area under the ROC curve over `folds`.",
    why="A judge must be judged on what it has not seen, or it tells apart whatever you show it.",
    hints=(
        "scikit-learn trains on four folds and measures on the fifth, five times, in one call.",
        "`cross_val_score` takes the judge, `X`, `is_real`, the folds as `cv`, and what to measure as `scoring`.",
        "The name of the measure is 'roc_auc'; then take the mean of the five.",
    ),
)
def judged_unseen(auc: Any) -> None:
    """Judge the cross-validated area under the ROC curve of a tree that tells made from real."""
    scores = _judged(seed("4.2"))
    expect(
        auc,
        scores["auc"],
        {
            "That is measured on the passengers that the judge was trained on.": scores["seen"],
            "That is the accuracy; measure the area under the ROC curve.": scores["accuracy"],
            "Another five folds were used: pass `folds` as `cv`.": scores["other folds"],
            "That is one minus it: the judge seems to be asked who is made.": 1 - scores["auc"],
            "You pooled the predictions of all folds; take the mean over the folds.": scores["pooled"],
        },
        "That is not the mean over `folds` of the area under the ROC curve.",
    )


@lru_cache(maxsize=64)
def _judged(learner_seed: int) -> dict[str, float]:
    _, unseen, made = _halves(learner_seed)
    X = codes(pd.concat([made, unseen], ignore_index=True))
    y = np.repeat([0, 1], [len(made), len(unseen)])
    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    apart = cross_val_predict(tree, X, y, cv=folds, method="predict_proba")[:, 1]
    return {
        "auc": cross_val_score(tree, X, y, cv=folds, scoring="roc_auc").mean(),
        "accuracy": cross_val_score(tree, X, y, cv=folds).mean(),
        "other folds": cross_val_score(tree, X, y, cv=5, scoring="roc_auc").mean(),
        "pooled": roc_auc_score(y, apart),
        "seen": roc_auc_score(y, tree.fit(X, y).predict_proba(X)[:, 1]),
    }


def my_ship() -> dict[int, float]:
    """Draw how the passengers of this learner's ship are spread over the ticket classes."""
    first = 30 + seed("4.4") % 31
    return {1: first / 100, 2: 0.15, 3: (85 - first) / 100}


@cache
def _generator() -> PassengerGenerator:
    return PassengerGenerator().fit(_real())


@exercise(
    "4.4",
    todo="Set `rate` to the share who survive on a ship with your `shares` of the ticket classes.",
    why="A generator that can be bent lets you ask what a system would do on a day that has not come yet.",
    hints=(
        "Lesson 04 bends the generator towards a ship with as many women as men.",
        "`generator.with_marginal(feature, shares)` returns a bent generator and leaves the old one as it is.",
        "The attribute `survival_rate_` of the bent one is the answer; no sample is needed.",
    ),
)
def bent_ship(rate: Any) -> None:
    """Judge the survival rate of a generator bent to the learner's shares of ticket classes."""
    shares, real = my_ship(), _real()
    by_class = real.groupby("pclass")[LABEL].mean()
    reverse = dict(zip(shares, list(shares.values())[::-1], strict=True))
    right = _generator().with_marginal("pclass", shares).survival_rate_
    expect(
        rate,
        right,
        {
            "That is the ship as it was: `with_marginal` returns a new generator, and leaves the old one as it is.": (
                _generator().survival_rate_
            ),
            "That is the plain mean of the three classes; weight them by `shares`.": by_class.mean(),
            "The shares seem to be in the wrong order: their keys are the classes.": (
                _generator().with_marginal("pclass", reverse).survival_rate_
            ),
            "That is the share who die.": 1 - right,
        },
        "That is not the survival rate of the bent generator. (A sample is only near it: ask the generator.)",
    )


@exercise(
    "4.5",
    todo="Set `mine` to as many made passengers as there are in `known`, with its eight columns.",
    why="Hard to tell apart and few copies: a method must do both, and each is easy alone.",
    hints=(
        "Copying `known` passes one judge and fails the other; drawing each feature alone does the reverse.",
        "Between the two: take a passenger, and exchange only some features with a similar one.",
        "`PassengerGenerator().fit(known).sample(...)` is one way; `solution` shows it.",
    ),
)
def own_passengers(mine: Any) -> None:
    """Judge made passengers: valid, hard to tell from unseen ones, and few copies."""
    known, unseen, _ = _halves(seed("4.2"))
    made = table(mine, COLUMNS)[COLUMNS].reset_index(drop=True)
    if len(made) != len(known):
        raise Wrong(f"There are {len(made)} passengers; asked for are as many as in `known`, {len(known)}.")
    faults = passengers.find_problems(made, label=True)
    if len(faults) or made[LABEL].isna().any():
        where = f"row {faults.iloc[0].row}, {faults.iloc[0].field}" if len(faults) else "an outcome that is missing"
        raise Wrong(f"Some are no passengers that the project would accept: {where}.")
    copies = judges.copied(made, known)
    if near(copies, 1):
        raise Wrong("Every one of them is a passenger of `known`. Make new ones.")
    if copies > MOST_COPIES:
        raise Wrong(f"{copies:.0%} of them equal a passenger of `known`: more than {MOST_COPIES:.0%}.")
    if (apart := judges.discriminator_auc(made, unseen)) > MOST_TOLD_APART:
        raise Wrong(f"They are too easy to tell from real ones: area under the ROC curve {apart:.2f}. What is lost?")
