"""The care of a store: `verify` finds what is damaged and says what is lost, `compact` makes few files of many."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys

import pandas as pd
import pytest
from service_helpers import log_in

import hopsworks_local


def care(command, folder):
    """Run a command over a store, and return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "hopsworks_local", command, "--store", str(folder)], capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def frame(*ids):
    return pd.DataFrame({"id": ids, "number": [float(id) for id in ids]})


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A store with a table of 20 files, one of which changed a row, a view, training data and a model."""
    folder = tmp_path_factory.mktemp("template") / "store"
    patch = pytest.MonkeyPatch()
    with hopsworks_local.start(folder) as service:
        project = log_in(service.environment, patch)
        store = project.get_feature_store()
        group = store.get_or_create_feature_group("g", version=1, primary_key=["id"])
        for number in range(20):
            group.insert(frame(2 * number, 2 * number + 1))
        group.insert(frame(0).assign(number=0.5))
        view = store.create_feature_view("v", version=1, query=group.select_all())
        view.create_training_data(data_format="csv")
        (folder.parent / "weights").write_text("weights")
        project.get_model_registry().python.create_model("m", version=1).save(str(folder.parent / "weights"))
    patch.undo()
    return folder


@pytest.fixture
def used(template, tmp_path):
    return shutil.copytree(template, tmp_path / "store")


def parquet_files(folder):
    return sorted((folder / "featuregroups/g_1").glob("*.parquet"), key=lambda file: file.stat().st_mtime)


def test_a_whole_store_is_whole(used):
    code, said = care("verify", used)
    assert (code, said.count("whole"), said.splitlines()[-1]) == (0, 4, "nothing is damaged")


def lose_a_file(store):
    parquet_files(store)[-2].unlink()
    return "is missing", "lost: 2 of 40 rows"


def truncate_a_file(store):
    file = parquet_files(store)[-2]
    file.write_bytes(file.read_bytes()[:-10])
    return "bytes, not", "lost: 2 of 40 rows"


def change_a_file(store):
    file = parquet_files(store)[-2]
    file.write_bytes(b"PARX" + file.read_bytes()[4:-4] + b"PARX")
    return "cannot be read", "lost: 2 of 40 rows"


def empty_the_log(store):
    (store / "featuregroups/g_1/_delta_log/00000000000000000005.json").write_text("")
    return "missing or empty: 00000000000000000005.json", "2 rows inserted"


def lose_a_table(store):
    shutil.rmtree(store / "featuregroups/g_1")
    return ("its Delta table is gone from the store",)


def change_a_model(store):
    [weights] = store.glob("files/Projects/local/Models/m/1/Files/weights")
    weights.write_text("wEights")
    return ("Files/weights is not what was stored",)


def lose_a_model(store):
    shutil.rmtree(store / "files/Projects/local/Models/m/1")
    return "its files are missing", "metrics and tags are not lost"


def change_training_data(store):
    [file] = store.glob("files/Projects/local/local_Training_Datasets/v_1_1/**/*.csv")
    file.write_text("")
    return "is not what was stored", "makes a new version of the same data"


def forget_a_group(store):
    with contextlib.closing(sqlite3.connect(store / "metadata.sqlite")) as connection, connection:
        connection.execute("DELETE FROM documents WHERE kind = 'feature group'")
    return "refers to feature groups that are not there", "featuregroups/g_1: nothing in the store refers to it"


@pytest.mark.parametrize(
    "damage",
    [
        lose_a_file,
        truncate_a_file,
        change_a_file,
        empty_the_log,
        lose_a_table,
        change_a_model,
        lose_a_model,
        change_training_data,
        forget_a_group,
    ],
    ids=lambda damage: damage.__name__,
)
def test_damage_is_found_and_what_is_lost_is_said(used, damage):
    expected = damage(used)
    code, said = care("verify", used)
    assert code == 1
    assert said.count("DAMAGED") == 1
    for words in expected:
        assert words in said


def test_training_data_that_was_purged_is_not_missed(used, monkeypatch):
    with hopsworks_local.start(used) as service:
        view = log_in(service.environment, monkeypatch).get_feature_store().get_feature_view("v", version=1)
        view.purge_training_data(1)
    assert care("verify", used)[0] == 0


def read(folder, monkeypatch):
    with hopsworks_local.start(folder) as service:
        group = log_in(service.environment, monkeypatch).get_feature_store().get_feature_group("g", version=1)
        return group.read().sort_values("id", ignore_index=True), group.commit_details()


def test_compaction_keeps_rows_and_history(used, monkeypatch):
    rows, history = read(used, monkeypatch)
    code, said = care("compact", used)
    assert (code, said) == (0, "local: g version 1: 20 files, now 1\n")
    assert len(parquet_files(used)) == 1
    after, history_after = read(used, monkeypatch)
    pd.testing.assert_frame_equal(after, rows)
    assert history_after == history
    assert care("verify", used)[0] == 0


def test_compaction_while_the_store_is_in_use(used, monkeypatch):
    files = len(parquet_files(used))
    with hopsworks_local.start(used) as service:
        group = log_in(service.environment, monkeypatch).get_feature_store().get_feature_group("g", version=1)
        assert care("compact", used)[0] == 0
        assert len(parquet_files(used)) == files + 1  # the old ones may be in the hands of a reader
        group.insert(frame(100))
        assert len(group.read()) == 41


@pytest.mark.parametrize("command", ["verify", "compact"])
def test_a_folder_without_a_store_is_left_alone(tmp_path, command):
    assert care(command, tmp_path) == (
        1,
        f"hopsworks_local: there is no store in {tmp_path}: give the folder that a service was started with\n",
    )
    assert list(tmp_path.iterdir()) == []
