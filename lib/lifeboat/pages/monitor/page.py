"""What the monitor's controls call: from a period and a version to panels, charts and a table."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import gradio as gr
import pandas as pd

from lifeboat import monitoring
from lifeboat.pages import files, words
from lifeboat.pages.live import Live, Reading
from lifeboat.pages.markup import Raw, notice
from lifeboat.pages.monitor import charts, panels
from lifeboat.pages.monitor.history import ALL_VERSIONS, History, reference
from lifeboat.passengers import FEATURES, FIELDS, LABEL, OUTCOME

OUTCOMES = [("All", "all"), ("Right", "right"), ("Wrong", "wrong"), ("Pending", "pending")]
"""Which predictions the table shows."""

LENGTHS = (50, 200, 1000)
PENDING = "pending"
HEADERS = [
    "Day",
    "Chance of survival",
    "Predicted",
    "Outcome",
    "Right",
    *(field.label for field in FIELDS.values()),
    "Version",
    "Passenger",
]


class Page:
    """The views of the page, over the history as it is now.

    Parameters
    ----------
    history : Live
        Where the history comes from.
    """

    def __init__(self, history: Live[History]) -> None:
        self._history = history
        self._views = lru_cache(maxsize=64)(self._view)

    def show(self, period: str, version: str) -> tuple:
        """Return the mark of what is shown, the choices of versions, the state of the store, and all views."""
        reading = self._history.get()
        history = reading.value
        if history is None or history.results.empty:
            known = [ALL_VERSIONS] if history is None else history.version_names
            models = Raw() if history is None else panels.versions(history)
            return _mark(reading), gr.Dropdown(known, value=ALL_VERSIONS), state(reading), *_nothing(), models
        version = version if version in history.version_names else ALL_VERSIONS
        choices = gr.Dropdown(history.version_names, value=version)
        return _mark(reading), choices, state(reading), *self._views(_mark(reading), period, version)

    def _view(self, mark: str, period: str, version: str) -> tuple:
        """The views of a period and version; `mark` keeps those of different histories apart in the cache."""
        part = self._history.get().value.cut(period, version)
        recent = part.results.drop_duplicates("passenger_id").dropna(subset=["pclass"])
        return (
            panels.tiles(part, version),
            panels.latest(part),
            panels.confusion(part),
            panels.days_lead(version),
            charts.by_day(part, version),
            panels.calibration_lead(),
            charts.calibration(part),
            panels.drift(monitoring.drift(reference(), recent), len(recent)),
            panels.versions(part),
        )

    def refresh(self, seen: str, period: str, version: str) -> tuple:
        """Do as `show`, unless nothing has changed since the mark `seen`: then nothing on the page moves.

        Returns
        -------
        tuple or dict
            What `show` returns, or what tells Gradio to leave everything as it is.
        """
        return gr.skip() if _mark(self._history.get()) == seen else self.show(period, version)

    def table(
        self, period: str, version: str, outcome: str, length: int, sought: str
    ) -> tuple[pd.DataFrame, str | None]:
        """Return the most recent predictions, of them those that hold the sought text.

        Returns
        -------
        table : DataFrame
            To read: in words.
        path : str or None
            To download: a CSV file of the same predictions, as stored.
        """
        history = self._history.get().value
        if history is None:
            return pd.DataFrame(columns=HEADERS), None
        results = history.cut(period, version).results
        recent = results[_has(results, outcome)].head(length)
        shown = in_words(recent)
        hit = [sought.strip().lower() in " ".join(map(str, line)).lower() for line in shown.itertuples(index=False)]
        return shown[hit], files.save(recent[hit], "history")


def _nothing() -> tuple:
    """The views but the last when there is nothing to show."""
    return Raw(), Raw(), Raw(), Raw(), charts.nothing(), Raw(), charts.nothing(), Raw()


def _mark(reading: Reading[History]) -> str:
    """What stands for all that a visitor sees besides their own choices; the day is in it, as ages count from it."""
    return f"{datetime.now(UTC).date()} {reading.value.mark if reading.value else None} {reading.error!r}"


def state(reading: Reading[History]) -> Raw:
    """Say what is wrong or missing, and what to do about it; nothing if all is well."""
    if reading.error is not None:
        return notice(
            "The store does not answer",
            "This page will try again by itself; what it shows, if anything, is what it read before. Whoever keeps the "
            "store finds the reason in the log, and with `lifeboat doctor`.",
            "warning",
        )
    if reading.value.results.empty:
        return notice(
            "Nothing has been predicted yet",
            "Fill the history with `make run`, or score today's passengers with `lifeboat run daily`; this page shows "
            "them by itself.",
        )
    return panels.freshness(reading.value)


def _has(results: pd.DataFrame, outcome: str) -> pd.Series:
    known = results[LABEL].notna()
    right = results[LABEL] == results["prediction"]
    return {"right": known & right, "wrong": known & ~right, "pending": ~known}.get(outcome, known | ~known)


def in_words(results: pd.DataFrame) -> pd.DataFrame:
    """Turn predictions into a table to read: one column a fact, values in words."""
    said, happened = results["prediction"].map(OUTCOME.words), results[LABEL].map(OUTCOME.words)
    right = results[LABEL].eq(results["prediction"]).map({True: "yes", False: "no"})
    features = {FIELDS[name].label: [words.value(name, value) for value in results[name]] for name in FEATURES}
    return pd.DataFrame(
        {
            "Day": pd.to_datetime(results["predicted_at"]).dt.strftime("%Y-%m-%d"),
            "Chance of survival": [words.percent(p) for p in results["probability"]],
            "Predicted": said,
            "Outcome": happened.fillna(PENDING),
            "Right": right.where(results[LABEL].notna(), PENDING),
            **features,
            "Version": results["model_version"],
            "Passenger": results["passenger_id"].astype(str),
        }
    )
