"""The REST interface: one module per resource."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hopsworks_local.backend import Backend
from hopsworks_local.credentials import Credentials
from hopsworks_local.errors import (
    BadRequest,
    NotFound,
    NotSupported,
    ServiceError,
    TooLarge,
    Unauthorized,
    as_unwritable,
)
from hopsworks_local.rest import (
    absent,
    batch_queries,
    expectations,
    feature_groups,
    feature_logs,
    feature_views,
    files,
    jobs,
    keywords,
    login,
    models,
    queries,
    search,
    statistics,
    tags,
    training_datasets,
    transformations,
)
from hopsworks_local.rest._endpoint import JSONResponse

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
WRONG_KEY = 320004
LINGER_SECONDS = 10  # for which the rest of a body that is refused is thrown away
RESOURCES = (
    keywords, login, queries, batch_queries, feature_groups, feature_views, training_datasets, statistics, tags,
    transformations, expectations, feature_logs, search, models, files, jobs, absent,
)  # fmt: skip
log = logging.getLogger(__name__)


def make_app(backends: Sequence[Backend], record: Path | None = None) -> ASGIApp:
    """Return the application that serves some projects, and adds what is not supported to a file."""
    routes = [route for resource in RESOURCES for route in resource.ROUTES]
    unknown = Route("/{path:path}", _unknown, methods=METHODS)
    handlers = {ServiceError: _answer, HTTPException: _answer_http, Exception: _answer_bug}
    app = Starlette(routes=[*routes, unknown], exception_handlers=handlers)
    app.state.record = record
    app.state.backends = {backend.store.project_id: backend for backend in backends}
    return Guard(app, backends[0].credentials)


class Guard:
    """Lets through only requests that carry the key."""

    def __init__(self, app: ASGIApp, credentials: Credentials) -> None:
        self._app, self._credentials = app, credentials

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            request = Request(scope)
            if not self._credentials.accepts(request.headers.get("authorization", "")):
                error = Unauthorized(
                    "the API key is not the one of this service: take HOPSWORKS_API_KEY from the lines that "
                    "`python -m hopsworks_local` prints, or from Service.environment",
                    WRONG_KEY,
                )
                return await (await _answer(request, error))(scope, receive, send)
            self._credentials.put_back()
        try:
            await self._app(scope, receive, send)
        except Exception:  # Starlette raises it again after `_answer_bug` has answered
            log.exception("%s %s", scope.get("method"), scope.get("path"))


async def _unknown(request: Request) -> None:
    raise NotSupported(f"{request.method} {request.url.path}")


async def _answer_bug(request: Request, error: Exception) -> JSONResponse:
    if full := as_unwritable(error):
        return await _answer(request, full)
    bug = ServiceError(f"an error of the local service itself: {error!r}; the logs in its store say more")
    return JSONResponse(bug.document(), bug.status)


async def _answer_http(request: Request, error: HTTPException) -> JSONResponse:
    """What Starlette itself refuses, as a broken multipart form."""
    return await _answer(request, BadRequest(f"{request.method} {request.url.path}: {error.detail}"))


async def _answer(request: Request, error: ServiceError) -> JSONResponse:
    level = logging.INFO if isinstance(error, NotFound) else logging.WARNING
    log.log(level, "%s %s -> %s %s", request.method, request.url, error.status, error.message)
    unread = isinstance(error, TooLarge | Unauthorized)  # the body, the rest of which would be awaited
    if isinstance(error, NotSupported) and request.app.state.record:
        _record(request, error)
    if isinstance(error, TooLarge):
        await _throw_away_body(request)
    return JSONResponse(error.document(), error.status, {"Connection": "close"} if unread else None)


def _record(request: Request, error: NotSupported) -> None:
    """Add a line for a report: what was asked for, without the key, the body and the values of parameters."""
    asked = {"method": request.method, "path": request.url.path, "parameters": sorted(request.query_params.keys())}
    with request.app.state.record.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**asked, "answer": error.message}) + "\n")


async def _throw_away_body(request: Request) -> None:
    """Read on for a while: a client that is still sending would lose the connection before it saw the answer."""
    with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):  # the last: it was read to its end before
        async with asyncio.timeout(LINGER_SECONDS):
            async for _ in request.stream():
                pass
