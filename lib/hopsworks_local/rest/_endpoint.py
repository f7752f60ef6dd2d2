"""From a Starlette request to a plain function and back."""

import errno
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hopsworks_local.backend import Backend
from hopsworks_local.errors import READ_ONLY, BadRequest, Forbidden, NotFound, NotSupported, TooLarge
from hopsworks_local.parsing import MAX_NUMBER, parse

PREFIX = "/hopsworks-api/api"
PROJECT = PREFIX + "/project/{project:int}"
STORE = PROJECT + "/featurestores/{featurestore}"
MAX_DOCUMENT_BYTES = 64 * 2**20
MAX_DOCUMENT_VALUES = 500_000  # nobody else is served while Python parses them, for a quarter of a second
BEFORE_VALUES = b",[{"
PROJECT_NOT_FOUND = 150004
CLIENT_COOKIE = "client"  # tells apart those that have logged in
HARMLESS = {"expand"}  # the answers hold everything that can be expanded
BAD_PATHS = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL}


@dataclass(frozen=True)
class Call:
    """One request: what the path, the query string and the body say."""

    backend: Backend
    path: dict[str, Any]
    query: QueryParams
    body: Any
    client: tuple[str, int]

    def flag(self, name: str) -> bool:
        """Whether a parameter of the query string is true."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str) -> int | None:
        """Return a whole number from the query string, if it is there."""
        text = self.query.get(name)
        if text is None:
            return None
        if not re.fullmatch("-?[0-9]{1,18}", text):
            raise BadRequest(f"the parameter {name}={text[:40]!r} must be a whole number of at most 18 digits")
        return int(text)


Handler = Callable[[Call], Any]


class JSONResponse(Response):
    """A document in ASCII: any text can be sent, also one that an older version has stored."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def route(
    method: str,
    path: str,
    handler: Handler,
    *parameters: str,
    body: Any = Any,
    status: int = 200,
    changes: bool | None = None,
) -> Route:
    """Make an endpoint of a function that takes a call and returns a document, a Response or None.

    Parameters
    ----------
    method, path : str
        As Starlette writes them.
    handler : callable
        Runs in a thread, so that it may read and write files.
    parameters : str
        The parameters that it knows; any other one in a request is refused, since it would mean something.
    body : type
        The shape of the request's document.
    status : int
        Of the answer; None is answered by 204.
    changes : bool, optional
        Whether it changes the store; default: unless the method is GET.
    """
    changes = method != "GET" if changes is None else changes
    known = HARMLESS | set(parameters)

    async def endpoint(request: Request) -> Response:
        backend = backend_of(request)
        if changes and backend.read_only:
            raise Forbidden(READ_ONLY)
        _check_parameters(request, known)
        return await run_in_threadpool(answer, backend, request, await _read_body(request))

    def answer(backend: Backend, request: Request, raw: bytes) -> Response:
        document = parse(raw or b"null", body)
        client = tuple(request.client)
        call = Call(backend, request.path_params, request.query_params, document, client)
        try:
            result = handler(call)
        except OSError as error:
            if error.errno not in BAD_PATHS:
                raise
            raise BadRequest(f"no file or folder can be made or found there: {error.strerror}") from error
        if isinstance(result, Response):
            return result
        return Response(status_code=204) if result is None else JSONResponse(result, status)

    return Route(path, endpoint, methods=[method])


def backend_of(request: Request) -> Backend:
    """Return the project that a path names, the first one if it names none.

    Raises
    ------
    NotFound
        If that is not served.
    """
    backends = request.app.state.backends
    asked = request.path_params.get("project", min(backends))
    if asked not in backends:
        known = ", ".join(map(str, backends))
        raise NotFound(f"there is no project with the id {asked}, only {known}", PROJECT_NOT_FOUND)
    return backends[asked]


def listing(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a list in Hopsworks' envelope."""
    return {"count": len(items), "items": items}


def now() -> str:
    """Return the time as Hopsworks writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_fields(body: dict[str, Any], known: set[str], what: str) -> None:
    """Refuse a body with fields that would be lost.

    Raises
    ------
    NotSupported
        If a field that is not among the known ones says anything.
    """
    unknown = {name for name, value in body.items() if value not in (None, False, "", [], {})} - known
    if unknown:
        raise NotSupported(f"{', '.join(sorted(unknown))} of {what}")


def _check_parameters(request: Request, known: set[str]) -> None:
    for name, value in request.path_params.items():
        if isinstance(value, int) and value > MAX_NUMBER:
            raise NotFound(f"there is no {name} {str(value)[:40]}")
    unknown = set(request.query_params) - known
    if unknown:
        raise NotSupported(f"the parameter {', '.join(sorted(unknown))} of {request.method} {request.url.path}")


async def _read_body(request: Request) -> bytes:
    raw, values = bytearray(), 0
    async for part in request.stream():
        raw += part
        values += sum(map(part.count, BEFORE_VALUES))
        if len(raw) > MAX_DOCUMENT_BYTES or values > MAX_DOCUMENT_VALUES:
            raise TooLarge(
                f"the document exceeds the {MAX_DOCUMENT_BYTES} bytes or {MAX_DOCUMENT_VALUES} values that the "
                "service takes: send less at once"
            )
    return bytes(raw)
