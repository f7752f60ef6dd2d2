"""Tables that are written to many times stay small and quick by themselves."""

from pathlib import Path

import deltalake
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from service_helpers import Rest, store_folder

import hopsworks_local
from hopsworks_local.compaction import COMMITS, tidy

WRITES = COMMITS + 5


def rows(number):
    return pd.DataFrame({"id": [2 * number, 2 * number + 1], "x": [float(number), 0.5]})


def write_often(folder, times=WRITES):
    for number in range(times):
        deltalake.write_deltalake(folder, pa.Table.from_pandas(rows(number)), mode="append")


def log_of(folder, ending=".json"):
    return sorted(file.name for file in (folder / "_delta_log").glob(f"*{ending}"))


def count(table):
    """The rows of a state of a table, read without delta-rs."""
    return sum(parquet.read_metadata(uri.removeprefix("file://")).num_rows for uri in table.file_uris())


def test_a_group_that_is_written_to_often_has_few_files_and_its_whole_history(service, store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    for number in range(WRITES):
        group.insert(rows(number))
    group.insert(rows(0).assign(x=-1.0))
    group.commit_delete_record(pd.DataFrame({"id": [3]}))
    folder = store_folder(service) / "featuregroups" / f"{name}_1"
    assert len(deltalake.DeltaTable(folder).file_uris()) < COMMITS
    assert len(log_of(folder, ".checkpoint.parquet")) == 1
    found = group.read().set_index("id")["x"]
    assert len(found) == 2 * WRITES - 1
    assert (found[0], found[1], found[2 * WRITES - 1]) == (-1.0, -1.0, 0.5)
    changes = [tuple(commit[what] or 0 for what in CHANGES) for commit in group.commit_details().values()]
    assert sorted(changes) == sorted([(2, 0, 0)] * WRITES + [(0, 2, 0), (0, 0, 1)])


CHANGES = ("rowsInserted", "rowsUpdated", "rowsDeleted")


def test_who_has_begun_to_read_reads_on(tmp_path):
    write_often(tmp_path)
    before = deltalake.DeltaTable(tmp_path)
    tidy(tmp_path)
    assert len(deltalake.DeltaTable(tmp_path).file_uris()) == 1
    assert count(before) == count(deltalake.DeltaTable(tmp_path)) == 2 * WRITES


def test_who_has_begun_to_append_is_not_disturbed(tmp_path):
    write_often(tmp_path)
    before = deltalake.DeltaTable(tmp_path)
    tidy(tmp_path)
    deltalake.write_deltalake(before, pa.Table.from_pandas(rows(WRITES)), mode="append")
    assert count(deltalake.DeltaTable(tmp_path)) == 2 * (WRITES + 1)


def test_the_log_is_shortened_when_the_first_service_starts(tmp_path):
    store = tmp_path / "store"
    with hopsworks_local.start(store) as service:
        rest = Rest(service.environment)
        body = {
            "name": "g",
            "version": 1,
            "type": "cachedFeaturegroupDTO",
            "features": [{"name": "id", "type": "bigint"}],
        }
        folder = Path(rest("POST", "/project/1/featurestores/1/featuregroups", json=body).json()["location"])
        write_often(folder)
        tidy(folder)
        with hopsworks_local.start(store):
            assert log_of(folder)[0] == f"{0:020}.json"
    with hopsworks_local.start(store):
        assert log_of(folder)[0] == f"{WRITES - 1:020}.json"
        assert count(deltalake.DeltaTable(folder)) == 2 * WRITES


def test_a_table_that_cannot_be_compacted_gets_its_checkpoint_and_no_error_is_raised(tmp_path):
    write_often(tmp_path)
    Path(deltalake.DeltaTable(tmp_path).file_uris()[0].removeprefix("file://")).unlink()
    tidy(tmp_path)
    assert len(log_of(tmp_path, ".checkpoint.parquet")) == 1
    assert len(deltalake.DeltaTable(tmp_path).file_uris()) == WRITES


def test_a_damaged_checkpoint_is_named(service, store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    for number in range(COMMITS + 1):
        group.insert(rows(number), operation="insert")
    folder = store_folder(service) / "featuregroups" / f"{name}_1" / "_delta_log"
    [checkpoint] = folder.glob("*.checkpoint.parquet")
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    with pytest.raises(Exception, match=f"feature group {name} version 1: its Delta log is damaged"):
        group.read()
