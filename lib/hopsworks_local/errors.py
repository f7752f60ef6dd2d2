"""What can go wrong, as exceptions that know how to answer a client."""

import errno
import sqlite3
from typing import Any

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
UNWRITABLE_DATABASE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
READ_ONLY = "this service is read-only: start it without --read-only to change what the store holds"


class ServiceError(Exception):
    """Base of every error of this package.

    Parameters
    ----------
    message : str
        What was expected, what was found and how to go on, in words for the caller.
    code : int or None
        Hopsworks' error code, where the client decides by it.
    """

    status = 500

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def document(self) -> dict[str, Any]:
        """Return the JSON body that the hopsworks client reads."""
        return {"errorCode": self.code, "errorMsg": self.message, "usrMsg": self.message}


class StoreError(ServiceError):
    """The store folder cannot be used, or what it holds is damaged."""


class BadRequest(ServiceError):
    """The request contradicts itself or the store."""

    status = 400


class Unauthorized(ServiceError):
    """The key is missing or not the one of this service."""

    status = 401


class Forbidden(ServiceError):
    """The request would leave the store's folder or harm what others rely on."""

    status = 403


class NotFound(ServiceError):
    """Nothing has this name and version."""

    status = 404


class Conflict(ServiceError):
    """Something with this name and version exists already."""

    status = 409


class TooLarge(ServiceError):
    """The request's body exceeds what the service takes at once."""

    status = 413


class Unwritable(ServiceError):
    """The disk takes nothing more."""

    status = 507


def as_unwritable(error: Exception) -> Unwritable | None:
    """Return what to answer if an error says that the disk takes nothing more."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it says more than is asked
    if not (code in UNWRITABLE_DATABASE or (isinstance(error, OSError) and error.errno in UNWRITABLE)):
        return None
    return Unwritable(f"the store cannot be written to ({error}), and nothing has changed: make room on its disk")


class NotSupported(ServiceError):
    """Hopsworks may know it, this service does not."""

    status = 501

    def __init__(self, what: str, hint: str = "see the README of hopsworks_local for what is") -> None:
        super().__init__(f"not supported by the local service: {what} ({hint})")
