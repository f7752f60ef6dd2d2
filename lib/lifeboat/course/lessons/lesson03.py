"""Lesson 03: companions across folds, a split by tickets, a worn-out test set, other imputation when serving."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, log_loss

from lifeboat import survival
from lifeboat.course.answers import expect, items, near, number, numbers
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import everyone, my_passengers, others_than, seed
from lifeboat.passengers import FEATURES, LABEL, SURVIVES_FROM

TEST_SHARE = (0.15, 0.25)
BALANCE = 0.05
"""How large a test set 3.2 asks for, and how far its share of survivors may be from that of the others."""

GAIN = 0.02
"""How much lower the log loss must be in 3.5 than that of the lab's regression."""


@exercise(
    "3.1",
    todo="Set `straddling` to the share of the passengers in `test` whose ticket also occurs in `train`.",
    why="Random folds put companions on both sides, and a flexible model may look the outcome up by the fare.",
    hints=(
        "The question is asked of each passenger of `test`: does this ticket occur in `train`?",
        "`Series.isin` answers it for a whole column.",
        "The mean of a column of True and False is the share of True.",
    ),
)
def companions_in_training(straddling: Any) -> None:
    """Judge the share of test passengers with a companion in training."""
    data = everyone()
    test = data.sample(frac=0.2, random_state=seed("3.1"))
    train = data.drop(test.index)
    known = test["ticket"].isin(train["ticket"])
    tickets = test["ticket"].drop_duplicates()
    expect(
        straddling,
        known.mean(),
        {
            "That is a number of passengers; divide it by how many are in `test`.": known.sum(),
            "That is the share of *tickets* in `test`; count passengers.": tickets.isin(train["ticket"]).mean(),
            "That is the share of the passengers in `train` with a companion in `test`; ask it the other way round.": (
                train["ticket"].isin(test["ticket"]).mean()
            ),
            "That is the share of passengers who share a ticket with anyone at all.": data["ticket"]
            .duplicated(keep=False)
            .mean(),
            "That is the share of those in `test` who have *no* companion in `train`.": 1 - known.mean(),
            "You divided by all passengers; divide by those in `test`.": known.sum() / len(data),
        },
        "That is not the share of passengers in `test` whose ticket occurs in `train`.",
    )


@exercise(
    "3.2",
    todo="Set `test_ids` to the `passenger_id` of the passengers in a test set that parts no companions.",
    why="Such a test asks what the model is worth for strangers, whose companions it has never seen.",
    hints=(
        "Draw tickets rather than passengers, or let scikit-learn do it.",
        "`StratifiedGroupKFold` keeps groups in one fold and outcomes in equal parts; `split` takes X, y and groups.",
        "It yields positions: `data['passenger_id'].iloc[...]` turns those of one fold into ids.",
    ),
)
def split_by_ticket(test_ids: Any) -> None:
    """Judge a test set by its size, its tickets and its outcomes."""
    data = everyone()
    ids = [number(item) for item in items(test_ids)]
    if len(ids) > len(set(ids)):
        raise Wrong("Some passengers are in the test set twice.")
    inside = data["passenger_id"].isin(ids)
    if inside.sum() < len(ids):
        raise Wrong("Some of these are no `passenger_id` of `data`.")
    if parted := _parted(data, inside):
        positions = not _parted(data, data["passenger_id"].isin([each + 1 for each in ids]))
        raise Wrong(
            "Those are positions, which count from 0. Take the values of `passenger_id` at these positions."
            if positions
            else f"{parted} tickets have passengers inside and outside the test set."
        )
    low, high = TEST_SHARE
    if not low <= inside.mean() <= high:
        raise Wrong(f"The test set holds {inside.mean():.0%} of the passengers; asked for is {low:.0%} to {high:.0%}.")
    rates = data[LABEL].groupby(inside).mean()
    if abs(rates[True] - rates[False]) > BALANCE:
        raise Wrong(
            f"{rates[True]:.0%} in the test set survived and {rates[False]:.0%} of the others: too far apart. "
            "Stratify by the outcome, or draw again."
        )


def _parted(data: pd.DataFrame, inside: pd.Series) -> int:
    """How many tickets have passengers on both sides."""
    return int((inside.groupby(data["ticket"]).nunique() > 1).sum())


