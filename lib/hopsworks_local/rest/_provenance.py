"""What was made from what: feature groups, feature views, training datasets and models."""

from typing import Any

from hopsworks_local.backend import Backend
from hopsworks_local.metadata import Document


def node(kind: str, artifact: dict[str, Any] | None, **stub: Any) -> dict[str, Any]:
    """Return one artifact of a provenance graph; one without a document has been deleted."""
    found = {"artifactType": kind, "accessible": artifact is not None, "deleted": artifact is None}
    return {"node": {**found, "artifact": artifact or stub}, "upstream": [], "downstream": []}


def group_ids(query: dict[str, Any]) -> list[int]:
    """Return the ids of all feature groups in a query document, the left one first."""
    joined = [id for join in query.get("joins") or [] for id in group_ids(join["query"])]
    return [query["leftFeatureGroup"]["id"], *joined]


def views_of(backend: Backend, group_id: int) -> list[Document]:
    """Return the feature views whose query uses a feature group."""
    views = backend.metadata.all("feature view")
    return [view for view in views if group_id in group_ids(view.body["query"])]


def view_node(backend: Backend, view: Document) -> dict[str, Any]:
    """Return the node of a feature view."""
    from hopsworks_local.rest.feature_views import view_document

    return node("FEATURE_VIEW", view_document(backend, view))


def above_model(backend: Backend, model: Document) -> list[dict[str, Any]]:
    """Return the training dataset of a model with its feature view above it, or the view alone."""
    view, dataset = model.body.get("view"), model.body.get("dataset")
    above = [_origin_node(backend, "feature view", view)] if view else []
    return [{**_origin_node(backend, "training dataset", dataset), "upstream": above}] if dataset else above


def _origin_node(backend: Backend, kind: str, origin: dict[str, Any]) -> dict[str, Any]:
    from hopsworks_local.rest.feature_views import view_document
    from hopsworks_local.rest.training_datasets import dataset_document

    document = origin["id"] and backend.metadata.get(kind, origin["id"])
    show = view_document if kind == "feature view" else dataset_document
    stub = {"project": backend.store.project, "name": origin["name"], "version": origin["version"]}
    return node(kind.upper().replace(" ", "_"), show(backend, document) if document else None, **stub)


def below_view(backend: Backend, view: Document) -> list[dict[str, Any]]:
    """Return the training datasets of a view with the models made of each."""
    from hopsworks_local.rest.models import model_document
    from hopsworks_local.rest.training_datasets import dataset_document

    models = backend.metadata.all("model")
    nodes = []
    for dataset in backend.metadata.all("training dataset", parent=view.id):
        made = [model for model in models if (model.body.get("dataset") or {}).get("id") == dataset.id]
        below = [node("MODEL", model_document(backend, model)) for model in made]
        nodes.append({**node("TRAINING_DATASET", dataset_document(backend, dataset)), "downstream": below})
    return nodes
