"""Stores in folders of all kinds of names, and stores of which a part is missing."""

import shutil
from datetime import date

import deltalake
import pyarrow as pa
import pytest
from service_helpers import Rest

import hopsworks_local
from hopsworks_local.delta import read_table
from hopsworks_local.engine import Engine
from hopsworks_local.query import Statement
from hopsworks_local.store import Store

FOLDERS = ["id=5", "part=x", "a b", "it's", 'a "b"', "über=1 =", "a&b+c;d,e"]
ROWS = {
    "id": [1, 2, 3, 4, 5],
    "part": ["a b", "50%/x", "e=f", None, "it's"],
    "day": [date(2026, 1, 1), None, date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 1)],
}


def read(folder):
    table = read_table(folder, "g version 1", [], [])
    return Engine(folder.parent, folder.parent / "spill").table(
        Statement({"t": table.sql}, "SELECT * FROM t ORDER BY id")
    )


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("keys", [[], ["part"], ["part", "day"], ["id"]])
def test_no_part_of_a_path_is_taken_for_a_value(tmp_path, name, keys):
    table = tmp_path / name / "g_1"
    table.parent.mkdir()
    deltalake.write_deltalake(str(table), pa.table(ROWS), partition_by=keys)
    assert read(table).to_pydict() == ROWS


def test_a_percent_sign_in_a_path_is_refused(tmp_path):
    with pytest.raises(hopsworks_local.StoreError, match="% in its path: choose another place"):
        Store(tmp_path / "id=50%", "titanic")


@pytest.fixture
def used(tmp_path):
    """A store with a feature group of 1,000 rows, whose service has ended cleanly."""
    with hopsworks_local.start(tmp_path / "used") as service:
        make_group(Rest(service.environment))
    return tmp_path / "used"


def make_group(rest):
    project = rest("GET", "/project").json()[0]["project"]["id"]
    features = [{"name": "id", "type": "bigint", "primary": True}]
    body = {"name": "g", "version": 1, "type": "cachedFeaturegroupDTO", "features": features}
    made = rest("POST", f"/project/{project}/featurestores/{project}/featuregroups", json=body).json()
    deltalake.write_deltalake(made["location"], pa.table({"id": range(1000)}))


def empty_the_metadata(store):
    (store / "metadata.sqlite").write_bytes(b"")


def remove_the_metadata(store):
    (store / "metadata.sqlite").unlink()


@pytest.mark.parametrize("lose", [empty_the_metadata, remove_the_metadata])
def test_a_store_without_its_metadata_is_not_taken_for_a_new_one(used, lose):
    lose(used)
    for _ in range(2):
        with pytest.raises(hopsworks_local.StoreError, match=r"missing or empty: restore metadata\.sqlite"):
            hopsworks_local.start(used)
    assert len(read(used / "featuregroups/g_1")) == 1000


def test_metadata_without_its_log_is_not_taken_for_a_new_one(tmp_path):
    with hopsworks_local.start(tmp_path / "running") as service:
        make_group(Rest(service.environment))
        shutil.copytree(tmp_path / "running", tmp_path / "copy", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    with pytest.raises(hopsworks_local.StoreError, match="missing or empty"):
        hopsworks_local.start(tmp_path / "copy")


def test_after_a_clean_stop_the_files_of_a_store_are_all_there_is_to_copy(used, tmp_path):
    shutil.copytree(used, tmp_path / "copy", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    with hopsworks_local.start(tmp_path / "copy") as service:
        rest = Rest(service.environment)
        project = rest("GET", "/project").json()[0]["project"]["id"]
        groups = rest("GET", f"/project/{project}/featurestores/{project}/featuregroups/g").json()
        assert [group["version"] for group in groups] == [1]
