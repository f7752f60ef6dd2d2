"""Is everything here that Lifeboat needs? Each check says what it found and how to mend it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from lifeboat import passengers, registry, software, store
from lifeboat.errors import LifeboatError
from lifeboat.operate import records, serve, status

FREE_DISK_GB, FREE_MEMORY_GB = 1.0, 2.0
"""What `make run` needs after the set-up, with room to spare."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""What the tests of the pages look for."""


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
    """Check Python, packages, machine, data, store, model and runs, one after another."""
    yield Check("Python", sys.version_info >= (3, 11), sys.version.split()[0], "Install Python 3.11 or newer.")
    yield _packages()
    yield _disk()
    yield _memory()
    yield _browser()
    yield _ports()
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


def _packages() -> Check:
    others = software.unlike_the_lock()
    found = ", ".join(others) or "as locked"
    return Check("packages", not others, found, "Run `make -B setup`, which installs the locked versions.")


def _disk() -> Check:
    folder = store.store_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free / 1e9
    remedy = f"Free {FREE_DISK_GB:g} GB, or name another folder in LIFEBOAT_STORE."
    return Check("disk", free >= FREE_DISK_GB, f"{free:.1f} GB free for {folder}", remedy)


def _memory() -> Check:
    free = psutil.virtual_memory().available / 1e9
    remedy = f"Close other programs: `make run` needs up to {FREE_MEMORY_GB:g} GB."
    return Check("memory", free >= FREE_MEMORY_GB, f"{free:.1f} GB free", remedy)


def browser() -> str | None:
    """Return the program of the first of `BROWSERS` that is installed."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _browser() -> Check:
    found = browser()
    return Check("browser", True, Path(found).name if found else "none; only `make test` needs Chromium or Chrome")


def _ports() -> Check:
    taken = [str(port) for port in serve.PORTS.values() if not serve.is_free(port)]
    usual = " and ".join(map(str, serve.PORTS.values()))
    found = f"{' and '.join(taken)} taken: `lifeboat spaces` will choose others" if taken else f"{usual} free"
    return Check("ports", True, found)


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
