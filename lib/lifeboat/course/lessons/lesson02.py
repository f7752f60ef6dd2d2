"""Lesson 02: checking rows, a feature group, keys, filters in the store, a feature view."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

import pandas as pd

from lifeboat import features, passengers
from lifeboat.course.answers import items, number, table
from lifeboat.course.exercise import Wrong, exercise
from lifeboat.course.learner import my_passengers, seed
from lifeboat.course.stored import GROUP, QUERY, read_stored
from lifeboat.passengers import CHILD_BELOW, FEATURES, LABEL
from lifeboat.store import quiet

DAY = 30
"""Passengers of the day that 2.3 runs twice."""


@cache
def _everyone() -> pd.DataFrame:
    return features.historical_passengers()


def doubtful_passengers() -> pd.DataFrame:
    """Draw twelve passengers of this learner, some with values that are not allowed, some with missing ones."""
    frame = my_passengers("2.1", 12)[FEATURES].astype(object)
    faults = {"age": "forty", "pclass": 4, "fare": -5.0, "sex": "f", "parch": None}
    rows = pd.Series(range(12)).sample(len(faults) + 2, random_state=seed("2.1")).tolist()
    for row, (name, value) in zip(rows, faults.items(), strict=False):
        frame.loc[row, name] = value
    frame.loc[rows[-2], "age"] = None
    frame.loc[rows[-1], "embarked"] = None
    return frame


@exercise(
    "2.1",
    todo="Set `refused` to a list of the positions of the rows that have a fault.",
    why="A bad row is cheap to refuse before it is written, and expensive to find afterwards.",
    hints=(
        "Lesson 02 shows a function of `passengers` that lists every fault of a table.",
        "`passengers.find_problems(doubtful)` has a row per fault; look at its columns.",
        "Take the column `row` of that table; a row with two faults counts once.",
    ),
)
def faulty_rows(refused: Any) -> None:
    """Judge the positions of the rows that the project would refuse."""
    frame = doubtful_passengers()
    right = set(passengers.find_problems(frame)["row"])
    found = {number(item) for item in items(refused)}
    lacking = set(frame.index[frame[["age", "fare", "embarked"]].isna().any(axis=1)]) - right
    if found == right:
        return
    if found == {row + 1 for row in right}:
        raise Wrong("You count from 1; positions count from 0.")
    if found == set(range(len(right))):
        raise Wrong("Those are the numbers of the faults. Each fault has a column that names its row.")
    if found & lacking:
        raise Wrong(f"Row {int(min(found & lacking))} only lacks a value that may be missing; that is no fault.")
    if found - right:
        raise Wrong(f"Row {min(found - right):g} has no fault (or there is no such row).")
    raise Wrong(f"{len(found)} rows are named, and all have a fault; but there are more.")


def empty_group(fs: Any, name: str, **keys: Any) -> Any:
    """Create a feature group that holds nothing, also if there was one of that name before."""
    with quiet():
        if (before := fs.get_feature_group(name, version=1)) is not None:
            before.delete()
        return fs.get_or_create_feature_group(name=name, version=1, **keys)


@exercise(
    "2.2",
    todo="Set `children` to a feature group of that name, and insert the children.",
    why="The key says who a row is about, the event time when it was true: with both, a second run changes nothing.",
    hints=(
        "Two calls: `fs.get_or_create_feature_group(...)`, and `insert` on what it returns.",
        "`primary_key` is a list of names, `event_time` is one name.",
        "A missing age is not below 14: `historical['age'] < 14` is False for it.",
    ),
)
def children_group(children: Any) -> None:
    """Judge a feature group of all children: its name, its keys, and the rows in it."""
    stored = read_stored(children, GROUP, "the feature group, as the client returns it")
    if stored.name != "children":
        raise Wrong(f"The group is called {stored.name!r}.")
    if stored.primary_key != ("passenger_id",) or stored.event_time != "boarded_at":
        keys = f"primary key {list(stored.primary_key)}, event time {stored.event_time}"
        raise Wrong(f"The group has the {keys}. A group keeps these: `children.delete()`, then create it again.")
    everyone = _everyone()
    young = everyone["age"] < CHILD_BELOW
    again = "`children.delete()`, then create it and insert again."
    _same_rows(
        stored.rows,
        everyone[young],
        {
            f"All passengers are in the group, and only the children should be: {again}": everyone,
            f"Some in the group have no known age, `~(age >= 14)` is True for them: {again}": everyone[
                young | everyone["age"].isna()
            ],
            f"Some are fourteen; the children are below: {again}": everyone[everyone["age"] <= CHILD_BELOW],
        },
        ["passenger_id", "boarded_at", "age"],
    )


@exercise(
    "2.3",
    todo="Insert `day` twice into each group, then set `from_keyless` and `from_keyed` to what reading returns.",
    why="Without a primary key the store cannot tell a repetition from news: a second run does worse than double.",
    hints=(
        "`insert` the same table twice into the group; then `read()` it.",
        "Do the same with the other group. How many rows has each table?",
        "`empty_group` empties both groups each time that you run the cell, so try as often as you like.",
    ),
)
def day_twice(from_keyless: Any, from_keyed: Any) -> None:
    """Judge what two groups return into which the same day was inserted twice."""
    keyless, keyed = table(from_keyless, ["passenger_id"]), table(from_keyed, ["passenger_id"])
    if set(keyless["passenger_id"]) != set(keyed["passenger_id"]) or keyed["passenger_id"].nunique() != DAY:
        raise Wrong("The two tables do not hold the passengers of `day`. Insert `day` into both groups, and read both.")
    if len(keyless) == len(keyed) == DAY:
        raise Wrong("`keyless` seems to have received the day only once. Insert it twice, then read.")
    if len(keyed) > len(keyless):
        raise Wrong("The tables are swapped: the one without a key has more rows.")
    if len(keyed) != DAY:
        raise Wrong("`from_keyed` has rows that a key would have replaced. Read `keyed`, after inserting twice.")
    if len(keyless) != DAY * DAY:
        raise Wrong(f"`from_keyless` has {len(keyless)} rows, which two inserts do not leave. Run the cell again.")


@exercise(
    "2.4",
    todo="Set `irish` to what `titanic.filter` returns for three conditions.",
    why="The filter runs where the data are, so only what you ask for travels.",
    hints=(
        "Lesson 02 filters children with `titanic.filter(...)`; leave out the `.read()`.",
        "Conditions look like `titanic.pclass == 3`; join them with `&`, each in parentheses.",
        "The codes are 'female', 3 and 'Q'.",
    ),
)
def irish_women(irish: Any) -> None:
    """Judge a query for the women of third class from Queenstown by the rows that it returns."""
    rows = read_stored(irish, QUERY, "the query that `titanic.filter` returns, before `.read()`").rows
    everyone = _everyone()
    woman, third, port = everyone["sex"] == "female", everyone["pclass"] == 3, everyone["embarked"] == "Q"
    alone = "Only one condition works. Python's `and` and `or` keep one of their sides; `&` joins conditions."
    _same_rows(
        rows,
        everyone[woman & third & port],
        {
            "`|` means or; all three conditions must hold.": everyone[woman | third | port],
            "The men of third class from Queenstown are there too.": everyone[third & port],
            "Women of all classes are there.": everyone[woman & port],
            "Women of all ports are there.": everyone[woman & third],
            "Those are the men.": everyone[~woman & third & port],
            f"{alone} All from that port are there.": everyone[port],
            f"{alone} All women are there.": everyone[woman],
            f"{alone} All of that class are there.": everyone[third],
        },
        ["passenger_id", "sex", "pclass", "embarked"],
    )


@exercise(
    "2.5",
    todo="Create a view with a label and helpers; set `labels` to its labels and `batch` to its batch data.",
    why="What the view does not give out, no pipeline can leak: batch inference never meets the outcome.",
    hints=(
        "`fs.get_or_create_feature_view(name=..., version=1, query=..., labels=[...], inference_helper_columns=[...])`",
        "The query selects features, label and helpers alike: `titanic.select([...])`.",
        "Helpers come with batch data only if asked: `view.get_batch_data(inference_helper_columns=True)`.",
    ),
)
def leak_free_view(labels: Any, batch: Any) -> None:
    """Judge a feature view by its labels and its batch data."""
    given = table(batch)
    if items(labels) != [LABEL]:
        raise Wrong("The view must have one label, `survived`: name it as a label, and select it in the query.")
    if LABEL in given.columns:
        raise Wrong("The batch data hold the outcome. A label is never among them; where did you take `batch` from?")
    if absent := [name for name in ("passenger_id", "boarded_at") if name not in given.columns]:
        raise Wrong(f"The batch has no {absent[0]}: name it as inference helper, and ask for helpers with the batch.")
    features_given = [name for name in given.columns if name in FEATURES]
    if len(features_given) < 3:
        raise Wrong(f"The batch has {len(features_given)} of the seven features; choose at least three.")
    if not len(given) or not set(given["passenger_id"]) <= set(_everyone()["passenger_id"]):
        raise Wrong("The batch holds no passengers of `titanic`. Read it from the view, without limits of time.")


def _same_rows(answer: Any, right: pd.DataFrame, mistakes: dict[str, pd.DataFrame], columns: Collection[str]) -> None:
    """Judge a table by the passengers in it; each mistake is recognised by the passengers that it leads to."""
    found = table(answer, columns)["passenger_id"]
    if found.duplicated().any():
        raise Wrong("Some passengers are there more than once: was there a primary key at the first insert?")
    chosen = set(found)
    if chosen == set(right["passenger_id"]):
        return
    for message, rows in mistakes.items():
        if chosen == set(rows["passenger_id"]):
            raise Wrong(message)
    if not chosen:
        raise Wrong("There are no rows. Was anything inserted, and do the conditions name values that occur?")
    raise Wrong(f"{len(chosen)} passengers are there, and not those asked for. Look at each condition by itself.")
