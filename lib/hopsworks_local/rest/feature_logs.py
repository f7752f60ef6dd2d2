"""Feature logging: what a model was given and what it said, in a feature group that belongs to a view.

On a cluster rows go through Kafka, and a job writes them; here the client writes them at once.
"""

from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.errors import NotFound, NotSupported
from hopsworks_local.metadata import Document
from hopsworks_local.rest._documents import group_document, log_group
from hopsworks_local.rest._endpoint import Call, route
from hopsworks_local.rest._logs import empty, enable
from hopsworks_local.rest.feature_views import VIEW, find_view

LOG = VIEW + "/log"
NOT_FOUND = 270248


def _existing(call: Call, view: Document) -> Document:
    group = log_group(call.backend, view)
    if group is None:
        raise NotFound(
            f"feature view {view.name} version {view.version} does not log: call enable_logging()", NOT_FOUND
        )
    return group


def create(call: Call) -> None:
    """PUT that a view logs."""
    body = call.body or {}
    if body.get("materializationInterval"):
        raise NotSupported(
            "a schedule of feature logging (materialization_interval)", "leave it out: rows are there at once"
        )
    _check_transport(body.get("transport"))
    enable(call.backend, find_view(call), body.get("extraLoggingColumns") or [])


def _check_transport(transport: str | None) -> None:
    if transport == "job":
        raise NotSupported("feature logging by a job (transport='job')", "leave transport out")


def show(call: Call) -> dict[str, Any]:
    """GET the feature group in which a view logs."""
    group = _existing(call, find_view(call))
    return {
        "id": group.id,
        "untransformedLogFg": group_document(call.backend, group),
        "extraLoggingColumns": group.body["extraLoggingColumns"],
        "transport": "realtime",
    }


def go_on(call: Call) -> None:
    """POST that logging be paused or resumed, which is about the job that there is none of here."""
    _existing(call, find_view(call))


def clear(call: Call) -> None:
    """DELETE what a view has logged; it goes on with an empty group."""
    _check_transport(call.query.get("transport"))
    group = _existing(call, find_view(call))
    with call.backend.metadata.transaction():
        empty(call.backend, group)


ROUTES = [
    route("PUT", LOG, create, body=request_bodies.Logging | None),
    route("GET", LOG, show),
    route("POST", LOG + "/pause", go_on),
    route("POST", LOG + "/resume", go_on),
    route("DELETE", LOG, clear, "transport"),
    route("DELETE", LOG + "/{kind}", clear, "transport"),
]
