"""Training datasets with files: they are written when the client asks for it, by REST or by Flight."""

import secrets
from typing import Any

from hopsworks_local import checksums
from hopsworks_local.backend import Backend
from hopsworks_local.errors import READ_ONLY, BadRequest, Forbidden, NotFound
from hopsworks_local.metadata import Document, Kind

NOT_FOUND = 270012
MATERIALISED = "HOPSFS_TRAINING_DATASET"


def dataset_of(backend: Backend, view: Document, version: int, *, unfinished: bool = False) -> Document:
    """Return a version of the training data of a view, one in the making only if that is asked for.

    Raises
    ------
    NotFound
        If there is none.
    """
    dataset = backend.metadata.find(Kind.TRAINING_DATASET, view.name, version, view.id, unfinished=unfinished)
    if dataset is None:
        raise NotFound(f"there is no training dataset version {version} of {view.name} {view.version}", NOT_FOUND)
    return dataset


def materialise(backend: Backend, view: Document, version: int, query: dict[str, Any]) -> None:
    """Write the files of a training dataset, then let it be seen.

    A version that is made again gets a new folder: readers have the old files or the new ones.

    Raises
    ------
    NotFound
        If there is no such version, not even one in the making.
    BadRequest
        If it is one in memory.
    """
    dataset = dataset_of(backend, view, version, unfinished=True)
    if dataset.body["trainingDatasetType"] != MATERIALISED:
        raise BadRequest(f"version {version} of the training data of {view.name} is made in memory and has no files")
    old = dataset.body["location"]
    location = f"{old}.{secrets.token_hex(4)}" if backend.store.file(old).exists() else old
    fresh = backend.store.temporary()
    from hopsworks_local import training_files  # takes a moment, and the service must start quickly

    try:
        training_files.write(backend.engine, backend.statement(query), dataset, fresh)
        files = checksums.of(fresh)
        fresh.rename(backend.store.file(location))
        with backend.metadata.transaction():
            checksums.remember(backend.metadata, dataset, files)
            backend.metadata.finish(dataset, location=location)
    finally:
        backend.store.discard(fresh)
    if location != old:
        backend.store.discard(backend.store.file(old))


def create_by_flight(backend: Backend, body: dict[str, Any]) -> None:
    """Write the files of a training dataset without splits, which the client asks for by Flight."""
    if backend.read_only:
        raise Forbidden(READ_ONLY)
    view = backend.metadata.find(Kind.FEATURE_VIEW, body["fv_name"], body["fv_version"])
    if view is None:
        raise BadRequest(f"there is no feature view {body['fv_name']} version {body['fv_version']}")
    materialise(backend, view, body["tds_version"], body["query"])
