"""A disk that takes nothing more, a store copied elsewhere, and metadata that are damaged."""

import shutil

import deltalake
import pandas as pd
import pytest
from hopsworks.client.exceptions import RestAPIError
from service_helpers import Rest, log_in

import hopsworks_local
from hopsworks_local.errors import StoreError

resource = pytest.importorskip("resource", reason="limits of a process, on Linux")
FEATURES = [{"name": "id", "type": "bigint", "primary": True}]
GROUPS = "/project/1/featurestores/1/featuregroups"


def group_named(name):
    return {"name": name, "version": 1, "type": "cachedFeaturegroupDTO", "features": FEATURES}


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="sets a limit of another process")
def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    with hopsworks_local.start(tmp_path / "store") as service:
        rest = Rest(service.environment)
        project = log_in(service.environment, monkeypatch)
        group = project.get_feature_store().create_feature_group("g", version=1, primary_key=["id"])
        group.insert(pd.DataFrame({"id": range(5)}))
        _, most = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (0, most))
        upload = {"flowFilename": "f", "flowChunkNumber": 1, "flowTotalChunks": 1, "flowTotalSize": 1}
        answers = [
            rest("POST", GROUPS, json=group_named("other")),
            rest("POST", f"{rest.files}/upload/Resources", data=upload, files={"file": b"x"}),
        ]
        for answer in answers:
            assert answer.status_code == 507
            assert "make room on its disk" in answer.json()["errorMsg"]
        with pytest.raises(RestAPIError, match="make room on its disk"):
            group.insert(pd.DataFrame({"id": range(5, 8)}))
        assert len(group.read()) == 8  # the client had written its rows by then, to a disk that took them
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (most, most))
        assert rest("POST", GROUPS, json=group_named("other")).status_code == 201
        assert not (tmp_path / "store/files/Projects/local/Resources/f").exists()
        assert list((tmp_path / "store/uploads").iterdir()) == []


def test_a_store_that_was_copied_elsewhere_is_read_and_written_there(tmp_path, monkeypatch):
    with hopsworks_local.start(tmp_path / "here") as service:
        group = (
            log_in(service.environment, monkeypatch)
            .get_feature_store()
            .create_feature_group("g", version=1, primary_key=["id"])
        )
        group.insert(pd.DataFrame({"id": [1]}))
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    shutil.rmtree(tmp_path / "here")
    with hopsworks_local.start(tmp_path / "there") as service:
        group = log_in(service.environment, monkeypatch).get_feature_store().get_feature_group("g", version=1)
        group.insert(pd.DataFrame({"id": [2]}))
        assert sorted(group.read()["id"]) == [1, 2]
    assert not (tmp_path / "here").exists()


@pytest.fixture
def filled(tmp_path):
    """A store with many documents."""
    with hopsworks_local.start(tmp_path / "store") as service:
        rest = Rest(service.environment)
        for number in range(40):
            assert rest("POST", GROUPS, json=group_named(f"g{number}") | {"description": "x" * 4000}).ok
    return tmp_path / "store"


@pytest.mark.parametrize("share", [0.9, 0.5, 0.02, 0.0001])
def test_truncated_metadata_are_said_and_never_taken_for_an_empty_store(filled, share):
    file = filled / "metadata.sqlite"
    (filled / "featuregroups/g0_1").mkdir()
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StoreError, match=r"metadata\.sqlite.*restore"):
        hopsworks_local.start(filled)


def test_metadata_that_are_something_else_are_said(filled):
    (filled / "metadata.sqlite").write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError, match=r"metadata\.sqlite.*restore"):
        hopsworks_local.start(filled)


def test_a_table_written_by_others_is_read(filled):
    """Nothing but a Delta table is expected where a group's table lies."""
    with hopsworks_local.start(filled) as service:
        rest = Rest(service.environment)
        location = rest("GET", f"{GROUPS}/g1").json()[0]["location"]
        deltalake.write_deltalake(location, pd.DataFrame({"id": [1, 2, 3]}))
        query = {"leftFeatureGroup": {"id": rest("GET", f"{GROUPS}/g1").json()[0]["id"]}, "leftFeatures": FEATURES}
        assert rest("PUT", "/project/1/featurestores/query", json=query).status_code == 200
