"""Alerts: whatever is wrong is told once when it begins, and once when it is over.

They go to ``alerts.log`` in the folder of the runs, and to the addresses in ``LIFEBOAT_ALERTS`` (separated by blanks),
which are those that Apprise understands: mail, chat, webhooks.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lifeboat import store
from lifeboat.errors import in_short
from lifeboat.operate import records

Problems = dict[str, str]
"""What each open incident is called, and the message that says what is wrong."""

_ALARM = "alarm "
_log = logging.getLogger(__name__)


def problems() -> Problems:
    """Find what is wrong now: runs that failed or were killed, missed days, and the monitor's alarms."""
    found = {
        f"run {run.pipeline}": f"{run.pipeline} of {run.end} {run.status}: {run.cause}"
        for run in records.newest()
        if run.ended_badly
    }
    missed = records.missed_days()
    if missed:
        found["missed"] = f"no successful daily run for {', '.join(map(str, missed))}"
    return found | monitored()


def monitored() -> Problems:
    """Find the alarms of the newest day that was run; if they cannot be read, that is the problem."""
    if store.is_local() and not store.exists():
        return {}
    try:
        return _alarms()
    except Exception as error:  # whatever is wrong with the store, the rest is told
        _log.debug("the alarms could not be read", exc_info=True)
        return {"store": f"the store cannot be read: {in_short(str(error)).split(chr(10))[0]}"}


def _alarms() -> Problems:
    from lifeboat import features, monitoring, registry

    project = store.login()
    rows = monitoring.read_metrics(project)
    days = [day for run in records.history() if run.pipeline in ("daily", "all") for day in run.covered]
    days += [] if rows.empty else [rows["day"].max().date()]  # a cloud store knows more than this machine has run
    if not days:
        return {}
    reference = monitoring.Reference.of(features.read_historical(project))
    expected = registry.expected_accuracy(registry.versions(project))
    found = monitoring.alarms(rows, max(days), reference, expected)
    return {f"{_ALARM}{alarm.kind}": f"{alarm.kind} on {max(days)}: {alarm.message}" for alarm in found}


@contextmanager
def told_after() -> Iterator[None]:
    """Tell after the block what has begun and what is over, also if the block fails."""
    threading.Thread(target=_prepare).start()
    try:
        yield
    except Exception:
        _tell_or_say_why_not()
        raise
    _tell_or_say_why_not()


def _prepare() -> None:
    """Import what takes seconds while the block, which waits for notebooks, is at work."""
    store.prepare()
    import lifeboat.monitoring
    import lifeboat.registry  # noqa: F401


def _tell_or_say_why_not() -> None:
    try:
        tell()
    except OSError as error:
        _log.warning("alerts could not be kept in %s: %s", records.runs_folder(), error)


def tell() -> None:
    """Write what has begun or is over since the last time into the log, and send it to each address.

    An address that does not take a message is named in a warning, and gets it after the next run.
    """
    state = _read_state()
    before, found = state["logged"], problems()
    if "store" in found:  # it cannot be read, so nobody knows whether an alarm is over
        found = {name: said for name, said in before.items() if name.startswith(_ALARM)} | found
    for line in _news(before, found):
        _log.warning("%s", line)
        with (records.runs_folder() / "alerts.log").open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}\n")
    sent = {}
    for place, address in enumerate(os.environ.get("LIFEBOAT_ALERTS", "").split(), 1):
        name = hashlib.sha256(address.encode()).hexdigest()[:16]  # addresses hold secrets
        known = state["sent"].get(name, {})
        news = _news(known, found)
        sent[name] = found if not news or _send(address, place, news) else known
    _write_state({"logged": found, "sent": state["sent"] | sent})


def _news(before: Problems, now: Problems) -> list[str]:
    begun = [f"alert: {now[name]}" for name in now if name not in before]
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
    if not post.notify("\n".join(lines), title="Lifeboat"):  # Apprise gives up after a few seconds
        _log.warning("address %d of LIFEBOAT_ALERTS did not take the message; the next run tries again", place)
        return False
    return True


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
