"""Errors that are the user's to mend, and what the store's client says of its own."""

import re

_CLIENT = {"hopsworks", "hopsworks_common", "hsfs", "hsml", "pyarrow", "requests"}


class LifeboatError(Exception):
    """A problem that the user can mend: the message says what was found, what is allowed and how to go on."""


def is_of_the_store(error: Exception) -> bool:
    """Say whether the client of the store raised an error, or what it is made of."""
    return type(error).__module__.split(".")[0] in _CLIENT


def in_short(message: str) -> str:
    """Return what the store said, out of a message of its client, which tells it three times."""
    said = re.search(r"error msg: (.*), user msg: ", message, re.DOTALL)
    return said[1] if said else message
