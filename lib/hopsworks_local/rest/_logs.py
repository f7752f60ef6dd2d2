"""The feature group in which a feature view logs."""

from typing import Any

from hopsworks_local.backend import USER, Backend
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest._documents import log_group, log_name
from hopsworks_local.rest._endpoint import now
from hopsworks_local.rest._group_checks import check_feature

COLUMNS = {
    "log_id": "string",
    "log_time": "timestamp",
    "td_version": "int",
    "model_name": "string",
    "model_version": "string",
    "request_id": "string",
    "request_parameters": "string",
}
PREDICTED = "predicted_"


def enable(backend: Backend, view: Document, extra: list[dict[str, Any]]) -> None:
    """Make the group in which a view logs; nothing happens if there is one."""
    if log_group(backend, view):
        return
    for feature in extra:
        check_feature(feature)
    columns = dict(COLUMNS)
    for feature in view.body["features"]:
        name = PREDICTED + feature["name"] if feature.get("label") else feature["name"]
        columns.setdefault(name, feature["type"] or "string")
    columns |= {feature["name"]: feature["type"] for feature in extra}
    body = {
        "description": f"what the feature view {view.name} version {view.version} has logged",
        "features": [{"name": name, "type": type, "primary": name == "log_id"} for name, type in columns.items()],
        "eventTime": "log_time",
        "extraLoggingColumns": extra,
        "logOf": view.id,
        "created": now(),
        "creator": USER,
    }
    group = backend.metadata.add(Kind.FEATURE_GROUP, log_name(view), body, version=view.version)
    empty(backend, group)


def empty(backend: Backend, group: Document) -> None:
    """Begin a log with a table of its columns; without one the client could not tell the types of empty columns."""
    backend.metadata.remove(*backend.metadata.all(Kind.COMMIT, parent=group.id))
    backend.store.discard(backend.store.table(group.name, group.version))
    backend.complete_table(group)


def remove(backend: Backend, view: Document) -> None:
    """Remove what a view has logged."""
    group = log_group(backend, view)
    if group:
        backend.store.clear(backend.store.bury([group], [backend.store.table(group.name, group.version)]))
