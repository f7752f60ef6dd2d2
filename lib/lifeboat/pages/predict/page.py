"""What the page's controls call: from their values to panels, whatever state the store is in."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr
import pandas as pd

from lifeboat import passengers, registry
from lifeboat.dataset import InvalidRow
from lifeboat.fields import UNKNOWN
from lifeboat.pages import files, words
from lifeboat.pages.live import Keyed, Live, Reading
from lifeboat.pages.markup import Raw, notice, stamped
from lifeboat.pages.notices import no_answer
from lifeboat.pages.predict import batch, panels, uploaded
from lifeboat.pages.predict.answer import Answer, answer, prediction
from lifeboat.pages.predict.likeness import everyone, most_similar
from lifeboat.pages.predict.summary import summary
from lifeboat.pages.predict.whatif import smallest_changes
from lifeboat.passengers import FEATURES, OUTCOME, TITANIC, ticket_class, validate_one
from lifeboat.registry import Champion
from lifeboat.synthetic import PassengerGenerator

if TYPE_CHECKING:
    from hopsworks.project import Project

NOTABLE = {
    42: "Margaret Brown, later called unsinkable",
    171: "J. Bruce Ismay, head of the White Star Line",
    8: "Thomas Andrews, who designed the ship",
    11: "John Jacob Astor, the richest on board",
    3: "Loraine Allison, two years old",
    435: "Eva Hart, seven years old",
    455: "Masabumi Hosono of Tokyo",
    764: "Millvina Dean, the youngest on board",
    827: "Sidney Goodwin, one of eight on a ticket",
    1030: "James Moran, whose age is unknown",
    1226: "Thomas Storey, whose fare is unknown",
    169: "Amelie Icard, whose port is unknown",
}
"""Passengers to begin with, by id."""

MADE_UP = 0
"""The id of those who are none of them."""

NUMBERS = TITANIC.numbers
"""The features that are typed, and so may be what is not allowed."""

IMPOSSIBLE = notice("This passenger cannot be", "The field that is marked says what is allowed.", "warning")
NOT_UPLOADED = Raw("<p>Nothing uploaded yet.</p>")
PANELS = len(NUMBERS) + 6
MAX_CACHED = 1024


@dataclass(frozen=True)
class Told:
    """Whom the values of the controls belong to, and what is known about them besides."""

    values: tuple
    who: int = MADE_UP
    truth: str = ""

    @property
    def passenger(self) -> dict[str, Any]:
        """The features; of a real passenger as recorded, for the controls show a fare to the penny only."""
        return real(self.who)[FEATURES].to_dict() if self.who else from_controls(self.values)


@dataclass(frozen=True)
class Shown:
    """What the panels of an open page show: which model's answer, and to what."""

    model: Any
    told: Told


def read_champion(project: Project, previous: Champion | None = None) -> Champion:
    """Ask the registry which model predicts now; a version that is loaded already is not loaded again.

    Parameters
    ----------
    project, previous
        As `from_store` passes them; the previous model is not used.
    """
    return registry.champion(project)


