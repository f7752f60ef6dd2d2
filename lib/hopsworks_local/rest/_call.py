"""From a Starlette request to a plain function and back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hopsworks_local.backend import Backend
from hopsworks_local.errors import BadRequest, NotFound, NotSupported, TooLarge

PREFIX = "/hopsworks-api/api"
PROJECT = PREFIX + "/project/{project:int}"
STORE = PROJECT + "/featurestores/{featurestore}"
MAX_DOCUMENT_BYTES = 64 * 2**20
PROJECT_NOT_FOUND = 150004
CLIENT_COOKIE = "client"  # tells apart those that have logged in
HARMLESS = {"expand"}  # the answers hold everything that can be expanded


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
        if not text.lstrip("-").isdigit():
            raise BadRequest(f"the parameter {name}={text!r} must be a whole number")
        return int(text)


Handler = Callable[[Call], Any]


def route(method: str, path: str, handler: Handler, *parameters: str, status: int = 200) -> Route:
    """Make an endpoint of a function that takes a call and returns a document, a Response or None.

    Parameters
    ----------
    method, path : str
        As Starlette writes them.
    handler : callable
        Runs in a thread, so that it may read and write files.
    parameters : str
        The parameters that it knows; any other one in a request is refused, since it would mean something.
    status : int
        Of the answer; None is answered by 204.
    """
    known = HARMLESS | set(parameters)

    async def endpoint(request: Request) -> Response:
        check_project(request)
        _check_parameters(request, known)
        body = await _read_body(request)
        call = Call(request.app.state.backend, request.path_params, request.query_params, body, tuple(request.client))
        result = await run_in_threadpool(handler, call)
        if isinstance(result, Response):
            return result
        return Response(status_code=204) if result is None else JSONResponse(result, status)

    return Route(path, endpoint, methods=[method])


def check_project(request: Request) -> None:
    """Refuse paths of other projects.

    Raises
    ------
    NotFound
        If a path names a project, and not the one of the store.
    """
    asked, own = request.path_params.get("project"), request.app.state.backend.store.project_id
    if asked not in (None, own):
        raise NotFound(f"there is no project with the id {asked}, only {own}", PROJECT_NOT_FOUND)


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
    unknown = set(request.query_params) - known
    if unknown:
        raise NotSupported(f"the parameter {', '.join(sorted(unknown))} of {request.method} {request.url.path}")


async def _read_body(request: Request) -> Any:
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > MAX_DOCUMENT_BYTES:
            raise TooLarge(f"the document exceeds the {MAX_DOCUMENT_BYTES} bytes that the service takes")
    if not raw:
        return None
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, perhaps as a metric; only finite numbers can be stored")
