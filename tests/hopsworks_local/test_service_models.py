"""The model registry through the client."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hopsworks_common.client.exceptions import ModelRegistryException, RestAPIError


@pytest.fixture
def registry(project):
    return project.get_model_registry()


@pytest.fixture
def files(tmp_path):
    """A model's files: nested, empty and larger than one chunk of 1 MB."""
    folder = tmp_path / "model"
    (folder / "nested").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(bytes(range(256)) * 10_000)
    (folder / "nested" / "notes.txt").write_text("notes")
    (folder / "empty").touch()
    return folder


def save(registry, name, files, **details):
    model = registry.python.create_model(name, **details)
    return model.save(str(files), await_registration=5, upload_configuration={"chunk_size": 2**20})


def contents(folder):
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in Path(folder).rglob("*")
        if file.is_file()
    }


def test_a_model_comes_back_as_it_was_saved(registry, name, files, tmp_path):
    saved = save(registry, name, files, metrics={"accuracy": 0.5}, description="first", input_example=[1.0])
    found = registry.get_model(name, version=1)
    assert (found.id, found.version, found.description) == (saved.id, 1, "first")
    assert (found.training_metrics, found.framework) == ({"accuracy": 0.5}, "PYTHON")
    assert list(found.input_example) == [1.0]
    assert contents(found.download(local_path=str(tmp_path / "down"))) == contents(files)


def test_the_best_model_by_a_metric(registry, name, files):
    for accuracy in (0.5, 0.9, 0.7):
        save(registry, name, files, metrics={"accuracy": accuracy, "loss": 1 - accuracy})
    assert [model.version for model in registry.get_models(name)] == [1, 2, 3]
    assert registry.get_best_model(name, "accuracy", "max").version == 2
    assert registry.get_best_model(name, "loss", "min").version == 2
    assert registry.get_best_model(name, "accuracy", "min").version == 1
    assert registry.get_best_model(name, "unknown", "max") is None
    with pytest.raises(RestAPIError, match="'max' or 'min'"):
        registry.get_best_model(name, "accuracy", "sideways")


def test_metrics_are_finite_numbers(registry, name, files):
    with pytest.raises(RestAPIError, match="it holds NaN, perhaps as a metric"):
        save(registry, name, files, metrics={"accuracy": float("nan")})
    assert registry.get_models(name) == []


def test_what_is_not_there(registry):
    assert registry.get_model("nobody", version=1) is None
    assert registry.get_models("nobody") == []
    assert registry.get_best_model("nobody", "accuracy", "max") is None


def test_provenance_survives_deletes_and_new_things_of_the_same_name(registry, store, view, files):
    view.training_data()
    model = save(registry, view.name, files, feature_view=view, training_dataset_version=1)
    assert model.get_feature_view(init=False).id == view.id
    assert model.get_training_dataset_provenance().accessible[0].version == 1
    assert view.get_newest_model().id == model.id
    view.delete()
    store.create_feature_view(view.name, version=1, query=view.query)
    assert model.get_feature_view_provenance().deleted[0].name == view.name
    assert model.get_training_dataset_provenance().accessible == []


def test_the_schema_is_taken_from_the_feature_view(registry, view, files):
    view.training_data()
    model = save(registry, view.name, files, feature_view=view, training_dataset_version=1)
    found = registry.get_model(model.name, version=1).model_schema
    assert found["output_schema"]["columnar_schema"] == [{"name": "label", "type": "bigint"}]


def test_a_deleted_model_leaves_nothing_and_its_id_is_not_used_again(registry, project, name, files):
    first = save(registry, name, files)
    first.delete()
    assert registry.get_model(name, version=1) is None
    assert not project.get_dataset_api().exists(f"Models/{name}/1")
    second = save(registry, name, files)
    assert (second.version, second.id != first.id) == (1, True)


def test_versions_are_not_overwritten(registry, name, files):
    save(registry, name, files, version=1)
    with pytest.raises(ModelRegistryException, match="already exists"):
        save(registry, name, files, version=1)


def test_tags(registry, name, files):
    model = save(registry, name, files, tags={"name": "stage", "value": "new"})
    model.add_tag("champion", {"since": "2026-01-01"})
    assert model.get_tags() == {"stage": "new", "champion": {"since": "2026-01-01"}}
    model.delete_tag("stage")
    assert list(registry.get_model(name, version=1).get_tags()) == ["champion"]


def test_files_of_a_registered_model_cannot_be_removed_one_by_one(registry, project, name, files):
    save(registry, name, files)
    for path in (f"Models/{name}/1", f"Models/{name}", f"Models/{name}/1/Files/empty"):
        with pytest.raises(RestAPIError, match="belongs to the registered model"):
            project.get_dataset_api().remove(path)
    assert registry.get_model(name, version=1)


def test_a_folder_that_somebody_is_saving_to_is_neither_shared_nor_removed(project, name):
    files = project.get_dataset_api()
    files.mkdir(f"Models/{name}")
    files.mkdir(f"Models/{name}/1")
    with pytest.raises(RestAPIError, match="another process may be saving"):
        files.mkdir(f"Models/{name}/1")
    with pytest.raises(RestAPIError, match="belongs to another save"):
        files.remove(f"Models/{name}/1")
    assert files.exists(f"Models/{name}/1")


@pytest.mark.parametrize(
    "body", [{"name": "a/b", "version": 1}, {"name": "a", "version": 2}, {"name": "m", "version": 1}]
)
def test_a_model_without_a_good_name_or_files_is_refused(rest, project, body):
    registry = f"/project/{project.id}/modelregistries/{project.id}/models/m_1"
    assert rest("PUT", registry, json=body).status_code == 400


def test_a_name_and_version_are_registered_once_however_many_try(rest, project, name):
    files, models = project.get_dataset_api(), f"/project/{project.id}/modelregistries/{project.id}/models"
    files.mkdir(f"Models/{name}/1")
    with ThreadPoolExecutor(8) as threads:
        body = {"name": name, "version": 1, "metrics": {}}
        answers = list(threads.map(lambda _: rest("PUT", f"{models}/{name}_1", json=body).status_code, range(8)))
    assert sorted(answers) == [201] + [409] * 7
