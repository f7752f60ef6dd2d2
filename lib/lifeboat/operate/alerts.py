"""Alerts: whatever is wrong is told once when it begins, and once when it is over.

They go to ``alarms.log`` beside the runs, and to the addresses in ``LIFEBOAT_ALERTS`` (separated by blanks), which are
those that Apprise understands: mail, chat, webhooks.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lifeboat import store
from lifeboat.days import today
from lifeboat.errors import LifeboatError, in_short, is_of_the_store
from lifeboat.operate import records

if TYPE_CHECKING:
    from hopsworks.project import Project

Problems = dict[str, str]
"""What each open incident is called, and the message that says what is wrong."""

SECONDS = 15
"""Seconds that an address may take."""

_log = logging.getLogger(__name__)


def problems() -> Problems:
    """Find what is wrong now: runs that failed or were killed, missed days, and the monitor's alarms."""
    found = {
        f"run {run.pipeline}": f"{run.pipeline} of {run.end} {run.status}: {run.error.splitlines()[0]}"
        for run in records.newest()
        if run.status in ("failed", "killed")
    }
    missed = [f"{day}" for day in records.missed_days() if day < today()]  # today's run may still come
    if missed:
        found["missed"] = f"no successful daily run for {', '.join(missed)}"
    return found | monitored()


@contextmanager
def told_after() -> Iterator[None]:
    """Tell after the block what has begun and what is over, also if the block fails."""
    try:
        yield
    except Exception:
        _tell_or_say_why_not()
        raise
    _tell_or_say_why_not()


def tell() -> None:
    """Write what has begun or is over since the last time into the log, and send it to each address."""
    state = _read_state()
    before = state["logged"]
    found = problems()
    if "store" in found:  # it cannot be read, so nobody knows whether an alarm is over
        found = {name: said for name, said in before.items() if name.startswith("alarm")} | found
    for line in _news(before, found):
        _log.warning("%s", line)
        with (records.runs_folder() / "alarms.log").open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}\n")
    state["logged"] = found
    sent = {}
    for place, address in enumerate(os.environ.get("LIFEBOAT_ALERTS", "").split(), 1):
        name = hashlib.sha256(address.encode()).hexdigest()[:16]  # addresses hold secrets
        known = state["sent"].get(name, {})
        news = _news(known, found)
        sent[name] = found if not news or _send(address, place, news) else known
    _write_state({**state, "sent": sent})


def _tell_or_say_why_not() -> None:
    try:
        tell()
    except OSError as error:
        _log.warning("alerts could not be kept in %s: %s", records.runs_folder(), error)


def _news(before: Problems, now: Problems) -> list[str]:
    begun = [f"alarm: {now[name]}" for name in now if name not in before]
    return begun + [f"over: {before[name]}" for name in before if name not in now]


def _send(address: str, place: int, lines: list[str]) -> bool:
    """Send lines to an address; say so if it takes none."""
    try:
        import apprise
    except ImportError:
        _log.warning("LIFEBOAT_ALERTS is set, but Apprise is not installed: pip install apprise")
        return False
    post = apprise.Apprise()
    if not post.add(address):
        _log.warning("address %d of LIFEBOAT_ALERTS is none that Apprise understands", place)
        return False
    if not post.notify("\n".join(lines), title="Lifeboat", timeout=SECONDS):
        _log.warning("address %d of LIFEBOAT_ALERTS did not take the message; the next run tries again", place)
        return False
    return True


def monitored() -> Problems:
    """The alarms of the newest day that was run; the store itself if it cannot be read."""
    if store.is_local() and not store.exists():
        return {}
    try:
        return _alarms(store.login())
    except Exception as error:
        if not isinstance(error, LifeboatError) and not is_of_the_store(error):
            raise
        return {"store": f"the store cannot be read: {in_short(str(error)).splitlines()[0]}"}


def _alarms(project: Project) -> Problems:
    from lifeboat import features, monitoring, registry

    day = _newest_day()
    if day is None:
        return {}
    try:
        expected = getattr(registry.champion(project).card, "expected_accuracy", None)
    except registry.NoModel:
        expected = None
    reference = monitoring.Reference.of(features.read_historical(project))
    found = monitoring.alarms(monitoring.read_metrics(project), day, reference, expected)
    return {f"alarm {alarm.kind}": f"{alarm.kind}: {alarm.message}" for alarm in found}


def _newest_day() -> date | None:
    """The last day on which passengers were scored, as far as the records go."""
    good = [run.end for run in records.history() if run.status == "succeeded" and run.pipeline in ("daily", "all")]
    return date.fromisoformat(max(good)) if good else None


def _state_file() -> Path:
    return records.runs_folder() / "alerts.json"


def _read_state() -> dict[str, dict]:
    try:
        return json.loads(_state_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):  # the first time, or after a kill or a full disk
        return {"logged": {}, "sent": {}}


def _write_state(state: dict[str, dict]) -> None:
    temporary = _state_file().with_suffix(".new")
    temporary.write_text(json.dumps(state, indent=1), encoding="utf-8")
    temporary.replace(_state_file())
