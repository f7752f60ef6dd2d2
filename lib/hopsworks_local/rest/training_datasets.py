"""Training datasets of a feature view: versions of its data, in memory or as files."""

from typing import Any

from hopsworks_local import checksums, request_bodies
from hopsworks_local.backend import Backend
from hopsworks_local.errors import NotSupported
from hopsworks_local.materialising import MATERIALISED, dataset_of, materialise
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest import jobs
from hopsworks_local.rest._documents import dataset_document, show_each
from hopsworks_local.rest._endpoint import Call, check_fields, listing, now, route
from hopsworks_local.rest._tags import attach
from hopsworks_local.rest.feature_views import VIEW, find_view

DATASETS = VIEW + "/trainingdatasets"
DATASET = DATASETS + "/version/{dataset:int}"
IN_MEMORY = "IN_MEMORY_TRAINING_DATASET"
FORMATS = ("parquet", "csv", "tsv")
FIXED_SEED = 42  # in-memory splits of one version are thus the same whenever they are made
KNOWN = {
    "name", "version", "description", "dataFormat", "trainingDatasetType", "splits", "seed", "statisticsConfig",
    "trainSplit", "eventStartTime", "eventEndTime", "extraFilter", "type", "coalesce", "features", "tags",
}  # fmt: skip
KEPT = KNOWN - {"name", "version", "type", "features", "tags", "coalesce"}


def find_dataset(call: Call) -> Document:
    """Return the complete training dataset that a path names; errors are those of `dataset_of`."""
    return dataset_of(call.backend, find_view(call), call.path["dataset"])


def create(call: Call) -> dict[str, Any]:
    """POST a new version; one with files is seen by others when these are complete."""
    view, body, backend = find_view(call), call.body, call.backend
    _check(view, body)
    kept = {name: body.get(name) for name in KEPT}
    kept |= {"created": now(), "seed": FIXED_SEED if body.get("seed") is None else body["seed"]}
    ready = body["trainingDatasetType"] == IN_MEMORY
    with backend.metadata.transaction():
        dataset = backend.metadata.add(Kind.TRAINING_DATASET, view.name, kept, parent=view.id, ready=ready)
        folder = f"{view.name}_{view.version}_{dataset.version}"
        dataset = backend.metadata.update(dataset, location=_location(backend, folder))
        attach(backend.metadata, dataset, body.get("tags"))
    return dataset_document(backend, dataset)


def _location(backend: Backend, folder: str) -> str:
    return f"/Projects/{backend.store.project}/{backend.store.project}_Training_Datasets/{folder}"


def _check(view: Document, body: dict[str, Any]) -> None:
    source = body.get("dataSource") or {}
    connector = source.get("storageConnector") or {}
    if connector.get("storageConnectorType") not in (None, "HOPSFS") or source.get("path"):
        raise NotSupported("training data on other storage", "leave storage_connector, data_source and location out")
    check_fields(body, KNOWN | {"dataSource"}, "a training dataset")
    if body["trainingDatasetType"] not in (IN_MEMORY, MATERIALISED):
        raise NotSupported(f"training datasets of type {body['trainingDatasetType']}", "leave location out")
    if body["trainingDatasetType"] == MATERIALISED:
        if body.get("dataFormat") not in FORMATS:
            raise NotSupported(f"the data format {body.get('dataFormat')!r}", f"use one of {', '.join(FORMATS)}")
        if view.body["transformationFunctions"]:
            raise NotSupported(
                "files of training data of a feature view with transformation functions",
                "use train_test_split or training_data, which make them in memory",
            )


def find_all(call: Call) -> dict[str, Any]:
    """GET the complete training datasets of a view."""
    datasets = call.backend.metadata.all(Kind.TRAINING_DATASET, parent=find_view(call).id)
    return listing(show_each(dataset_document, call.backend, datasets))


def find(call: Call) -> dict[str, Any]:
    """GET a complete training dataset."""
    return dataset_document(call.backend, find_dataset(call))


def compute(call: Call) -> dict[str, Any]:
    """POST that the files of a training dataset be written; they are when this answers."""
    view, version = find_view(call), call.path["dataset"]
    check_fields(call.body, {"query", "overwrite", "writeOptions"}, "a job for training data")
    materialise(call.backend, view, version, call.body["query"])
    return jobs.finished(call.backend, f"{view.name}_{view.version}_{version}_training_dataset")


def delete(call: Call) -> None:
    """DELETE a training dataset with its files."""
    _delete(call.backend, [find_dataset(call)])


def delete_all(call: Call) -> None:
    """DELETE all training datasets of a view."""
    _delete(call.backend, call.backend.metadata.all(Kind.TRAINING_DATASET, parent=find_view(call).id))


def _delete(backend: Backend, datasets: list[Document]) -> None:
    graves = backend.store.bury(datasets, [backend.store.file(dataset.body["location"]) for dataset in datasets])
    backend.store.clear(graves)


def purge(call: Call) -> None:
    """DELETE the files of a training dataset, and keep what is known of it."""
    _purge(call.backend, find_dataset(call))


def purge_all(call: Call) -> None:
    """DELETE the files of all training datasets of a view."""
    for dataset in call.backend.metadata.all(Kind.TRAINING_DATASET, parent=find_view(call).id):
        _purge(call.backend, dataset)


def _purge(backend: Backend, dataset: Document) -> None:
    checksums.remember(backend.metadata, dataset, {})
    backend.store.discard(backend.store.file(dataset.body["location"]))


ROUTES = [
    route("POST", DATASETS, create, body=request_bodies.Dataset, status=201),
    route("GET", DATASETS, find_all),
    route("DELETE", DATASETS, delete_all),
    route("DELETE", DATASETS + "/data", purge_all),
    route("GET", DATASET, find),
    route("DELETE", DATASET, delete),
    route("DELETE", DATASET + "/data", purge),
    route("POST", DATASET + "/compute", compute, body=request_bodies.Computation),
]
