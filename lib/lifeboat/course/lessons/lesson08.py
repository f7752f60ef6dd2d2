"""Lesson 08, the capstone: the five parts of the system on breast tumours, from a description of their fields."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss

from lifeboat.arrivals import IDS_PER_DAY, first_id
from lifeboat.course.answers import items, number, numbers, table
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import seed
from lifeboat.days import days_between
from lifeboat.passengers import SURVIVES_FROM

DAYS = days_between("2026-11-09", "2026-11-13")
PER_DAY, KNOWN_AFTER, MADE = 20, 2, 300
"""Tumours that arrive on each day, days until their outcome is known, and how many 8.3 asks for."""

WELL_PREDICTED = 0.3
"""Log loss that a plain regression over the ten features stays below."""

INSTRUMENTS = ["mean_texture", "mean_smoothness", "mean_symmetry", "mean_perimeter", "mean_fractal_dimension"]
"""Features one of which 8.5 shifts by a third."""


@cache
def _everything() -> pd.DataFrame:
    """All 569 tumours: ten features, `malignant` (1 if so), key and event time."""
    measured, benign = load_breast_cancer(return_X_y=True, as_frame=True)
    ten = measured[[name for name in measured if name.startswith("mean ")]]
    ten.columns = [name.replace(" ", "_") for name in ten]
    return ten.assign(malignant=1 - benign, tumour_id=range(1, len(ten) + 1), examined_at="2025-01-06")


@cache
def _features() -> list[str]:
    return [name for name in _everything() if name.startswith("mean_")]


@cache
def _extremes() -> pd.Index:
    """The tumours that are the smallest or largest in a feature."""
    ten = _everything()[_features()]
    return pd.Index([*ten.idxmin(), *ten.idxmax()]).unique()


@lru_cache(maxsize=64)
def _mine(learner_seed: int) -> pd.DataFrame:
    ordinary = _everything().drop(index=_extremes())
    return ordinary.sample(450, random_state=learner_seed).sort_index()


def my_tumours() -> pd.DataFrame:
    """Draw the 450 tumours that this learner has: ten features, `malignant`, `tumour_id` and `examined_at`."""
    return _mine(seed("8.1")).reset_index(drop=True)


def _others() -> pd.DataFrame:
    return _everything().drop(index=_mine(seed("8.1")).index)


def new_tumours() -> pd.DataFrame:
    """Return the tumours that this learner does not have, without their outcome."""
    return _others()[["tumour_id", *_features()]].reset_index(drop=True)


def doubtful_tumours() -> pd.DataFrame:
    """Draw twelve tumours that this learner does not have; in some rows something is wrong."""
    return _doubtful()[0].copy()


def _doubtful() -> tuple[pd.DataFrame, dict[str, int], set[int]]:
    """The twelve tumours, the position of each fault, and the positions of real tumours of unusual size."""
    ten = _everything()[_features()]
    unusual = ten.loc[[ten["mean_area"].idxmax(), ten["mean_radius"].idxmin(), ten["mean_concavity"].idxmin()]]
    usual = _others().drop(index=_extremes())[_features()].sample(9, random_state=seed("8.1"))
    frame = pd.concat([usual, unusual]).astype(object)
    frame = frame.sample(frac=1, random_state=seed("8.1"))
    odd = {place for place, label in enumerate(frame.index) if label in unusual.index}
    frame = frame.reset_index(drop=True)
    wrong = {"mean_radius": 1000 * frame["mean_radius"].max(), "mean_area": -500.0, "mean_texture": "rough"}
    free = [place for place in range(len(frame)) if place not in odd]
    faults = dict(zip([*wrong, "mean_smoothness"], free, strict=False))
    for name, place in faults.items():
        frame.loc[place, name] = wrong.get(name)  # the last one is missing
    return frame, faults, odd


@exercise(
    "8.1",
    todo="Describe the tumours, set `refused` to the positions of the doubtful rows that break the rules, and `stored` "
    "to what the feature group holds.",
    why="The description is the contract of all that follows: wide enough for what is real, narrow enough for slips.",
    hints=(
        "Lesson 08 writes a `Dataset` for wine: name, task, fields, outcome, key, event time and rows.",
        "The fields can be made in a loop over the ten names. None is negative; how large may each be?",
        "Allow a few times the largest value in your table. `tumours.find_problems(doubtful)` names the rows; "
        "`features.historical_rows` and `features.write_new` write the others.",
    ),
)
def described(refused: Any, stored: Any) -> None:
    """Judge a description by the rows that it refuses, and the feature group by its rows."""
    _, faults, odd = _doubtful()
    found = {number(item) for item in items(refused)}
    if real := found & odd:
        raise Wrong(
            f"Row {min(real):g} is a real tumour, only an unusual one: a range is too narrow. The lowest and highest "
            "values of your table do not hold for every tumour that will come."
        )
    lacking = {
        "mean_radius": "A radius in another unit, a thousand times too large, is accepted: a range is too wide.",
        "mean_area": "An area below zero is accepted: a range begins too low.",
        "mean_texture": "A text is accepted where a number must be.",
        "mean_smoothness": "A missing value is accepted; in these data every value is there.",
    }
    for name, place in faults.items():
        if place not in found:
            raise Wrong(lacking[name])
    if found != {*faults.values()}:
        raise Wrong("A row is named in which nothing is wrong, or that does not exist.")
    _judge_stored(stored)


def _judge_stored(stored: Any) -> None:
    mine = my_tumours().set_index("tumour_id")
    rows = table(stored, ["tumour_id", *_features(), "malignant", "examined_at", "source"])
    if rows["tumour_id"].duplicated().any():
        raise Wrong("Some tumours are stored more than once: is `tumour_id` the key?")
    if set(rows["tumour_id"]) != set(mine.index):
        raise Wrong(
            f"{len(rows)} tumours are stored; asked for are those of `tumours_known`, all of them and no others."
        )
    outcomes = rows.set_index("tumour_id")["malignant"].reindex(mine.index)
    if outcomes.isna().any() or not outcomes.astype(int).eq(mine["malignant"]).all():
        raise Wrong("The outcomes in the group are not those of the table. Were 0 and 1 exchanged?")
    if set(rows["source"]) != {"historical"}:
        raise Wrong("The rows do not say that they are historical: `features.historical_rows` adds that.")


@exercise(
    "8.2",
    todo="Train and register a model; set `status` to what the registry says of it, and `probability` to its "
    "probabilities that the tumours of `unknown` are malignant.",
    why="One number per tumour, a version, and a gate that said why it may predict: that is what a registry is for.",
    hints=(
        "Lesson 08 trains with one call of `training.train`; the description is an argument.",
        "`registry.standing(project, champion)` is the status.",
        "`champion.pipeline.predict_proba(unknown)` has two columns: which one belongs to malignant?",
    ),
)
def trained(status: Any, probability: Any) -> None:
    """Judge a registered model by its standing, and by its probabilities for tumours it has not seen."""
    if not isinstance(status, str):
        raise Wrong("The status is the text that `registry.standing` returns.")
    if status.startswith("waits"):
        raise Wrong("The model waits for a person: it was trained with `approve=True`.")
    if not status.startswith("predicts"):
        raise Wrong("That status is not the one of a model that predicts.")
    unknown = _others()["malignant"].to_numpy()
    p = numbers(probability, len(unknown), "tumours")
    if ((p < 0) | (p > 1)).any():
        raise Wrong("Probabilities lie between 0 and 1.")
    if set(np.unique(p)) <= {0.0, 1.0}:
        raise Wrong("Those are predicted outcomes. Give the probabilities.")
    if p.max() - p.min() < 0.01:
        raise Wrong("Every tumour has the same probability: the model has not looked at them.")
    if log_loss(unknown, 1 - p) < log_loss(unknown, p):
        raise Wrong("Those are the probabilities of benign: the other column.")
    if log_loss(unknown, p) > WELL_PREDICTED:
        raise Wrong("A plain regression does better. Was it trained on all ten features, for this outcome?")


@exercise(
    "8.3",
    todo="Fit a generator to your tumours, and set `made` to 300 malignant ones.",
    why="The outcome comes first, the features from its distributions: so you may order what the data have few of.",
    hints=(
        "`CopulaGenerator` takes a description, `fit` the known rows.",
        "`sample` makes both outcomes unless you choose one.",
        "What does `outcome=` stand for, and which of 0 and 1 is malignant in your table?",
    ),
)
def generated(made: Any) -> None:
    """Judge made tumours: outcome, validity, resemblance, and that they are not copies."""
    features, mine = _features(), my_tumours()
    rows = table(made, [*features, "malignant"])
    if set(rows["malignant"]) == {0}:
        raise Wrong("All of them are benign.")
    if set(rows["malignant"]) != {1}:
        raise Wrong("Both outcomes are there. Choose one of them.")
    if len(rows) != MADE:
        raise Wrong(f"There are {len(rows)} tumours, not {MADE}.")
    values = rows[features].astype(float)
    malignant = mine.loc[mine["malignant"] == 1, features]
    if values.isna().any(axis=None) or (values < 0).any(axis=None):
        raise Wrong("Some values are missing or below zero; no tumour is like that.")
    if values.merge(malignant.drop_duplicates()).shape[0] > 0.05 * MADE:
        raise Wrong("Those are tumours of your table, drawn again. Make new ones.")
    off = ((values.mean() - malignant.mean()) / malignant.std()).abs()
    if off.max() > 0.4:
        raise Wrong(f"Their {off.idxmax()} is not that of malignant tumours.")
    if values["mean_radius"].corr(values["mean_area"]) < 0.9:
        raise Wrong("Large radii come with small areas: each feature was drawn by itself.")


@exercise(
    "8.4",
    todo="Let 20 tumours arrive on each of `days`, score them, and set `predicted` to the predictions that are stored.",
    why="Stored before the outcome is known, and never rewritten: such predictions can be held against the model.",
    hints=(
        "`arrivals.board(project, days, 20, outcome_after_days=2, generator=...)`, then `scoring.score_days`.",
        "Both know the description already: from the generator, and from the model.",
        "`features.predictions_group(project, tumours).read()` returns what is stored.",
    ),
)
def scored(predicted: Any) -> None:
    """Judge the stored predictions of five days."""
    rows = table(predicted, ["tumour_id", "model_version", "probability", "prediction", "predicted_at"])
    if "malignant" in rows:
        raise Wrong("The outcome stands beside the predictions: read the group of the predictions alone.")
    if rows.duplicated(["tumour_id", "model_version"]).any():
        raise Wrong("Some tumours have two predictions of the same version.")
    ids = rows["tumour_id"].map(number)
    if ids.isin(_everything()["tumour_id"]).any():
        raise Wrong("Historical tumours were scored; their outcome has been known for long. Score those of `days`.")
    arrived = {day: int(((ids >= first_id(day)) & (ids < first_id(day) + IDS_PER_DAY)).sum()) for day in DAYS}
    if len(rows) != len(DAYS) * PER_DAY or set(arrived.values()) != {PER_DAY}:
        raise Wrong(f"{len(rows)} predictions are stored, and not of {PER_DAY} tumours on each of the five days.")
    if not ((rows["probability"].map(number) >= SURVIVES_FROM).astype(int) == rows["prediction"].map(number)).all():
        raise Wrong("Some predictions do not follow from their probabilities.")


def strange_week() -> pd.DataFrame:
    """Draw a week's tumours for this learner; one instrument has shown a third too much."""
    week, shifted = _strange(seed("8.5"))
    return week.assign(**{shifted: week[shifted] * 4 / 3})


