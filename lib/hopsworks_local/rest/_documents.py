"""Stored documents -> what the client expects of feature groups, feature views, training datasets and models."""

import logging
from collections.abc import Callable
from typing import Any

from hopsworks_local.backend import USER, Backend
from hopsworks_local.metadata import Document, Kind

log = logging.getLogger(__name__)
MODEL_FIELDS = ("description", "framework", "metrics", "environment", "program", "trainingDatasetVersion")


def group_document(backend: Backend, group: Document) -> dict[str, Any]:
    """Return a feature group.

    Its connector is said to be S3, for then the client writes the table to the location as it is.
    """
    connector = {"bucket": "local", "arguments": []}
    return {
        **group.body,
        **_identity(backend, group, "cachedFeaturegroupDTO"),
        "features": [{**feature, "featureGroupId": group.id} for feature in group.body["features"]],
        "timeTravelFormat": "DELTA",
        "onlineEnabled": False,
        "location": _location(backend, group),
        "dataSource": _data_source(backend, "S3", "featurestoreS3ConnectorDTO", **connector),
    }


def _location(backend: Backend, group: Document) -> str:
    """Where the client writes the table; if it must not, a place where nothing can be written."""
    store = backend.store
    nowhere = store.folder / "metadata.sqlite" / "read-only"
    return str(nowhere if backend.read_only else store.table(group.name, group.version))


def view_document(backend: Backend, view: Document) -> dict[str, Any]:
    """Return a feature view with its whole feature groups.

    Raises
    ------
    NotFound
        If one of its feature groups has been deleted.
    """
    groups = {id: group_document(backend, backend.group(id)) for id in group_ids(view.body["query"])}
    features = [{**feature, "featuregroup": groups[feature["featuregroup"]["id"]]} for feature in view.body["features"]]
    return {
        **view.body,
        **_identity(backend, view, "featureViewDTO"),
        "query": _whole(view.body["query"], groups),
        "features": features,
        "loggingEnabled": log_group(backend, view) is not None,
        "servingKeys": _serving_keys(view.body["query"], groups),
        "onDemandTransformationFunctions": _on_demand(view, groups),
    }


def log_group(backend: Backend, view: Document) -> Document | None:
    """Return the feature group in which a view logs, if it does; one of a user that has its name is none."""
    group = backend.metadata.find(Kind.FEATURE_GROUP, log_name(view), view.version)
    return group if group and group.body.get("logOf") == view.id else None


def log_name(view: Document) -> str:
    """Return the name of the feature group in which a view logs."""
    return f"{view.name}_logs"


def dataset_document(backend: Backend, dataset: Document) -> dict[str, Any]:
    """Return a training dataset."""
    connector = {"hopsfsPath": ""}
    return {
        **dataset.body,
        **_identity(backend, dataset, "trainingDatasetDTO"),
        "dataSource": _data_source(backend, "HOPSFS", "featurestoreHopsfsConnectorDTO", **connector),
    }


def model_document(backend: Backend, model: Document) -> dict[str, Any]:
    """Return a model."""
    return {
        **{name: model.body.get(name) for name in MODEL_FIELDS},
        "id": str(model.id),
        "name": model.name,
        "version": model.version,
        "created": model.body["created"],
        "creator": USER["username"],
        "userFullName": f"{USER['firstName']} {USER['lastName']}",
        "projectName": backend.store.project,
        "modelRegistryId": backend.store.project_id,
    }


def show_each(show: Callable[[Backend, Document], dict], backend: Backend, documents: list[Document]) -> list[dict]:
    """Return the documents of a listing; one that cannot be shown is left out, and logged, for the others' sake."""
    shown = []
    for document in documents:
        try:
            shown.append(show(backend, document))
        except Exception:
            log.exception("%s %s version %s cannot be shown", document.kind, document.name, document.version)
    return shown


def slim(query: dict[str, Any]) -> dict[str, Any]:
    """Return a query document that refers to feature groups by their ids."""
    joins = [{**join, "query": slim(join["query"])} for join in query.get("joins") or []]
    return {**query, "leftFeatureGroup": {"id": query["leftFeatureGroup"]["id"]}, "joins": joins}


def group_ids(query: dict[str, Any]) -> list[int]:
    """Return the ids of all feature groups in a query document, the left one first."""
    joined = [id for join in query.get("joins") or [] for id in group_ids(join["query"])]
    return [query["leftFeatureGroup"]["id"], *joined]


def _on_demand(view: Document, groups: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The functions of its groups that make features of a view, or what these are made of."""
    needed = {feature["featureGroupFeatureName"] for feature in view.body["features"]}
    functions = [each for group in groups.values() for each in group.get("transformationFunctions") or []]
    chosen: list[dict[str, Any]] = []
    while more := [
        each for each in functions if each not in chosen and needed & set(_names(each, "outputColumnNames"))
    ]:
        chosen += more
        needed |= {name for each in more for name in _names(each, "transformationFeatures")}
    return chosen


def _names(function: dict[str, Any], field: str) -> list[str]:
    named = function["hopsworksUdf"].get(field) or []
    return [name if isinstance(name, str) else name["feature_name"] for name in named]


def _whole(query: dict[str, Any], groups: dict[int, dict[str, Any]]) -> dict[str, Any]:
    joins = [{**join, "query": _whole(join["query"], groups)} for join in query["joins"]]
    return {**query, "leftFeatureGroup": groups[query["leftFeatureGroup"]["id"]], "joins": joins}


def _identity(backend: Backend, document: Document, type: str) -> dict[str, Any]:
    store = backend.store
    return {
        "id": document.id,
        "name": document.name,
        "version": document.version,
        "type": type,
        "featurestoreId": store.project_id,
        "featurestoreName": f"{store.project}_featurestore",
    }


def _data_source(backend: Backend, kind: str, type: str, **details: Any) -> dict[str, Any]:
    connector = {"id": 1, "name": "local", "storageConnectorType": kind, "type": type}
    return {"path": "", "storageConnector": {**connector, "featurestoreId": backend.store.project_id, **details}}


def _serving_keys(query: dict[str, Any], groups: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Which keys tell a row of a view: those of the first group, and those of others that it does not give."""
    first = groups[query["leftFeatureGroup"]["id"]]
    keys = [_serving_key(first, name, 0, "", None) for name in _primary_key(first)]
    for index, join in enumerate(query["joins"], start=1):
        group = groups[join["query"]["leftFeatureGroup"]["id"]]
        lefts = [feature["name"] for feature in join.get("on") or join.get("leftOn") or []]
        rights = [feature["name"] for feature in join.get("on") or join.get("rightOn") or []]
        given = dict(zip(rights, lefts, strict=True)) or {name: name for name in _primary_key(first)}
        prefix = join.get("prefix") or ""
        keys += [_serving_key(group, name, index, prefix, given.get(name)) for name in _primary_key(group)]
    return keys


def _serving_key(group: dict[str, Any], name: str, index: int, prefix: str, given_by: str | None) -> dict[str, Any]:
    return {
        "featureName": name,
        "featureGroup": group,
        "joinIndex": index,
        "prefix": prefix,
        "joinOn": given_by,
        "required": given_by is None,
        "ignorePrefix": False,
    }


def _primary_key(group: dict[str, Any]) -> list[str]:
    return [feature["name"] for feature in group["features"] if feature.get("primary")]
