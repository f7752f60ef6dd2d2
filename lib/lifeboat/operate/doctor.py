"""Is everything here that Lifeboat needs? Each check says what it found and how to mend it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lifeboat import passengers, registry, store
from lifeboat.errors import LifeboatError
from lifeboat.operate import records, status


@dataclass(frozen=True)
class Check:
    """A check and its result.

    Attributes
    ----------
    name : str
        What was looked at.
    ok : bool
        Whether it is as it should be.
    found : str
        What was found.
    remedy : str
        What to do if it is not.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine() -> Iterator[Check]:
    """Check Python, the data, the store, the model and the runs, one after another."""
    yield Check("Python", sys.version_info >= (3, 11), sys.version.split()[0], "Install Python 3.11 or newer.")
    yield _attempt("data", lambda: f"{len(passengers.load()):,} passengers, checksum right")
    entered = _attempt("store", lambda: f"logged in to {store.login().name} ({store.home()})")
    yield entered
    if entered.ok:
        yield _content()
        yield _model()
    yield _runs()


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except LifeboatError as error:
        return Check(name, False, "failed", str(error))


def _content() -> Check:
    counts = status.count_passengers(store.login())
    found = ", ".join(f"{count:,} {source}" for source, count in counts.items())
    return Check("passengers", bool(counts["historical"]), found, "Run `make run`, or `lifeboat run features`.")


def _model() -> Check:
    return _attempt("model", lambda: f"{passengers.TITANIC.task} version {registry.champion(store.login()).version}")


def _runs() -> Check:
    missed, bad = records.missed_days(), [run for run in records.newest() if run.ended_badly]
    found = [f"{len(records.history())} kept, {len(missed)} missed days"]
    found += [f"the newest {run.pipeline} {run.status}: {run.cause}" for run in bad]
    again = ", ".join(f"`lifeboat run {run.pipeline} --start {run.start} --end {run.end}`" for run in bad)
    remedy = "See `lifeboat status`." + (f" Then run again: {again}." if bad else "")
    return Check("runs", not missed and not bad, "; ".join(found), remedy)