def _strange(learner_seed: int) -> tuple[pd.DataFrame, str]:
    random = np.random.default_rng(learner_seed)
    week = _mine(seed("8.1")).sample(200, random_state=learner_seed, ignore_index=True)
    return week[["tumour_id", *_features()]], str(random.choice(INSTRUMENTS))


@exercise(
    "8.5",
    todo="Set `daily` to the metrics of `days`, and `suspect` to the feature whose instrument shows too much.",
    why="Metrics wait for outcomes, drift does not: both together tell you what is wrong, and where to look.",
    hints=(
        "`monitoring.write_metrics` measures and stores the days; give it the description.",
        "`monitoring.drift` compares two tables: your tumours are the reference.",
        "Sort the drift by `psi`: which feature is far ahead of all others?",
    ),
)
def monitored(daily: Any, suspect: Any) -> None:
    """Judge the metrics of five days, and the name of the feature that drifted."""
    rows = table(daily, ["day", "tumours", "known", "accuracy", "true_malignant", "false_malignant"])
    days = [pd.Timestamp(day).date() for day in rows["day"]]
    if len(rows) != len(DAYS) or set(days) != set(DAYS):
        raise Wrong(f"There are {len(rows)} rows, not one for each of the five days.")
    known = {day: PER_DAY if (DAYS[-1] - day).days >= KNOWN_AFTER else 0 for day in DAYS}
    if dict(zip(days, rows["known"].map(number), strict=True)) != known:
        raise Wrong("Too many or too few outcomes are known: they come two days after a tumour, none earlier.")
    if not isinstance(suspect, str) or suspect not in _features():
        raise Wrong("The suspect is the name of a feature, such as 'mean_area'.")
    _, shifted = _strange(seed("8.5"))
    if suspect != shifted:
        raise Wrong(f"The week's {suspect} is much like that of your table. Another feature is far from it.")
