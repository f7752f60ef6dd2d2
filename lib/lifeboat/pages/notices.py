"""What both pages say while the store does not answer."""

from __future__ import annotations

from lifeboat.pages.live import Reading
from lifeboat.pages.markup import Raw, notice


def no_answer(reading: Reading) -> Raw:
    """Say that the store does not answer and how old what is shown is, without what only its operator should see.

    Parameters
    ----------
    reading : Reading
        With an error.
    """
    shown = f"What is shown was read {reading.age}. " if reading.at else ""
    return notice(
        "The store does not answer",
        f"{shown}This page will try again by itself. Its operator finds the reason in the log, and with "
        "`lifeboat doctor`.",
        "warning",
    )
