"""Several projects in a store, services that change nothing, older formats, the record of refusals, the plugin."""

import contextlib
import json
import sqlite3

import hopsworks
import pandas as pd
import pytest
from filelock import FileLock
from service_helpers import Rest, log_in, store_folder

import hopsworks_local
from hopsworks_local import pytest_plugin
from hopsworks_local.store import Store, open_projects

FRAME = pd.DataFrame({"id": [1, 2], "number": [1.0, 2.0]})


def insert(project, name, frame=FRAME):
    group = project.get_feature_store().get_or_create_feature_group(name, version=1, primary_key=["id"])
    group.insert(frame)
    return group


def read(project, name):
    return project.get_feature_store().get_feature_group(name, version=1).read().sort_values("id")["number"].tolist()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A service of two projects."""
    with hopsworks_local.start(tmp_path_factory.mktemp("shared"), project=["alpha", "beta"]) as running:
        yield running


@pytest.fixture
def alpha(shared, monkeypatch):
    return log_in(shared.environment, monkeypatch)


@pytest.fixture
def beta(alpha, monkeypatch):
    hopsworks.logout()
    yield hopsworks.login(project="beta")
    hopsworks.logout()


def test_a_plain_login_enters_the_first_project(alpha):
    assert alpha.name == "alpha"


def test_projects_share_no_groups_views_models_and_files(alpha, monkeypatch, shared, tmp_path):
    insert(alpha, "same").select_all()
    (tmp_path / "model").write_text("alpha")
    alpha.get_model_registry().python.create_model("same", version=1).save(str(tmp_path / "model"))
    hopsworks.logout()
    other = hopsworks.login(project="beta")
    assert other.get_feature_store().get_feature_group("same", version=1) is None
    assert other.get_model_registry().get_models("same") == []
    assert not other.get_dataset_api().exists("Models/same")
    view = other.get_feature_store().create_feature_view("same", insert(other, "same", FRAME * 10).select_all())
    assert read(other, "same") == [10.0, 20.0]
    assert sorted(view.get_batch_data()["number"]) == [10.0, 20.0]
    version, _ = view.create_training_data(data_format="parquet")
    assert sorted(view.get_training_data(version)[0]["number"]) == [10.0, 20.0]
    hopsworks.logout()
    again = log_in(shared.environment, monkeypatch)
    assert read(again, "same") == [1.0, 2.0]
    assert again.get_model_registry().get_model("same", 1).version == 1


def test_a_project_that_is_not_there_is_named(shared, monkeypatch, alpha):
    hopsworks.logout()
    with pytest.raises(Exception, match="gamma"):
        hopsworks.login(project="gamma")


def test_a_store_serves_all_its_projects_again(tmp_path):
    hopsworks_local.start(tmp_path, project=["one", "two"]).stop()
    with hopsworks_local.start(tmp_path) as service:
        names = [item["project"]["name"] for item in Rest(service.environment)("GET", "/project").json()]
    assert (names, service.environment["HOPSWORKS_PROJECT"]) == (["one", "two"], "one")
    with hopsworks_local.start(tmp_path, project="two") as service:
        assert service.environment["HOPSWORKS_PROJECT"] == "two"


def test_a_store_that_lost_its_metadata_is_refused_whatever_project_has_the_tables(tmp_path, monkeypatch):
    hopsworks_local.start(tmp_path, project="first").stop()
    with hopsworks_local.start(tmp_path, project="second") as service:
        insert(log_in(service.environment, monkeypatch), "kept")
    for file in tmp_path.glob("metadata.sqlite*"):
        file.unlink()
    with pytest.raises(hopsworks_local.StoreError, match="missing or empty: restore"):
        hopsworks_local.start(tmp_path)


def test_a_snapshot_holds_all_projects(alpha, beta, shared, tmp_path):
    insert(beta, "copied")
    hopsworks_local.snapshot(store_folder(shared), tmp_path / "copy")
    stores = {store.project: store for store in open_projects(tmp_path / "copy")}
    assert (stores["beta"].table("copied", 1) / "_delta_log").is_dir()


def test_a_read_only_service_reads_and_changes_nothing(tmp_path, monkeypatch):
    with hopsworks_local.start(tmp_path) as service:
        insert(log_in(service.environment, monkeypatch), "kept")
    with hopsworks_local.start(tmp_path, read_only=True) as service:
        project = log_in(service.environment, monkeypatch)
        store = project.get_feature_store()
        assert read(project, "kept") == [1.0, 2.0]
        with pytest.raises(Exception, match=r"read-only"):
            insert(project, "kept", FRAME * 2)
        with pytest.raises(Exception, match="this service is read-only"):
            store.create_feature_view("view", store.get_feature_group("kept", version=1).select_all())
        with pytest.raises(Exception, match="this service is read-only"):
            project.get_dataset_api().upload(__file__, "Resources")
        assert read(project, "kept") == [1.0, 2.0]
    assert (tmp_path / "metadata.sqlite").is_file()


def test_requests_that_are_not_supported_are_recorded_without_key_and_data(tmp_path):
    folder, record = tmp_path / "store", tmp_path / "record.jsonl"
    with hopsworks_local.start(folder, record=record) as service:
        rest = Rest(service.environment)
        rest("POST", "/project/1/serving?secret=mine", json={"private": "mine"})
        rest("GET", "/project")
        rest("GET", "/project/1/dataset/nothing")
    [line] = record.read_text().splitlines()
    assert json.loads(line) == {
        "method": "POST",
        "path": "/hopsworks-api/api/project/1/serving",
        "parameters": ["secret"],
        "answer": "not supported by the local service: POST /hopsworks-api/api/project/1/serving "
        "(see the README of hopsworks_local for what is)",
    }
    assert service.environment["HOPSWORKS_API_KEY"] not in record.read_text()


@pytest.fixture
def older(tmp_path, monkeypatch):
    """A store as the first format had it: what belongs to the project has no owner."""
    with hopsworks_local.start(tmp_path / "older", project="first") as service:
        insert(log_in(service.environment, monkeypatch), "kept")
    with contextlib.closing(sqlite3.connect(tmp_path / "older/metadata.sqlite")) as connection, connection:
        connection.execute("UPDATE documents SET parent = 0 WHERE kind = 'feature group'")
        connection.execute("PRAGMA user_version = 1")
    return tmp_path / "older"


def test_an_older_store_is_migrated(older, monkeypatch):
    with hopsworks_local.start(older) as service:
        assert read(log_in(service.environment, monkeypatch), "kept") == [1.0, 2.0]
    with contextlib.closing(sqlite3.connect(older / "metadata.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_an_older_store_is_not_migrated_while_it_is_served(older):
    (older / "services/other").mkdir()
    in_use = pytest.raises(hopsworks_local.StoreError, match="older format and is in use: stop the services")
    with FileLock(older / "services/other/lock"), in_use:
        Store(older)
    assert Store(older).project == "first"


def test_the_plugin_gives_a_project_to_any_test(tmp_path_factory, monkeypatch):
    services = pytest_plugin.hopsworks_service.__wrapped__(tmp_path_factory)
    service = next(services)
    project = pytest_plugin.hopsworks_project.__wrapped__(service, monkeypatch)
    assert project.name == "local"
    assert pytest_plugin.hopsworks_project.__wrapped__(service, monkeypatch) is project
    assert list(services) == []
    assert not service.running
