"""What the monitor's controls call: from a period and a version to panels, charts and a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import gradio as gr
import pandas as pd

from lifeboat.pages import files, words
from lifeboat.pages.live import Keyed, Live, Reading
from lifeboat.pages.markup import Raw, notice, stamped
from lifeboat.pages.monitor import charts, panels
from lifeboat.pages.monitor.headline import headline
from lifeboat.pages.monitor.history import ALL_VERSIONS, History
from lifeboat.pages.notices import no_answer
from lifeboat.passengers import FEATURES, FIELDS, LABEL, OUTCOME

FILTERS = [("All", "all"), ("Right", "right"), ("Wrong", "wrong"), ("Pending", "pending")]
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


VIEWS = 9


@dataclass(frozen=True)
class Shown:
    """What an open page shows: of which history, cut how, and which rows of it. Equal views are not sent again."""

    history: str
    cut: tuple[str, str]
    rows: tuple[str, int, str]


class Page:
    """The views of the page, over the history as it is now.

    Parameters
    ----------
    history : Live
        Where the history comes from.
    """

    def __init__(self, history: Live[History]) -> None:
        self._history = history
        self._views = lru_cache(maxsize=64)(_views)
        self._news = lru_cache(maxsize=2)(_news)

    def look(self) -> Raw:
        """Return the state of the store, stamped with its history: an open page that sees it change calls `show`.

        That is all an open page asks for while nothing is new; what leaves many panels as they are costs as much as
        what fills them.
        """
        return self._state(self._history.get())

    def _state(self, reading: Reading[History]) -> Raw:
        """What is wrong or missing, found once per history; how old a reading is changes."""
        found = no_answer(reading) if reading.error else self._news(Keyed(_mark(reading), reading.value))
        return stamped(found, _mark(reading))

    def show(self, shown: Shown | None, period: str, version: str, outcome: str, length: int, sought: str) -> tuple:
        """Show the history as it is now, all of it from one reading; what is shown already is left as it is.

        Parameters
        ----------
        shown : Shown or None
            What the page showed before; None at first.
        period, version, outcome, length, sought
            As in `table`; a version that does not exist counts as `ALL_VERSIONS`.

        Returns
        -------
        tuple
            What is shown now (`Shown`), the choices of versions, the state of the store, the views, and what `table`
            returns, its file in the button.
        """
        reading = self._history.get()
        names = [ALL_VERSIONS] if reading.value is None else reading.value.version_names
        version = version if version in names else ALL_VERSIONS
        now = Shown(_mark(reading), (period, version), (outcome, length, sought))
        if now == shown:
            return now, gr.skip(), self._state(reading), *(gr.skip(),) * (VIEWS + 2)
        listed, path = table(reading.value, period, version, outcome, length, sought)
        rows = listed, gr.DownloadButton(value=path, interactive=path is not None)
        if shown and (now.history, now.cut) == (shown.history, shown.cut):
            return now, gr.skip(), self._state(reading), *(gr.skip(),) * VIEWS, *rows
        views = self._views(Keyed(now.history, reading.value), period, version)
        return now, gr.Dropdown(names, value=version), self._state(reading), *views, *rows


def _views(keyed: Keyed[History | None], period: str, version: str) -> tuple:
    """The views of a period and version of a history."""
    history = keyed.value
    if history is None or history.rows.empty:
        return *_nothing(), Raw() if history is None else panels.versions(history)
    part = history.cut(period, version)
    return (
        headline(part, version),
        panels.latest(part),
        panels.confusion(part),
        panels.days_lead(version),
        charts.by_day(part, version),
        panels.calibration_lead(),
        charts.calibration(part),
        panels.drift(part),
        panels.versions(part),
    )


def table(
    history: History | None, period: str, version: str, outcome: str, length: int, sought: str
) -> tuple[pd.DataFrame, str | None]:
    """Return the most recent predictions of a period and version, of them those that hold the sought text.

    Parameters
    ----------
    history : History or None
        None if it could not be read yet.
    period, version : str
        As in `History.cut`.
    outcome : {"all", "right", "wrong", "pending"}
        Which predictions to keep.
    length : int
        How many predictions to search, counted from the newest.
    sought : str
        Text in any column as it is shown; upper and lower case are the same. Empty for all.

    Returns
    -------
    table : DataFrame
        To read: in words.
    path : str or None
        To download: a CSV file of the same predictions, as stored; None if there are none.
    """
    if history is None:
        return pd.DataFrame(columns=HEADERS), None
    found = history.cut(period, version).recent
    recent = found[_has(found, outcome)].head(length)
    shown = in_words(recent)
    hit = [sought.strip().lower() in " ".join(map(str, line)).lower() for line in shown.itertuples(index=False)]
    return shown[hit], files.save(recent[hit], "history") if any(hit) else None


def _nothing() -> tuple:
    """The views but the last when there is nothing to show."""
    return Raw(), Raw(), Raw(), Raw(), charts.nothing(), Raw(), charts.nothing(), Raw()


def _mark(reading: Reading[History]) -> str:
    """What stands for a history; it holds the day, because ages count from it."""
    return f"{datetime.now(UTC).date()} {reading.value.mark if reading.value else None}"


def _news(keyed: Keyed[History]) -> Raw:
    """Say what is wrong or missing in a history, and what to do about it; nothing if all is well."""
    if keyed.value.rows.empty:
        return notice(
            "Nothing has been predicted yet",
            "Fill the history with `make run`, or score today's passengers with `lifeboat run daily`; this page shows "
            "them by itself.",
        )
    return Raw(panels.freshness(keyed.value) + panels.alarms(keyed.value))


def _has(results: pd.DataFrame, outcome: str) -> pd.Series:
    known = results[LABEL].notna()
    right = results[LABEL] == results["prediction"]
    return {"right": known & right, "wrong": known & ~right, "pending": ~known}.get(outcome, known | ~known)


def in_words(results: pd.DataFrame) -> pd.DataFrame:
    """Turn predictions into a table to read: one column per fact, values in words."""
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