class Page:
    """The answers of the page, from the model that predicts now.

    Parameters
    ----------
    champion : Live
        Where the model comes from.
    """

    def __init__(self, champion: Live[Champion]) -> None:
        self._champion = champion
        self._explained = lru_cache(maxsize=MAX_CACHED)(_explain)

    def predict(
        self,
        pclass: int,
        sex: str,
        age: float | None = None,
        sibsp: int = 0,
        parch: int = 0,
        fare: float | None = None,
        embarked: str | None = None,
    ) -> dict:
        """Predict the survival of one passenger.

        Parameters
        ----------
        pclass : int
            Ticket class: 1, 2 or 3.
        sex : str
            'female' or 'male'.
        age : float
            Years; null if unknown.
        sibsp, parch : int
            Siblings and spouses, parents and children aboard.
        fare : float
            Pounds of 1912 for the whole ticket; null if unknown.
        embarked : str
            The port's code, such as 'S' for Southampton; null if unknown.

        Returns
        -------
        dict
            The probability of survival; low and high, the 95% interval of the share that survived among unseen
            passengers with about this chance; the plausible outcomes; whether survival is predicted; the version of
            the model, and the time (UTC) as of which it was the one that predicts.
        """
        values = (pclass, sex, age, sibsp, parch, fare, embarked)
        reading = self._champion.get()
        if reading.value is None:
            raise gr.Error("No model answers at the moment; try again later.", print_exception=False)
        try:
            passenger = validate_one(dict(zip(FEATURES, values, strict=True)))
        except InvalidRow as error:
            raise gr.Error(str(error), print_exception=False) from None
        return prediction(reading.value, passenger) | {"as_of": reading.at.isoformat(timespec="seconds")}

    def look(self) -> Raw:
        """Return the state of the store, stamped with its model: an open page that sees it change calls `ask`."""
        return state(self._champion.get())

    def ask(self, shown: Shown | None, told: Told | None, *values: Any) -> tuple:
        """Answer for the values of the controls; if the answer is shown already, its panels are left as they are.

        Parameters
        ----------
        shown, told : optional
            What the page showed before, and what is known of the passenger chosen last.
        *values
            Of the controls, as `from_controls` takes them.

        Returns
        -------
        tuple
            Who that is, what is shown now (`Shown`), what is wrong with the store, and the panels: what is wrong with
            each of `NUMBERS`, five of the answer, and the model that gave it.
        """
        reading = self._champion.get()
        told = told if told and told.values == values else Told(values)
        now = Shown(_mark(reading), told)
        if now == shown:
            return gr.skip(), now, state(reading), *(gr.skip(),) * PANELS
        return told.who, now, state(reading), *self._answer(reading, told)

    def choose(self, who: int | None) -> tuple:
        """Fill the controls with a passenger, and answer: who it is, the values, `Told`, and then what `ask` adds."""
        if not who:  # somebody made up, or the box was emptied
            return self._surprise(random.randrange(2))
        row = real(who)
        return self._present(
            Told(to_controls(row), who, f"In truth, {words.full_name(row['name'])} {words.fate(row)}.")
        )

    def surprise_survivor(self) -> tuple:
        """Fill the controls with a made-up passenger like those who survived, and answer."""
        return self._surprise(1)

    def surprise_victim(self) -> tuple:
        """Fill the controls with a made-up passenger like those who died, and answer."""
        return self._surprise(0)

    def _surprise(self, survived: int) -> tuple:
        row = generator().sample(1, survived=survived, seed=random.randrange(2**31)).iloc[0]
        truth = f"Nobody real: made up in the likeness of those who {OUTCOME.say(survived)}."
        return self._present(Told(to_controls(row), MADE_UP, truth))

    def _present(self, told: Told) -> tuple:
        reading = self._champion.get()
        shown = Shown(_mark(reading), told)
        return told.who, *told.values, told, shown, state(reading), *self._answer(reading, told)

    def score_file(self, path: str | None, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        """Score a list of up to 100,000 passengers: the columns pclass, sex, age, sibsp, parch, fare and embarked.

        Returns a summary, a CSV file with the good rows and their predictions, and one with the faults of the others.
        """
        if path is None:
            return NOT_UPLOADED, None, None
        reading = self._champion.get()
        if reading.value is None:
            return missing(reading), None, None
        try:
            scored = batch.score(reading.value.pipeline, Path(path).read_bytes(), lambda *step: progress(*step))
        except uploaded.UnreadableList as error:
            return notice("This file cannot be used", str(error), "warning"), None, None
        faults = files.save(scored.faults, "faults") if scored.faulty else None
        return summary(scored), files.save(scored.predictions, "predictions"), faults

    def _answer(self, reading: Reading[Champion], told: Told) -> tuple:
        """The panels of an answer, all from one reading; the last answer stays, in grey, under an impossible one."""
        passenger = told.passenger
        faults = [panels.fault(name, passenger[name]) for name in NUMBERS]
        if reading.value is None:
            return *faults, missing(reading), *(Raw(),) * 5
        model = panels.model_line(reading.value)
        if any(faults):
            return *faults, IMPOSSIBLE, *(gr.skip(),) * 4, model
        values = tuple(validate_one(passenger).values())
        found, *others = self._explained(Keyed(_mark(reading), reading.value), values)
        return *faults, panels.verdict(found), panels.truth(found, told.truth), *others, model


def _explain(champion: Keyed[Champion], values: tuple) -> tuple[Answer, Raw, Raw, Raw]:
    """The answer, and its panels that say nothing of the truth."""
    model = champion.value
    found = answer(model, dict(zip(FEATURES, values, strict=True)))
    changes = smallest_changes(model.pipeline[1:], found.passenger)
    similar = most_similar(found.passenger)
    return found, panels.why(found), panels.what_if(found, changes), panels.similar(similar)


def _mark(reading: Reading[Champion]) -> Any:
    """What stands for the model of a reading or, without one, for the reason."""
    model = reading.value
    return repr(reading.error) if model is None else (model.version, model.created)


def state(reading: Reading[Champion]) -> Raw:
    """If the store does not answer, say how old the model is that does; stamped with the model."""
    silent = reading.error is not None and reading.value is not None
    return stamped(no_answer(reading) if silent else "", _mark(reading))


def missing(reading: Reading[Champion]) -> Raw:
    """Say why no model answers and what to do."""
    if isinstance(reading.error, registry.NoModel):
        return notice(
            "No model is registered yet",
            "Train one with `make run`, or with `lifeboat run retrain`; this page finds it by itself.",
        )
    return no_answer(reading)


def from_controls(values: tuple) -> dict[str, Any]:
    """Turn the values of the controls (the seven features, age unknown, fare unknown) into a passenger."""
    *features, age_unknown, fare_unknown = values
    passenger = dict(zip(FEATURES, features, strict=True))
    if age_unknown:
        passenger["age"] = None
    if fare_unknown:
        passenger["fare"] = None
    if passenger["embarked"] == UNKNOWN:
        passenger["embarked"] = None
    return passenger


def real(who: int) -> pd.Series:
    """Return a real passenger, with every column of the data, by id."""
    frame, _ = everyone()
    return frame.set_index("passenger_id").loc[who]


def to_controls(passenger: Mapping[str, Any]) -> tuple:
    """Turn a passenger into the values of the controls: fares to the penny; one unknown leaves a middling value."""
    known = {name: None if pd.isna(passenger[name]) else passenger[name] for name in FEATURES}
    return (
        int(known["pclass"]),
        known["sex"],
        28.0 if known["age"] is None else float(known["age"]),
        int(known["sibsp"]),
        int(known["parch"]),
        14.45 if known["fare"] is None else round(float(known["fare"]), 2),
        known["embarked"] or UNKNOWN,
        known["age"] is None,
        known["fare"] is None,
    )


def people() -> list[tuple[str, int]]:
    """List every passenger as label and id: nobody real, the notable ones, then all by name."""
    frame, _ = everyone()
    rows = frame.sort_values("name").to_dict("records")
    others = [(f"{words.full_name(r['name'])}, {ticket_class(r['pclass'])}", r["passenger_id"]) for r in rows]
    notable = [(label, key) for key, label in NOTABLE.items()]
    return [("Somebody made up", MADE_UP), *notable, *(pair for pair in others if pair[1] not in NOTABLE)]


def example() -> Raw:
    """Build a link to a small list of real passengers, as an example of what can be uploaded."""
    frame, _ = everyone()
    rows = frame.loc[frame["passenger_id"].isin(NOTABLE), ["name", *FEATURES]]
    address = f"data:text/csv;charset=utf-8,{quote(rows.to_csv(index=False))}"
    return Raw(f'<a download="passengers.csv" href="{address}">Download an example</a>')


@cache
def generator() -> PassengerGenerator:
    """Return the generator, fitted on the historical passengers once."""
    return PassengerGenerator().fit(passengers.load())
