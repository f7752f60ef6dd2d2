"""Parts of the service by themselves: metadata, paths, values and types."""

import os
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from hopsworks_local.credentials import Credentials
from hopsworks_local.delta import duckdb_type
from hopsworks_local.errors import BadRequest, Conflict, Forbidden
from hopsworks_local.metadata import Kind, Metadata
from hopsworks_local.store import Store
from hopsworks_local.values import convert


@pytest.fixture
def metadata(tmp_path):
    return Metadata(tmp_path / "metadata.sqlite")


def test_a_failed_transaction_changes_nothing(metadata):
    kept = metadata.add(Kind.FEATURE_GROUP, "kept", {"n": 1})
    with pytest.raises(RuntimeError), metadata.transaction():
        metadata.update(kept, n=2)
        metadata.add(Kind.FEATURE_GROUP, "lost", {})
        raise RuntimeError
    assert [(each.name, each.body) for each in metadata.all(Kind.FEATURE_GROUP)] == [("kept", {"n": 1})]


def test_ids_are_never_used_again(metadata):
    first = metadata.add(Kind.FEATURE_GROUP, "a", {})
    metadata.remove(first)
    assert metadata.add(Kind.FEATURE_GROUP, "a", {}).id > first.id


def test_versions_count_up_by_name_and_parent(metadata):
    owners = [metadata.add(Kind.FEATURE_VIEW, name, {}) for name in "ab"]
    made = [metadata.add(Kind.FEATURE_GROUP, "x", {}, parent=owner.id).version for owner in owners for _ in range(2)]
    assert made == [1, 2, 1, 2]
    with pytest.raises(Conflict, match="feature group x version 2 exists already"):
        metadata.add(Kind.FEATURE_GROUP, "x", {}, version=2, parent=owners[0].id)


def test_what_belongs_to_a_document_goes_with_it(metadata):
    owner = metadata.add(Kind.FEATURE_VIEW, "a", {})
    child = metadata.add(Kind.TRAINING_DATASET, "b", {}, parent=owner.id)
    metadata.add(Kind.TAG, "c", {}, parent=child.id)
    other = metadata.add(Kind.TRAINING_DATASET, "d", {})
    metadata.remove(owner)
    assert metadata.all(Kind.TAG) == []
    assert metadata.all(Kind.TRAINING_DATASET) == [other]


def test_unfinished_documents_are_not_seen(metadata):
    thing = metadata.add(Kind.FEATURE_GROUP, "a", {"n": 1}, ready=False)
    assert metadata.find(Kind.FEATURE_GROUP, "a", 1) is None
    assert metadata.find(Kind.FEATURE_GROUP, "a", 1, unfinished=True) == thing
    metadata.finish(thing, n=2)
    assert metadata.find(Kind.FEATURE_GROUP, "a", 1).body == {"n": 2}


def test_threads_take_turns(metadata):
    counter = metadata.add(Kind.JOB, "a", {"n": 0})

    def count():
        for _ in range(20):
            with metadata.transaction():
                metadata.update(counter, n=metadata.get(Kind.JOB, counter.id).body["n"] + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert metadata.get(Kind.JOB, counter.id).body["n"] == 80


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", "titanic")


@pytest.mark.parametrize(
    "path",
    [
        "Models/a",
        "/Models/a",
        "Projects/titanic/Models/a",
        "/Projects/titanic/Models/a",
        "hopsfs://h:1/Projects/titanic/Models/a",
    ],
)
def test_all_ways_to_write_a_path_lead_to_the_same_file(store, path):
    assert store.file(path) == store.files / "Models/a"
    assert store.remote(store.file(path)) == "/Projects/titanic/Models/a"


@pytest.mark.parametrize("path", ["..", "a/../../b", "/Projects/other/a", "/Projects", "a\\b", "hopsfs://h/Projects/x"])
def test_paths_that_lead_out_are_forbidden(store, path):
    with pytest.raises(Forbidden):
        store.file(path)


@pytest.mark.parametrize("path", ["a\nb", "a\x00", "ü" * 200])
def test_names_that_are_none_are_refused(store, path):
    with pytest.raises(BadRequest):
        store.file(path)


def an_age(folder, hours):
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (time.time() - hours * 3600,) * 2)


@pytest.mark.parametrize(("hours", "kept"), [(23, True), (25, False)])
def test_a_save_that_was_killed_is_swept_after_a_day(store, hours, kept):
    for name in ("killed", "saved"):
        (store.files / f"Models/{name}/1/Files").mkdir(parents=True)
        (store.files / f"Models/{name}/1/Files/weights").touch()
        an_age(store.files / f"Models/{name}", hours)
    store.metadata.add(Kind.MODEL, "saved", {}, version=1)
    (store.files / "Models/notes").mkdir()
    store.sweep()
    found = {path.name for path in (store.files / "Models").iterdir()}
    assert found == {"saved", "notes"} | ({"killed"} if kept else set())


def test_a_save_that_goes_on_is_not_swept(store):
    folder = store.files / "Models/slow/1/Files"
    folder.mkdir(parents=True)
    an_age(store.files / "Models/slow", 48)
    (folder / "weights").touch()
    store.sweep()
    assert (folder / "weights").exists()


