"""The model registry: what is known of models; their files are below Models."""

import math
import re
from datetime import UTC, datetime
from typing import Any

from hopsworks_local import checksums, request_bodies
from hopsworks_local.backend import Backend
from hopsworks_local.errors import BadRequest, NotFound, NotSupported
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.parsing import parse
from hopsworks_local.rest import _provenance
from hopsworks_local.rest._documents import MODEL_FIELDS, model_document, show_each
from hopsworks_local.rest._endpoint import PROJECT, Call, check_fields, listing, route
from hopsworks_local.rest._tags import attach

MODELS = PROJECT + "/modelregistries/{registry:int}/models"
MODEL = MODELS + "/{reference}"
NOT_FOUND = 360000
REFERENCE = re.compile(r"(?:(?P<name>\w+)_)?(?P<number>[0-9]{1,18})")
KNOWN = {
    "id", "projectName", "name", "modelSchema", "version", "description", "inputExample", "framework", "metrics",
    "environment", "program", "featureView", "trainingDatasetVersion", "tags",
}  # fmt: skip


def find_model(call: Call) -> Document:
    """Return the model that a path names, by its id or as `name_version`.

    Raises
    ------
    NotFound
        If there is none.
    """
    reference, metadata = call.path["reference"], call.backend.metadata
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        model = None
    elif parts["name"] is None:
        model = metadata.get(Kind.MODEL, int(parts["number"]))
    else:
        model = metadata.find(Kind.MODEL, parts["name"], int(parts["number"]))
    if model is None or model.parent != call.backend.store.project_id:
        raise NotFound(f"there is no model {reference}", NOT_FOUND)
    return model


def save(call: Call) -> dict[str, Any]:
    """PUT a model whose files have been uploaded."""
    body, backend = call.body, call.backend
    check_fields(body, KNOWN, "a model")
    name, version = body["name"], body["version"]
    if call.path["reference"] != f"{name}_{version}" or not re.fullmatch(r"[a-zA-Z0-9_]{1,255}", name):
        raise BadRequest(f"the name {name!r} of a model must consist of letters, digits and underscores")
    if not backend.store.file(f"Models/{name}/{version}").is_dir():
        raise BadRequest(f"the files of the model {name} version {version} are not there: upload them first")
    kept = {key: body.get(key) for key in MODEL_FIELDS} | _origin(backend, body)
    kept["created"] = int(datetime.now(UTC).timestamp() * 1000)
    files = checksums.of(backend.store.file(f"Models/{name}/{version}"))
    with backend.metadata.transaction():
        model = backend.metadata.add(Kind.MODEL, name, kept, version=version)
        attach(backend.metadata, model, body.get("tags"))
        checksums.remember(backend.metadata, model, files)
    return model_document(backend, model)


def _origin(backend: Backend, body: dict[str, Any]) -> dict[str, Any]:
    """Ids of the feature view and training dataset that a model comes from; names may be used again, ids not."""
    view = body.get("featureView")
    view = parse(view, request_bodies.Origin) if isinstance(view, str) else view
    if not view:
        return {}
    found = backend.metadata.find(Kind.FEATURE_VIEW, view["name"], view["version"])
    version = body.get("trainingDatasetVersion")
    dataset = found and version and backend.metadata.find(Kind.TRAINING_DATASET, found.name, version, parent=found.id)
    return {
        "view": {"name": view["name"], "version": view["version"], "id": found.id if found else None},
        "dataset": {"name": view["name"], "version": version, "id": dataset.id if dataset else None}
        if version
        else None,
    }


def find(call: Call) -> dict[str, Any]:
    """GET a model."""
    return model_document(call.backend, find_model(call))


def find_all(call: Call) -> dict[str, Any]:
    """GET the models of a name, or the best of them by a metric."""
    filter = re.fullmatch(r"name_eq:(\w+)", call.query.get("filter_by", ""))
    if "filter_by" in call.query and not filter:
        raise NotSupported(f"models filtered by {call.query['filter_by']!r}", "filter by name")
    models = call.backend.metadata.all(Kind.MODEL, name=filter and filter[1])
    if "sort_by" in call.query:
        models = _ranked(models, call.query["sort_by"])
    return listing(show_each(model_document, call.backend, models[: call.number("limit")]))


def _ranked(models: list[Document], sort_by: str) -> list[Document]:
    metric, _, direction = sort_by.rpartition(":")
    if direction not in ("asc", "desc"):
        raise BadRequest(f"models are ranked by 'max' or 'min' of a metric, not by {direction!r}")
    values = {model.id: float((model.body.get("metrics") or {}).get(metric, "nan")) for model in models}
    ranked = [model for model in models if not math.isnan(values[model.id])]
    return sorted(ranked, key=lambda model: values[model.id], reverse=direction == "desc")


def update(call: Call) -> dict[str, Any]:
    """PATCH the framework of a model."""
    check_fields(call.body, {"framework"}, "a change of a model")
    return model_document(call.backend, call.backend.metadata.update(find_model(call), **call.body))


def delete(call: Call) -> None:
    """DELETE a model with its files."""
    backend, model = call.backend, find_model(call)
    graves = backend.store.bury([model], [backend.store.file(f"Models/{model.name}/{model.version}")])
    backend.store.clear(graves)


def provenance(call: Call) -> dict[str, Any]:
    """GET the training dataset and the feature view that a model comes from."""
    return _provenance.graph(upstream=_provenance.above_model(call.backend, find_model(call)))


ROUTES = [
    route("GET", MODELS, find_all, "filter_by", "sort_by", "limit", "offset"),
    route("GET", MODEL, find),
    route("PUT", MODEL, save, body=request_bodies.Model, status=201),
    route("PATCH", MODEL, update, body=request_bodies.Framework),
    route("DELETE", MODEL, delete),
    route("GET", MODEL + "/provenance/links", provenance, "upstreamLvls", "downstreamLvls"),
]
