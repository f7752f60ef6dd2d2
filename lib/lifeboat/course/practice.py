"""A store to practise in: the real client over an empty local store, which goes with the notebook's kernel."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from lifeboat import store

if TYPE_CHECKING:
    from hopsworks.project import Project


def practice() -> Project:
    """Log in to an empty store of this process alone, so that no exercise can touch the system's own tables.

    Returns
    -------
    hopsworks.project.Project
        As ``hopsworks.login()`` returns it.
    """
    _open()
    return store.login()


@cache
def _open() -> None:
    opened = ExitStack()
    opened.enter_context(store.temporary())
    atexit.register(opened.close)
