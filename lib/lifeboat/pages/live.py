"""A value that is read in the background, and that says so when it is older than it should be."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

import requests  # noqa: F401  what it says when a thread imports it cannot be muted

import lifeboat
from lifeboat.errors import LifeboatError, in_short, is_of_the_store

if TYPE_CHECKING:
    from hopsworks.project import Project

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds for which a caller waits while nothing has been read yet."""

PATIENCE = 5.0
"""Seconds for which a caller waits for a new reading when there is an old one."""

RETRY = 5.0
"""Seconds until a failed read is tried again; sooner if values are old sooner."""


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What the attempts to read gave.

    Attributes
    ----------
    value : T or None
        The newest value that could be read; kept when later reads fail.
    error : Exception or None
        Why the value, if there is one, may be out of date.
    at : datetime or None
        When the read began that gave the value, in UTC.
    """

    value: T | None = None
    error: Exception | None = None
    at: datetime | None = None

    @property
    def age(self) -> str:
        """How long ago the value was read, in words."""
        minutes = int((datetime.now(UTC) - self.at).total_seconds() // 60)
        ago = "less than a minute" if minutes < 1 else f"{minutes} minute{'s' if minutes > 1 else ''}"
        return f"{ago} ago, at {self.at:%H:%M} UTC"


@dataclass(frozen=True)
class Keyed(Generic[T]):
    """A value that is compared with others by its key alone, so that what follows from it can be kept in a cache."""

    key: Hashable
    value: T = field(compare=False)


class Live(Generic[T]):
    """Keep a value fresh: a value that is old is read again before it is given out, by one thread at a time.

    A value that is half as old is read again in the background, so that callers seldom wait.

    Parameters
    ----------
    read : callable
        Takes the previous value (None at first) and returns the new one; it may return the previous one if nothing
        changed.
    every : float
        Seconds after which a value is old.
    patience : float
        Seconds for which callers wait for a new value; then they get the old one, with an error.
    """

    def __init__(self, read: Callable[[T | None], T], every: float, patience: float = PATIENCE) -> None:
        self._read, self._every, self._patience = read, every, patience
        self._reading: Reading[T] = Reading()
        self._changed = threading.Condition()
        self._tried = self._as_of = float("-inf")  # when the last attempt began, and the last that succeeded
        self._running: float | None = None  # since when

    def warm(self) -> Live[T]:
        """Start the first read and return at once."""
        with self._changed:
            self._start()
        return self

    def get(self) -> Reading[T]:
        """Return the newest reading: no older than `every` seconds, or with an error that says why it is."""
        asked = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._is_settled(asked), self._longest_wait(asked))
            if asked - self._tried >= self._every / 2:
                self._start()
            if self._reading.error is None and self._as_of < asked - self._every:
                return replace(self._reading, error=TimeoutError("the store takes long to answer"))
            return self._reading

    def _is_settled(self, asked: float) -> bool:
        """Say whether the last attempt is recent enough; start one if not."""
        keeps = self._every if self._reading.error is None else min(self._every, RETRY)
        settled = self._tried >= asked - keeps
        if not settled:
            self._start()
        return settled

    def _longest_wait(self, asked: float) -> float:
        """The patience that is left: callers do not begin to wait again for a read that hangs."""
        waited = asked - self._running if self._running else 0
        return max(0, (FIRST if self._tried < 0 else self._patience) - waited)

    def _start(self) -> None:
        if self._running is None:
            self._running = time.monotonic()
            threading.Thread(target=self._refresh, daemon=True).start()

    def _refresh(self) -> None:
        at = datetime.now(UTC)
        try:
            found = Reading(self._read(self._reading.value), None, at)
        except Exception as error:  # whatever is wrong with the store, the page stays up and says so
            found = replace(self._reading, error=error)
        _report(self._reading.error, found.error)
        with self._changed:
            self._tried, self._running = self._running, None
            self._as_of = self._tried if found.error is None else self._as_of
            self._reading = found
            self._changed.notify_all()


def _report(before: Exception | None, error: Exception | None) -> None:
    """Log the beginning and the end of an incident, one line each; the attempts in between are not logged."""
    if error is None and before is not None:
        log.warning("the store can be read again")
    elif type(error) is not type(before):
        unknown = not isinstance(error, LifeboatError) and not is_of_the_store(error)
        log.warning("the store could not be read: %s", in_short(str(error)), exc_info=error if unknown else None)


def from_store(read: Callable[[Project, T | None], T]) -> Callable[[T | None], T]:
    """Turn a function of the project and the previous value into one of the previous value, as `Live` takes it.

    The login is kept. If a read fails it is made again and the read tried once more: the service may be another by now.
    """
    projects: list[Project] = []

    def connected(previous: T | None) -> T:
        """Read over the login that is kept; log in again if that fails."""
        if projects:
            try:
                return read(projects[0], previous)
            except LifeboatError:
                raise
            except Exception:
                projects.clear()
                log.debug("a read failed; logging in again", exc_info=True)
        project = lifeboat.login()
        found = read(project, previous)
        projects.append(project)
        return found

    return connected
