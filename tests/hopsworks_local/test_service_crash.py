"""Services that are killed in the middle of everything, and tables that have been damaged."""

import hashlib
import os
import shutil
import threading
import time
from pathlib import Path

import deltalake
import psutil
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hopsworks.client.exceptions import RestAPIError
from service_helpers import Rest, store_folder

import hopsworks_local

ROWS = 500


class Storm:
    """Several threads that write through REST as fast as they can and note what was acknowledged."""

    def __init__(self, environment, mark):
        self.rest, self.mark = Rest(environment), mark
        self.project = self.rest("GET", "/project").json()[0]["project"]["id"]
        self.files, self.models, self.datasets, self.groups = [], [], [], []

    def path(self, text):
        return f"/project/{self.project}/{text}"

    def write_files(self, number):
        content = os.urandom(200_000)
        name = hashlib.sha256(content).hexdigest()
        for chunk in (1, 2):
            self.upload("Resources", name, content[(chunk - 1) * 100_000 : chunk * 100_000], chunk, 2, len(content))
        self.files.append(name)

    def write_models(self, number):
        name = f"m{self.mark}_{number}"
        for folder in (name, f"{name}/1", f"{name}/1/Files"):
            self.done("POST", f"dataset/Models/{folder}?action=create")
        self.upload(f"Models/{name}/1/Files", "weights", name.encode(), 1, 1, len(name))
        self.done("PUT", f"modelregistries/{self.project}/models/{name}_1", json={"name": name, "version": 1})
        self.models.append(name)

    def write_datasets(self, number):
        view = f"featurestores/{self.project}/featureview/v/version/1"
        body = {"trainingDatasetType": "HOPSFS_TRAINING_DATASET", "dataFormat": "parquet", "splits": [], "name": "v"}
        version = self.done("POST", f"{view}/trainingdatasets", json=body).json()["version"]
        query = self.done("GET", f"{view}/query/batch").json()
        self.done("POST", f"{view}/trainingdatasets/version/{version}/compute", json={"query": query})
        self.datasets.append(version)

    def write_groups(self, number):
        self.groups.append(make_group(self, "counted", None))

    def upload(self, folder, name, content, chunk, total, size):
        fields = {
            "flowFilename": name,
            "flowChunkNumber": chunk,
            "flowTotalChunks": total,
            "flowTotalSize": size,
        }
        self.done("POST", f"dataset/upload/{folder}", data=fields, files={"file": content})

    def done(self, method, path, **options):
        answer = self.rest(method, self.path(path), **options)
        assert answer.ok, answer.text
        return answer

    def rage(self, seconds, end):
        def repeat(write):
            number = 0
            while True:
                try:
                    write(number := number + 1)
                except Exception:
                    return

        works = (self.write_files, self.write_models, self.write_datasets, self.write_groups)
        threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        while not all((self.files, self.models, self.datasets, self.groups)) and any(t.is_alive() for t in threads):
            time.sleep(0.01)
        time.sleep(seconds)
        end()
        for thread in threads:
            thread.join()


def make_group(storm, name, version):
    features = [{"name": "id", "type": "bigint", "primary": True}]
    body = {"name": name, "version": version, "type": "cachedFeaturegroupDTO", "features": features}
    made = storm.done("POST", f"featurestores/{storm.project}/featuregroups", json=body).json()
    return made["version"] if version is None else made


def make_view(storm):
    group = make_group(storm, "g", 1)
    deltalake.write_deltalake(group["location"], pa.table({"id": range(ROWS)}))
    query = {"leftFeatureGroup": {"id": group["id"]}, "leftFeatures": [{"name": "id"}]}
    storm.done("POST", f"featurestores/{storm.project}/featureview", json={"name": "v", "version": 1, "query": query})


def kill(service):
    folder = str(store_folder(service))
    for process in psutil.process_iter(["cmdline"]):
        if folder in (process.info["cmdline"] or []):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_what_was_acknowledged_survives_and_nothing_is_half_there(tmp_path):
    storms = []
    for round, seconds in enumerate((0.1, 0.3, 0.6)):
        with hopsworks_local.start(tmp_path) as service:
            storm = Storm(service.environment, round)
            if not storms:
                make_view(storm)
            storm.rage(seconds, lambda service=service: kill(service))
            storms.append(storm)
    with hopsworks_local.start(tmp_path) as service:
        check(Storm(service.environment, "check"), storms, tmp_path / "files/Projects/local")


def check(now, storms, files):
    assert all(storm.files and storm.models and storm.datasets and storm.groups for storm in storms)
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (files / "Resources").iterdir()}
    assert all(name == content for name, content in there.items())
    assert {name for storm in storms for name in storm.files} <= set(there)
    models = now.done("GET", f"modelregistries/{now.project}/models").json()["items"]
    assert {name for storm in storms for name in storm.models} <= {model["name"] for model in models}
    assert all((files / f"Models/{m['name']}/1/Files/weights").read_text() == m["name"] for m in models)
    view = f"featurestores/{now.project}/featureview/v/version/1"
    datasets = now.done("GET", f"{view}/trainingdatasets").json()["items"]
    assert {version for storm in storms for version in storm.datasets} <= {d["version"] for d in datasets}
    folders = [files / d["location"].partition("/local/")[2] / "v" for d in datasets]
    assert all(parquet.read_table(folder).num_rows == ROWS for folder in folders)
    groups = [version for storm in storms for version in storm.groups]
    assert len(groups) == len(set(groups))


def test_a_damaged_log_is_named(service, group, store):
    table = store_folder(service) / "featuregroups" / f"{group.name}_1"
    (table / "_delta_log/00000000000000000000.json").write_text("{damaged")
    with pytest.raises(RestAPIError, match=f"feature group {group.name} version 1: its Delta log is damaged") as error:
        group.read()
    assert "backtrace" not in str(error.value)
    with pytest.raises(RestAPIError, match="its Delta log is damaged"):
        group.compute_statistics()
    group.delete()
    assert not table.exists()


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("lose", [Path.unlink, Path.touch])
def test_a_commit_that_is_lost_is_named(service, group, frame, lose, number):
    group.insert(frame.head(3).assign(id=[10, 11, 12]))
    file = store_folder(service) / "featuregroups" / f"{group.name}_1/_delta_log/{number:020}.json"
    file.unlink()
    if lose is Path.touch:
        file.touch()
    with pytest.raises(RestAPIError, match="Delta log is damaged") as error:
        group.read()
    if number == 1:
        assert f"missing or empty: {file.name} (from 2" in str(error.value)
        assert "3 rows inserted" in str(error.value)


def test_a_table_that_is_gone_is_named(service, group):
    shutil.rmtree(store_folder(service) / "featuregroups" / f"{group.name}_1")
    with pytest.raises(RestAPIError, match=f"feature group {group.name} version 1: its Delta table is gone"):
        group.read()


def test_a_broken_file_of_a_table_is_named(service, group):
    for file in (store_folder(service) / "featuregroups" / f"{group.name}_1").glob("*.parquet"):
        file.write_text("broken")
    with pytest.raises(RestAPIError, match=r"a table of the query is damaged: .*\.parquet"):
        group.read()


def test_missing_files_of_a_table_are_an_error(service, group):
    for file in (store_folder(service) / "featuregroups" / f"{group.name}_1").glob("*.parquet"):
        file.unlink()
    with pytest.raises(RestAPIError, match=r"a table of the query is damaged: .*No files found"):
        group.read()


def test_a_service_is_not_harmed_by_any_of_this(group):
    assert len(group.read()) == 10
