"""What of a store is damaged, and what is lost by it: `python -m hopsworks_local verify --store DIR`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as parquet

from hopsworks_local import checksums
from hopsworks_local.delta import read_table
from hopsworks_local.errors import StoreError
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest._documents import group_ids
from hopsworks_local.store import Store


def verify(stores: list[Store], out: TextIO) -> int:
    """Read everything that the projects of a folder hold, and write what is damaged, what is lost and what is whole.

    Returns
    -------
    int
        0 if all is whole, else 1.
    """
    damaged = 0
    for store in stores:
        out.write(f"project {store.project}\n")
        for document, check in _everything(store):
            problems = list(check(store, document))
            damaged += bool(problems)
            out.write(f"  {'DAMAGED' if problems else 'whole  '}  {document.kind} {document.name} {document.version}\n")
            out.write("".join(f"           {problem}\n" for problem in problems))
        for leftover in _leftovers(store):
            out.write(f"  unknown  {leftover.relative_to(store.folder)}: nothing in the store refers to it\n")
    out.write(
        f"{damaged} damaged; all that is called whole was read to its end\n" if damaged else "nothing is damaged\n"
    )
    return 1 if damaged else 0


def _everything(store: Store) -> Iterator[tuple]:
    for group in store.metadata.all(Kind.FEATURE_GROUP):
        yield group, _check_table
    for view in store.metadata.all(Kind.FEATURE_VIEW):
        yield view, _check_view
        for dataset in store.metadata.all(Kind.TRAINING_DATASET, parent=view.id):
            yield dataset, _check_dataset
    for model in store.metadata.all(Kind.MODEL):
        yield model, _check_model


def _check_table(store: Store, group: Document) -> Iterator[str]:
    folder = store.table(group.name, group.version)
    commits = [commit.body for commit in store.metadata.all(Kind.COMMIT, parent=group.id)]
    try:
        read_table(folder, f"{group.name} version {group.version}", group.body["features"], commits)
    except StoreError as error:
        yield error.message
        return
    if folder.exists():
        yield from _check_files(folder)


def _check_files(folder: Path) -> Iterator[str]:
    """Compare each file with what the table's log says of it, and read all of it."""
    from deltalake import DeltaTable

    rows, lost = 0, 0
    for action in pa.table(DeltaTable(folder).get_add_actions(flatten=True)).to_pylist():
        problem = _problem(folder / unquote(action["path"]), action["size_bytes"], action["num_records"])
        rows += action["num_records"] or 0
        if problem:
            lost += action["num_records"] or 0
            yield f"{action['path']} {problem}"
    if lost:
        yield f"lost: {lost} of {rows} rows; the others can be read once the group is restored from a copy"


def _problem(file: Path, size: int, rows: int | None) -> str | None:
    if not file.is_file():
        return "is missing"
    if file.stat().st_size != size:
        return f"has {file.stat().st_size} bytes, not {size}"
    try:
        found = sum(len(batch) for batch in parquet.ParquetFile(file).iter_batches())
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read: {str(error).partition(chr(10))[0]}"
    return None if rows in (None, found) else f"has {found} rows, not {rows}"


def _check_view(store: Store, view: Document) -> Iterator[str]:
    known = {group.id for group in store.metadata.all(Kind.FEATURE_GROUP)}
    gone = [f"{id}" for id in dict.fromkeys(group_ids(view.body["query"])) if id not in known]
    if gone:
        yield f"refers to feature groups that are not there (id {', '.join(gone)}): it can be deleted, but not read"


def _check_dataset(store: Store, dataset: Document) -> Iterator[str]:
    folder = store.file(dataset.body["location"])
    for difference in checksums.differences(store.metadata, dataset, folder):
        yield f"{difference}: create_training_data makes a new version of the same data"


def _check_model(store: Store, model: Document) -> Iterator[str]:
    folder = store.file(f"Models/{model.name}/{model.version}")
    if not folder.is_dir():
        yield "its files are missing; its metrics and tags are not lost"
    else:
        yield from checksums.differences(store.metadata, model, folder)


def _leftovers(store: Store) -> Iterator[Path]:
    groups = {store.table(group.name, group.version) for group in store.metadata.all(Kind.FEATURE_GROUP)}
    models = {store.file(f"Models/{model.name}/{model.version}") for model in store.metadata.all(Kind.MODEL)}
    yield from sorted(set(store.tables.glob("*")) - groups)
    yield from sorted(folder for folder in set(store.files.glob("Models/*/*")) - models if folder.name.isdigit())