TOSSES, JUDGES = 480, 80
"""Passengers of 3.3, and how many of them choose among the models."""


def coin_tosses() -> tuple[pd.DataFrame, pd.Series]:
    """Draw what twenty coins say of this learner's passengers, and the outcomes.

    Of the drawings the first in which one coin alone is best for the first 80 passengers, and another for the rest.

    Returns
    -------
    DataFrame, Series
        The guesses, one column per coin, and the outcomes; both by ``passenger_id``.
    """
    drawn = my_passengers("3.3", TOSSES).set_index("passenger_id")[LABEL]
    random = np.random.default_rng(seed("3.3"))
    while True:
        guesses = pd.DataFrame(random.integers(0, 2, size=(TOSSES, 20)), index=drawn.index)
        right = guesses.eq(drawn, axis=0)
        chosen, fresh = right.iloc[:JUDGES].mean(), right.iloc[JUDGES:].mean()
        if chosen.eq(chosen.max()).sum() == 1 and chosen.idxmax() != fresh.idxmax():
            return guesses, drawn


@exercise(
    "3.3",
    todo="Set `apparent` and `honest` to the accuracy of one model: on `judges`, who chose it, and on `fresh`.",
    why="The best of many looks better than it is on whatever chose it, so a test set is good for one choice.",
    hints=(
        "Compare each column of `guesses` with the outcomes: `guesses.eq(drawn, axis=0)` is True where it is right.",
        "The mean over the rows of `judges` is the accuracy of each model there; `idxmax` names the best.",
        "`honest` is the mean of that same column over the rows of `fresh`.",
    ),
)
def twenty_looks(apparent: Any, honest: Any) -> None:
    """Judge the accuracy of the luckiest of twenty coins, where it was chosen and elsewhere."""
    guesses, drawn = coin_tosses()
    right = guesses.eq(drawn, axis=0)
    on_judges, on_fresh = right.iloc[:JUDGES].mean(), right.iloc[JUDGES:].mean()
    best = on_judges.idxmax()
    expect(
        apparent,
        on_judges[best],
        {
            "`apparent` is the mean of all twenty models. Choose the best one.": on_judges.mean(),
            "`apparent` is that of the worst model, not of the best.": on_judges.min(),
            "`apparent` is of the model that is best on `fresh`. Choose on `judges`.": on_fresh.max(),
            "`apparent` is over all 480 passengers. Choose on the 80 of `judges`.": right.mean().max(),
            "`apparent` is a number of passengers; divide it by how many are in `judges`.": on_judges[best] * JUDGES,
        },
        "`apparent` is not the accuracy of the best model on `judges`.",
    )
    expect(
        honest,
        on_fresh[best],
        {
            "`honest` is the same as `apparent`. Measure the chosen model on `fresh`.": on_judges[best],
            "For `honest` you chose again, on `fresh`. Keep the model that `judges` chose.": on_fresh.max(),
            "For `honest` you took all twenty models. Keep the one that was chosen.": on_fresh.mean(),
            "`honest` is over all 480 passengers, `judges` included. Leave them out.": right.mean()[best],
        },
        "`honest` is not the accuracy on `fresh` of the model that was best on `judges`.",
    )


@lru_cache(maxsize=256)
def _damage(learner_seed: int) -> dict[str, float]:
    served = my_passengers("3.4", 300)
    learned = others_than(served)
    model = survival.fit("logistic", learned[FEATURES], learned[LABEL])
    filled = {
        "trained": served[FEATURES],
        "zero": served[FEATURES].fillna({"age": 0}),
        "zeros": served[FEATURES].fillna({"age": 0, "fare": 0}),
    }
    p = {name: model.predict_proba(table)[:, 1] for name, table in filled.items()}
    losses = {name: float(log_loss(served[LABEL], each)) for name, each in p.items()}
    right = {name: float(accuracy_score(served[LABEL], each >= SURVIVES_FROM)) for name, each in p.items()}
    again = survival.fit("logistic", learned[FEATURES].fillna({"age": 0}), learned[LABEL])
    return losses | {
        "accuracy": right["trained"] - right["zero"],
        "fitted again": float(log_loss(served[LABEL], again.predict_proba(filled["zero"])[:, 1])),
    }