@pytest.mark.parametrize(("hours", "kept"), [(23, True), (25, False)])
def test_a_training_dataset_that_was_never_written_is_swept_after_a_day(store, hours, kept):
    created = (datetime.now(UTC) - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    location = "/Projects/titanic/titanic_Training_Datasets/v_1_1"
    body = {"created": created, "location": location}
    of = {"parent": store.metadata.add(Kind.FEATURE_VIEW, "v", {}, version=1).id}
    store.metadata.add(Kind.TRAINING_DATASET, "v", body, version=1, ready=False, **of)
    store.metadata.add(Kind.TRAINING_DATASET, "v", {**body, "location": f"{location}0"}, version=10, **of)
    for folder in (location, f"{location}0"):
        store.file(folder).mkdir()
    store.sweep()
    assert (store.metadata.find(Kind.TRAINING_DATASET, "v", 1, of["parent"], unfinished=True) is not None) == kept
    assert store.file(location).exists() == kept
    assert store.file(f"{location}0").exists()


def test_a_private_key_is_written_to_its_own_folder_only(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    Credentials(private / "certificates").tls_context()
    assert {path.name for path in private.iterdir()} == {"authority.pem", "certificates"}
    assert {path.stat().st_mode & 0o077 for path in (private / "certificates").iterdir()} == {0}


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        ("9" * 40, "DOUBLE", 1e40),
        ("3", "BIGINT", 3),
        ("-1.5", "BIGINT", -1.5),
        ("1e3", "DOUBLE", 1000.0),
        ("True", "INTEGER", 1),
        ("12.50", "DECIMAL(10,2)", 12.5),
        ("false", "BOOLEAN", False),
        ("x", "VARCHAR", "x"),
        ("2026-01-02", "DATE", date(2026, 1, 2)),
        ("2026-01-02 03:04:05", "TIMESTAMP", datetime(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04:05+02:00", "TIMESTAMP", datetime(2026, 1, 2, 1, 4, 5)),
        ("1767312000000", "TIMESTAMP", datetime(2026, 1, 2)),
        (None, "BIGINT", None),
    ],
)
def test_values_take_the_type_of_their_column(value, type, expected):
    assert convert(value, type) == expected


@pytest.mark.parametrize(
    ("value", "type"), [("many", "BIGINT"), ("perhaps", "BOOLEAN"), ("soon", "TIMESTAMP"), ("9" * 30, "TIMESTAMP")]
)
def test_values_of_another_type_are_refused(value, type):
    with pytest.raises(ValueError):
        convert(value, type)


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("long", "BIGINT"),
        ("decimal(10,2)", "DECIMAL(10,2)"),
        ("timestamp_ntz", "TIMESTAMP"),
        ("array<struct<a:int, b c:Decimal(10, 2)>>", 'STRUCT("a" INTEGER, "b c" DECIMAL(10,2))[]'),
        ("map<string,array<varchar(20)>>", "MAP(VARCHAR, VARCHAR[])"),
        ({"type": "array", "elementType": "double"}, "DOUBLE[]"),
        ({"type": "map", "keyType": "string", "valueType": "integer"}, "MAP(VARCHAR, INTEGER)"),
        ({"type": "struct", "fields": [{"name": "a", "type": "byte"}]}, 'STRUCT("a" TINYINT)'),
    ],
)
def test_types_of_delta(type, expected):
    assert duckdb_type(type) == expected


@pytest.mark.parametrize(
    "type",
    [
        "", "object", "date AS id, (SELECT 1) AS y", "decimal(39)", "decimal(2,3)", "decimal(10,2); DROP", "array<>",
        "array<int", "array<int>>", "map<int>", "struct<a>", "struct<a:int,:int>", "int[]", "bigint, x", "array<" * 30,
        "array<" * 30 + "int" + ">" * 30, 'struct<a" INT) --:int>, x', "int<int>",
    ],
)  # fmt: skip
def test_what_is_no_type_is_refused(type):
    with pytest.raises(BadRequest, match="is no type of a feature; types are boolean"):
        duckdb_type(type)


def test_a_name_in_a_type_stays_a_name():
    assert duckdb_type('struct<a" INT --:int>') == 'STRUCT("a"" INT --" INTEGER)'


def test_links_that_lead_in_a_circle_are_refused(store):
    (store.files / "Models/a").symlink_to(store.files / "Models/b")
    (store.files / "Models/b").symlink_to(store.files / "Models/a")
    with pytest.raises(BadRequest, match="leads nowhere"):
        store.file("Models/a/x")


def test_what_a_killed_service_had_yet_to_delete_is_deleted_by_the_next(tmp_path):
    """Killed after the metadata have changed, before the disk has; what has been made anew since then stays."""
    store = Store(tmp_path)
    for name in ("gone", "anew"):
        group = store.metadata.add(Kind.FEATURE_GROUP, name, {}, version=1)
        store.table(name, 1).mkdir()
        store.bury([group], [store.table(name, 1)])
    store.metadata.add(Kind.FEATURE_GROUP, "anew", {}, version=1)
    again = Store(tmp_path)
    again.sweep()
    assert [folder.name for folder in again.tables.iterdir()] == ["anew_1"]
    assert not again.metadata.all(Kind.GRAVE)
