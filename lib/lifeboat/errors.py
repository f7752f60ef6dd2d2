"""Errors that are the user's to mend, and what the store's client says of its own."""

import re
from collections.abc import Collection

_CLIENT = {"hopsworks", "hopsworks_common", "hsfs", "hsml", "pyarrow", "requests"}


class LifeboatError(Exception):
    """A problem that the user can mend: the message says what was found, what is allowed and how to go on."""


def check_name(
    what: str, name: str, allowed: Collection[str], note: str = "", error: type[LifeboatError] = LifeboatError
) -> None:
    """Refuse a name that is not among those allowed.

    Parameters
    ----------
    what : str
        What is named, such as ``pipeline``.
    name : str
        The name that was given.
    allowed : collection of str
        All names, in the order in which they are shown.
    note : str
        What follows the list in the message.
    error : type
        What is raised.

    Raises
    ------
    LifeboatError
        If it is none of them.
    """
    if name not in allowed:
        raise error(f"{what} is {name!r}; allowed: {', '.join(allowed)}{note}.")


def is_of_the_store(error: Exception) -> bool:
    """Say whether the client of the store raised an error, or what it is made of."""
    return type(error).__module__.split(".")[0] in _CLIENT


def in_short(message: str) -> str:
    """Return what the store said, out of a message of its client, which tells it three times."""
    said = re.search(r"error msg: (.*), user msg: ", message, re.DOTALL)
    return said[1] if said else message
