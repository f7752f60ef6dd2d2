"""Feature views: a query with roles for its columns."""

from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.backend import Backend
from hopsworks_local.errors import Conflict, NotFound
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.query import Column
from hopsworks_local.rest import _logs, _provenance
from hopsworks_local.rest._documents import show_each, slim, view_document
from hopsworks_local.rest._endpoint import STORE, Call, check_fields, listing, route
from hopsworks_local.rest._group_checks import check_name
from hopsworks_local.rest._tags import attach
from hopsworks_local.source import Source

VIEWS = STORE + "/featureview"
VIEW = VIEWS + "/{name}/version/{version:int}"
VIEW_NOT_FOUND = 270181
VIEW_EXISTS = 270180
KNOWN = {
    "name", "version", "description", "query", "features", "featurestoreId", "type", "transformationFunctions", "tags",
    "loggingEnabled", "extraLogColumns",
}  # fmt: skip
ROLES = ("label", "inferenceHelperColumn", "trainingHelperColumn")


def find_view(call: Call) -> Document:
    """Return the feature view that a path names.

    Raises
    ------
    NotFound
        If there is none.
    """
    name, version = call.path["name"], call.path["version"]
    view = call.backend.metadata.find(Kind.FEATURE_VIEW, name, version)
    if view is None:
        raise NotFound(f"there is no feature view {name} version {version}", VIEW_NOT_FOUND)
    return view


def create(call: Call) -> dict[str, Any]:
    """POST a feature view."""
    body, backend = call.body, call.backend
    check_fields(body, KNOWN, "a feature view")
    check_name(body["name"])
    query = slim(body["query"])
    statement = backend.statement(query)
    backend.engine.check(statement)
    kept = {
        "description": body.get("description"),
        "query": query,
        "features": _features(statement.columns, body.get("features") or []),
        "transformationFunctions": body.get("transformationFunctions") or [],
    }
    try:
        with backend.metadata.transaction():
            view = backend.metadata.add(Kind.FEATURE_VIEW, body["name"], kept, version=body.get("version"))
            attach(backend.metadata, view, body.get("tags"))
            if body.get("loggingEnabled"):
                _logs.enable(backend, view, body.get("extraLogColumns") or [])
    except Conflict as error:
        raise Conflict(error.message, VIEW_EXISTS) from error
    return view_document(backend, view)


def _features(columns: list[Column], special: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All columns of a view in order, with the roles that some of them have."""
    roles: dict[tuple[int, str], dict[str, bool]] = {}
    for feature in special:
        key = feature["featuregroup"]["id"], feature["name"]
        roles[key] = {**roles.get(key, {}), **{role: True for role in ROLES if feature.get(role)}}
    return [
        _feature(index, *column) | roles.pop((column.source.group.id, column.name), {})
        for index, column in enumerate(columns)
    ]


def _feature(index: int, source: Source, name: str, output: str) -> dict[str, Any]:
    types = {feature["name"]: feature["type"] for feature in source.group.body["features"]}
    return {
        "name": output,
        "featureGroupFeatureName": name,
        "type": types.get(name),
        "index": index,
        "prefix": source.prefix,
        "featuregroup": {"id": source.group.id},
        **dict.fromkeys(ROLES, False),
    }


def find_by_name(call: Call) -> dict[str, Any]:
    """GET all versions of a feature view."""
    views = call.backend.metadata.all(Kind.FEATURE_VIEW, name=call.path["name"])
    if not views:
        raise NotFound(f"there is no feature view {call.path['name']}", VIEW_NOT_FOUND)
    return listing([view_document(call.backend, view) for view in views])


def find_all(call: Call) -> dict[str, Any]:
    """GET all feature views, or the latest version of each."""
    views = call.backend.metadata.all(Kind.FEATURE_VIEW)
    if call.query.get("filter_by") == "latest_version":
        views = list({view.name: view for view in views}.values())
    return listing(show_each(view_document, call.backend, views))


def find(call: Call) -> dict[str, Any]:
    """GET a feature view."""
    return view_document(call.backend, find_view(call))


def update(call: Call) -> dict[str, Any]:
    """PUT a new description."""
    view = call.backend.metadata.update(find_view(call), description=call.body.get("description"))
    return view_document(call.backend, view)


def delete(call: Call) -> None:
    """DELETE a version of a feature view, with its training datasets."""
    remove_views(call.backend, [find_view(call)])


def delete_all(call: Call) -> None:
    """DELETE all versions of a feature view, with their training datasets."""
    remove_views(call.backend, call.backend.metadata.all(Kind.FEATURE_VIEW, name=call.path["name"]))


def remove_views(backend: Backend, views: list[Document]) -> None:
    """Remove feature views with their training datasets."""
    datasets = [dataset for view in views for dataset in backend.metadata.all(Kind.TRAINING_DATASET, parent=view.id)]
    for view in views:
        _logs.remove(backend, view)
    graves = backend.store.bury(views, [backend.store.file(dataset.body["location"]) for dataset in datasets])
    backend.store.clear(graves)


def transformations(call: Call) -> dict[str, Any]:
    """GET the transformation functions of a view."""
    return listing(find_view(call).body["transformationFunctions"])


def provenance(call: Call) -> dict[str, Any]:
    """GET the feature groups above a view, and the training datasets and models below it."""
    backend, view = call.backend, find_view(call)
    above, below = _provenance.above_view(backend, view), _provenance.below_view(backend, view)
    return _provenance.graph(upstream=above, downstream=below)


ROUTES = [
    route("POST", VIEWS, create, body=request_bodies.View, status=201),
    route("GET", VIEWS, find_all, "filter_by"),
    route("GET", VIEWS + "/{name}", find_by_name),
    route("DELETE", VIEWS + "/{name}", delete_all, "force"),
    route("GET", VIEW, find),
    route("PUT", VIEW, update, body=request_bodies.Description),
    route("DELETE", VIEW, delete, "force"),
    route("GET", VIEW + "/transformation", transformations),
    route("GET", VIEW + "/provenance/links", provenance, "upstreamLvls", "downstreamLvls"),
]
