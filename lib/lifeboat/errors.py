"""The base of every error that Lifeboat raises on purpose."""


class LifeboatError(Exception):
    """A problem that the user can mend: the message says what was found, what is allowed and how to go on."""