@exercise(
    "3.4",
    todo="Set `damage` to the log loss with ages filled by 0 minus the log loss of the model as it was trained.",
    why="What is missing must be filled in one place for training and serving: inside the model's own pipeline.",
    hints=(
        "Predict twice with the same `model`: once for `served` as it is, once with its unknown ages filled.",
        "`served[FEATURES].fillna({'age': 0})` fills one column.",
        "`log_loss` takes the outcomes and the probabilities of survival, the second column of `predict_proba`.",
    ),
)
def other_imputation(damage: Any) -> None:
    """Judge by how much the log loss rises when serving fills unknown ages with 0."""
    found = _damage(seed("3.4"))
    expect(
        damage,
        found["zero"] - found["trained"],
        {
            "The sign is wrong: subtract the log loss of the model as trained.": found["trained"] - found["zero"],
            "That is the log loss with ages filled by 0; the question is how much it rose.": found["zero"],
            "That is a difference in accuracy; measure log loss, which judges the probabilities.": found["accuracy"],
            "You fitted a new model on ages filled by 0. Serve the one that was trained.": (
                found["fitted again"] - found["trained"]
            ),
            "You filled the fares too; the rewrite fills ages alone.": found["zeros"] - found["trained"],
            "There is no damage if `served` goes to the pipeline as it is. Fill the ages first.": 0.0,
        },
        "That is not the rise of the log loss on `served`. Compare the two lists of probabilities first.",
    )


@cache
def _lab() -> tuple[pd.Series, float]:
    """The folds of 3.5, and the log loss of the lab's regression over them."""
    data = everyone()
    fold = data["ticket"].map(lambda ticket: sum(map(ord, ticket)) % 5)
    p = np.zeros(len(data))
    for test in range(5):
        train = data[fold != test]
        p[fold == test] = survival.fit("logistic", train[FEATURES], train[LABEL]).predict_proba(data[fold == test])[
            :, 1
        ]
    return fold, float(log_loss(data[LABEL], p))


@exercise(
    "3.5",
    todo="Set `probabilities` to 1,309 predictions, each by a model that did not see the passenger's fold.",
    why="An honest gain over a simple baseline is the only kind that new passengers will confirm.",
    hints=(
        "Begin with the loop that made `lab`, and change the model.",
        "`survival.ESTIMATORS` names others; or say in features what exercise 1.2 found.",
        "Traits such as being a boy, or one of a large family, help a regression more than a bigger model does.",
    ),
)
def beat_the_lab(probabilities: Any) -> None:
    """Judge out-of-fold predictions: honest, and clearly better than the lab's regression."""
    data, (fold, lab) = everyone(), _lab()
    p = numbers(probabilities, len(data))
    if p.min() < 0 or p.max() > 1:
        raise Wrong("Some predictions are below 0 or above 1; they must be probabilities.")
    if set(p) <= {0.0, 1.0}:
        raise Wrong("Those are outcomes, 0 or 1. Log loss judges probabilities: use `predict_proba`.")
    if near(float(np.ptp(p)), 0):
        raise Wrong("Every passenger got the same probability.")
    loss = float(log_loss(data[LABEL], p))
    if log_loss(data[LABEL], 1 - p) < loss:
        raise Wrong("Those seem to be probabilities of death: `predict_proba` has survival in its second column.")
    if _one_model_predicted_all(data, fold, p):
        raise Wrong(
            "Passengers who are equal in all features have equal predictions in whichever fold they are: one model has "
            "predicted everyone, and it was trained on some of them."
        )
    if loss > lab - GAIN:
        raise Wrong(f"Your log loss is {loss:.3f}, that of the lab's regression {lab:.3f}: not {GAIN} lower.")


def _one_model_predicted_all(data: pd.DataFrame, fold: pd.Series, p: np.ndarray) -> bool:
    """Whether no twins of different folds differ: five models that learned from different passengers would differ."""
    twins = data[FEATURES].astype(object).where(data[FEATURES].notna(), "?").assign(fold=fold, p=p).groupby(FEATURES)
    spread = twins["p"].agg(np.ptp)[twins["fold"].nunique() > 1]
    return bool((spread < 1e-9).all())
