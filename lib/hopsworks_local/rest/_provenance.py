"""What was made from what: feature groups, feature views, training datasets and models."""

from typing import Any

from hopsworks_local.backend import Backend
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest._documents import (
    dataset_document,
    group_document,
    group_ids,
    model_document,
    view_document,
)

DOCUMENTS = {
    Kind.FEATURE_GROUP: group_document,
    Kind.FEATURE_VIEW: view_document,
    Kind.TRAINING_DATASET: dataset_document,
}


def graph(*, upstream: list[dict[str, Any]] | None = None, downstream: list[dict[str, Any]] | None = None) -> dict:
    """Return nodes in Hopsworks' envelope."""
    return {"node": {}, "upstream": upstream or [], "downstream": downstream or []}


def views_of(backend: Backend, group_id: int) -> list[Document]:
    """Return the feature views whose query uses a feature group."""
    views = backend.metadata.all(Kind.FEATURE_VIEW)
    return [view for view in views if group_id in group_ids(view.body["query"])]


def below_group(backend: Backend, group: Document) -> list[dict[str, Any]]:
    """Return the feature views that use a feature group."""
    return [_node("FEATURE_VIEW", view_document(backend, view)) for view in views_of(backend, group.id)]


def above_view(backend: Backend, view: Document) -> list[dict[str, Any]]:
    """Return the feature groups of a view; of a deleted one only the id is known."""
    ids = dict.fromkeys(group_ids(view.body["query"]))
    return [_origin(backend, Kind.FEATURE_GROUP, {"id": id, "name": f"deleted, id {id}", "version": 0}) for id in ids]


def below_view(backend: Backend, view: Document) -> list[dict[str, Any]]:
    """Return the training datasets of a view with the models made of each."""
    models = backend.metadata.all(Kind.MODEL)
    nodes = []
    for dataset in backend.metadata.all(Kind.TRAINING_DATASET, parent=view.id):
        made = [model for model in models if (model.body.get("dataset") or {}).get("id") == dataset.id]
        below = [_node("MODEL", model_document(backend, model)) for model in made]
        nodes.append({**_node("TRAINING_DATASET", dataset_document(backend, dataset)), "downstream": below})
    return nodes


def above_model(backend: Backend, model: Document) -> list[dict[str, Any]]:
    """Return the training dataset of a model with its feature view above it, or the view alone."""
    view, dataset = model.body.get("view"), model.body.get("dataset")
    above = [_origin(backend, Kind.FEATURE_VIEW, view)] if view else []
    return [{**_origin(backend, Kind.TRAINING_DATASET, dataset), "upstream": above}] if dataset else above


def _origin(backend: Backend, kind: Kind, origin: dict[str, Any]) -> dict[str, Any]:
    """The node of something that may have been deleted since."""
    document = backend.metadata.get(kind, origin["id"]) if origin["id"] else None
    stub = {"project": backend.store.project, "name": origin["name"], "version": origin["version"]}
    return _node(kind.upper().replace(" ", "_"), document and DOCUMENTS[kind](backend, document), stub)


def _node(kind: str, artifact: dict[str, Any] | None, stub: dict[str, Any] | None = None) -> dict[str, Any]:
    found = {"artifactType": kind, "accessible": artifact is not None, "deleted": artifact is None}
    return {"node": {**found, "artifact": artifact or stub}, "upstream": [], "downstream": []}
