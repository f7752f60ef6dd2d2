"""A value that is read in the background, so that no visitor waits for the store."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import requests  # noqa: F401  what it says when a thread imports it cannot be muted

import lifeboat
from lifeboat.errors import LifeboatError

if TYPE_CHECKING:
    from hopsworks.project import Project

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What the last attempt to read gave.

    Attributes
    ----------
    value : T or None
        The newest value that could be read; kept when later reads fail.
    error : Exception or None
        Why the last attempt failed.
    """

    value: T | None = None
    error: Exception | None = None


class Live(Generic[T]):
    """Keep a value fresh: the first caller waits for it, later ones get the newest and start a read when it is old.

    Parameters
    ----------
    read : callable
        Takes the previous value (None at first) and returns the new one; it may return the previous one if nothing
        changed. It runs in one thread at a time.
    every : float
        Seconds after which a value is old.
    """

    def __init__(self, read: Callable[[T | None], T], every: float) -> None:
        self._read, self._every = read, every
        self._reading: Reading[T] = Reading()
        self._turn = threading.Lock()
        self._first = threading.Event()
        self._due = 0.0

    def warm(self) -> Live[T]:
        """Start the first read and return at once."""
        self._start()
        return self

    def get(self) -> Reading[T]:
        """Return the newest reading, at once unless there is none yet."""
        if time.monotonic() >= self._due:
            self._start()
        self._first.wait()
        return self._reading

    def _start(self) -> None:
        if self._turn.acquire(blocking=False):
            threading.Thread(target=self._refresh, daemon=True).start()

    def _refresh(self) -> None:
        try:
            self._reading = Reading(self._read(self._reading.value))
        except Exception as error:  # whatever is wrong with the store, the page stays up and says so
            log.warning("the store could not be read: %s", error, exc_info=not isinstance(error, LifeboatError))
            self._reading = Reading(self._reading.value, error)
        self._due = time.monotonic() + self._every
        self._first.set()
        self._turn.release()


def from_store(read: Callable[[Project, T | None], T]) -> Callable[[T | None], T]:
    """Turn a function of the project and the previous value into one of the previous value, as `Live` takes it.

    The login is kept, and made anew after a failure.
    """
    projects: list[Project] = []

    def connected(previous: T | None) -> T:
        if not projects:
            projects.append(lifeboat.login())
        try:
            return read(projects[0], previous)
        except Exception:
            projects.clear()
            raise

    return connected
