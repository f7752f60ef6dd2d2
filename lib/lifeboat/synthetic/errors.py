"""What can go wrong when passengers are made up."""

from lifeboat.errors import LifeboatError


class SyntheticDataError(LifeboatError):
    """A request that cannot be served; the message names the argument or field and what is allowed."""


class NotFittedError(SyntheticDataError):
    """The generator has not seen any passengers yet."""
