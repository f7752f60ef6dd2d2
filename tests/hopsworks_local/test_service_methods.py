"""Methods of the client that no other file calls: small ones that work, and those that cannot work here.

With `client_calls` they make docs/hopsworks-compatibility.md.
"""

import json

import pandas as pd
import pytest
from hopsworks.hsfs.builtin_transformations import min_max_scaler


@pytest.fixture
def model(project, name, tmp_path):
    (tmp_path / "weights").write_text("weights")
    registry = project.get_model_registry()
    registry.python.create_model(name, metrics={"loss": 1.0}).save(str(tmp_path / "weights"))
    return registry.get_model(name, 1)


@pytest.fixture
def job(project, view):
    """What the service did when training data were asked for, as a job."""
    _, job = view.create_training_data(data_format="csv")
    return job


@pytest.fixture
def serving(project):
    return project.get_model_serving()


def test_a_project_hands_out_what_it_has(project, job):
    assert project.get_jobs_api().exists(job.name)
    assert project.get_job_api().exists("nothing") is False
    assert project.get_alerts() == project.get_alerts_api().get_alerts() == []
    assert project.get_app_api().get_apps() == []
    assert project.get_environment_api().get_environments() == []
    assert project.get_model_serving().get_deployments() == []


def test_groups_that_lie_elsewhere_are_none(store, name):
    assert store.get_external_feature_groups(name) == store.get_on_demand_feature_groups(name) == []
    assert store.get_external_feature_group(name, 1) is None
    assert store.get_on_demand_feature_group(name, 1) is None


def test_a_group_says_what_it_is(group, view):
    assert group.get_fg_name() == f"{group.name}_1"
    assert group.get_complex_features() == []
    assert group.get_generated_feature_views().accessible[0].name == view.name
    assert group.get_parent_feature_groups() is None
    assert group.get_generated_feature_groups() is None
    assert group.get_storage_connector() is group.get_storage_connector_provenance() is None
    assert group.get_data_source() is group.get_data_source_provenance() is None
    assert group.shared_with() == []
    assert group.read_primary_keys()["id"].tolist() == list(range(10))


def test_a_group_is_deprecated(store, group):
    group.update_deprecated(True)
    found = store.get_feature_group(group.name, version=1)
    assert found.deprecated
    with pytest.warns(UserWarning, match="deprecated"):
        found.check_deprecated()


def test_a_group_has_its_features_described(store, group):
    feature = group.get_feature("number")
    feature.description = "how many"
    group.update_features([feature])
    assert store.get_feature_group(group.name, version=1).get_feature("number").description == "how many"


def test_the_client_tends_the_table_of_a_group(group, frame):
    for number in range(3):
        group.insert(frame.tail(1).assign(id=100 + number))
    before = group.read().sort_values("id", ignore_index=True)
    assert json.loads(str(group.delta_compact()["numFilesRemoved"])) >= 4
    group.delta_checkpoint()
    group.delta_optimize()
    group.optimize()
    group.delta_vacuum(retention_hours=200)
    group.delta_cleanup_metadata()
    pd.testing.assert_frame_equal(group.read().sort_values("id", ignore_index=True), before)
    group.insert(frame.tail(1).assign(id=200))
    assert len(group.read()) == 14


def test_many_small_inserts_and_deletes(group, frame):
    with group.multi_part_insert() as writer:
        for number in range(2):
            writer.insert(frame.tail(1).assign(id=50 + number))
    group.multi_part_insert(frame.tail(1).assign(id=60))
    group.finalize_multi_part_insert()
    group.commit_delete_record(frame.head(1))
    assert sorted(group.read()["id"]) == [*range(1, 10), 50, 51, 60]


def test_statistics_of_a_group_through_time(group):
    group.compute_statistics()
    assert group.get_statistics_by_commit_window().feature_descriptive_statistics
    assert len(group.get_all_statistics()) >= 1


def test_tags_with_what_is_known_of_them(group, view):
    group.add_tag("who", "me")
    assert group.get_tag_metadata("who").value == group.get_tags_metadata()["who"].value == "me"
    view.add_tag("who", "you")
    assert view.get_tag("who") == view.get_tags()["who"] == "you"
    assert view.get_tag_metadata("who").value == view.get_tags_metadata()["who"].value == "you"
    view.delete_tag("who")
    assert view.get_tags() == {}
    view.training_data()
    view.add_training_dataset_tag(1, "who", "all")
    assert view.get_training_dataset_tag(1, "who") == "all"
    assert view.get_training_dataset_tag_metadata(1, "who").value == "all"
    assert view.get_training_dataset_tags_metadata(1)["who"].value == "all"
    view.delete_training_dataset_tag(1, "who")
    assert view.get_training_dataset_tags(1) == {}


def test_a_view_says_what_it_is(view, group):
    assert "SELECT" in view.get_batch_query()
    assert view.get_feature("number").name == "number"
    assert view.get_root_fg().id == group.id
    view.training_data()
    assert [feature.name for feature in view.get_training_dataset_schema(1)] == ["number", "text", "flag", "label"]
    assert view.get_last_accessed_training_dataset() == 1
    view.update_last_accessed_training_dataset(1)
    view.create_training_data(data_format="csv")
    view.purge_all_training_data()
    assert len(view.get_training_datasets()) == 2


def test_the_models_of_a_view(project, view, name, tmp_path):
    view.training_data()
    (tmp_path / "w").write_text("w")
    project.get_model_registry().python.create_model(name, feature_view=view).save(str(tmp_path / "w"))
    assert [model.name for model in view.get_models()] == [name]
    assert [model.name for model in view.get_models_provenance().accessible] == [name]


def test_transformations_are_tried_out(store, group, name):
    query = group.select(["number", "label"])
    functions = [min_max_scaler("number")]
    view = store.create_feature_view(name, version=1, query=query, labels=["label"], transformation_functions=functions)
    X, _ = view.training_data()
    view.init_batch_scoring(1)
    done = view.execute_mdts(pd.DataFrame({"number": [X.iloc[:, 0].max()]}))
    assert "min_max_scaler_number_" in done.columns
    view.visualize_transformations()


def test_queries_say_what_they_are(group):
    query = group.select(["id"])
    assert query.append_feature("number").read().columns.tolist() == ["id", "number"]
    query = group.select_all()
    assert query.get_ambiguous_features() == {}
    query.check_and_warn_ambiguous_features()
    assert query.get_feature("number").type == "double"
    assert (query.is_cache_feature_group_only(), query.is_time_travel()) == (True, False)
    assert len(query.show(2)) == 2


def test_features_and_conditions_say_what_they_are(group):
    assert not group["text"].is_complex()
    assert set(group.filter(group["text"].contains(["t1"])).read()["text"]) == {"t1"}
    both = (group["id"] > 1) & (group["id"] < 5)
    assert (both.get_left_filter_or_logic().value, both.get_right_filter_or_logic().value) == (1, 5)


def test_functions_are_named(min_max=min_max_scaler):
    assert min_max("number").alias("scaled").output_column_names == ["scaled"]


def test_a_model_says_where_it_is(model):
    model.set_tag("who", "me")
    assert model.get_tag("who") == "me"
    assert model.get_url().endswith(f"/models/{model.name}/1")
    assert model.clear_cache() >= 0


def test_files_are_looked_at_and_removed(project, name, tmp_path):
    (tmp_path / name).write_text("content")
    files = project.get_dataset_api()
    files.upload(str(tmp_path / name), "Resources")
    assert files.get(f"Resources/{name}")["attributes"]["size"] == 7
    assert files.path_exists(f"Resources/{name}")
    assert files.read_content(f"/Resources/{name}").content == b"content"
    files.rm(f"Resources/{name}")
    assert not files.path_exists(f"Resources/{name}")


def test_a_job_that_is_done(project, job, tmp_path):
    api = project.get_job_api()
    assert api.get(job.name).id == api.get_job(job.name).id == job.id
    assert job.name in [each.name for each in api.get_jobs()]
    [execution] = job.get_executions()
    assert [each.id for each in api.last_execution(job)] == [execution.id]
    assert (job.get_state(), job.get_final_state()) == ("FINISHED", "SUCCEEDED")
    assert job.get_url().endswith(f"/jobs/named/{job.name}")
    execution.await_termination()
    assert execution.get_url().endswith("/executions")
    assert all(path.endswith(".log") for path in execution.download_logs(str(tmp_path)))


def old_training_data(f):
    """A training dataset without a feature view, as clients before 3.0 made them."""
    return f.store.create_training_dataset("old", data_format="csv", version=1)


NOT_HERE = {
    "saving old training data": lambda f: old_training_data(f).save(f.group.read()),
    "inserting old training data": lambda f: old_training_data(f).insert(f.group.read(), overwrite=True),
    "reading old training data": lambda f: old_training_data(f).read(),
    "showing old training data": lambda f: old_training_data(f).show(1),
    "the query of old training data": lambda f: old_training_data(f).get_query(),
    "a vector of old training data": lambda f: old_training_data(f).get_serving_vector({"id": 1}),
    "vectors of old training data": lambda f: old_training_data(f).get_serving_vectors({"id": [1]}),
    "serving old training data": lambda f: old_training_data(f).init_prepared_statement(),
    "a tag of old training data": lambda f: old_training_data(f).get_tag("a"),
    "tags of old training data": lambda f: old_training_data(f).get_tags(),
    "tagging old training data": lambda f: old_training_data(f).add_tag("a", "b"),
    "untagging old training data": lambda f: old_training_data(f).delete_tag("a"),
    "removing old training data": lambda f: old_training_data(f).delete(),
    "settings of old training data": lambda f: old_training_data(f).update_statistics_config(),
    "members": lambda f: f.project.get_members(),
    "member": lambda f: f.project.add_member("a@b.c", "Data owner"),
    "member gone": lambda f: f.project.remove_member("a@b.c"),
    "alert": lambda f: f.project.get_alert(1),
    "charts": lambda f: f.store.get_charts(),
    "dashboards": lambda f: f.store.get_dashboards(),
    "connector": lambda f: f.store.get_storage_connector("x"),
    "online connector": lambda f: f.store.get_online_storage_connector(),
    "data source": lambda f: f.store.get_data_source("x"),
    "old training data": lambda f: f.store.get_training_dataset("x", 1),
    "old training datasets": lambda f: f.store.get_training_datasets("x"),
    "sharing": lambda f: f.store.share("other"),
    "unsharing": lambda f: f.store.unshare("other"),
    "shared": lambda f: f.store.shared_with(),
    "sql": lambda f: f.store.sql("SELECT 1"),
    "spine": lambda f: f.store.get_or_create_spine_group(
        "spine", version=1, primary_key=["id"], event_time="at", dataframe=f.group.read()
    ),
    "layout": lambda f: f.group.describe_layout(),
    "clustering": lambda f: f.group.get_clustering_columns(),
    "new clustering": lambda f: f.group.update_clustering(["id"]),
    "no clustering": lambda f: f.group.disable_clustering(),
    "time to live": lambda f: f.group.enable_ttl(60),
    "neighbours": lambda f: f.group.find_neighbors([1.0]),
    "alerts of a group": lambda f: f.group.get_alerts(),
    "an alert of a group": lambda f: f.group.get_alert(1),
    "online ingestion": lambda f: f.group.get_latest_online_ingestion(),
    "one online ingestion": lambda f: f.group.get_online_ingestion(1),
    "partition spec": lambda f: f.group.get_partition_spec(),
    "partition specs": lambda f: f.group.get_partition_specs(),
    "sort order": lambda f: f.group.get_sort_order(),
    "restricted access": lambda f: f.group.get_restricted_access(),
    "granting": lambda f: f.group.grant_restricted_access("x"),
    "revoking": lambda f: f.group.revoke_restricted_access("x"),
    "Spark's location": lambda f: f.group.prepare_spark_location(),
    "changes": lambda f: f.group.read_changes("2020-01-01", "2030-01-01"),
    "notification topic": lambda f: f.group.update_notification_topic_name("x"),
    "topic": lambda f: f.group.update_topic_name("x"),
    "monitoring of a group": lambda f: f.group.get_feature_monitoring_configs(),
    "monitoring of a group in time": lambda f: f.group.get_feature_monitoring_history(config_name="x"),
    "streams": lambda f: f.group.insert_stream(f.group.read()),
    "sharing a group": lambda f: f.group.share("other"),
    "unsharing a group": lambda f: f.group.unshare("other"),
    "transforming a vector": lambda f: f.view.transform([1.0]),
    "a vector": lambda f: f.view.get_feature_vector({"id": 1}),
    "vectors": lambda f: f.view.get_feature_vectors([{"id": 1}]),
    "serving a view": lambda f: f.view.init_serving(1),
    "helper": lambda f: f.view.get_inference_helper({"id": 1}),
    "helpers": lambda f: f.view.get_inference_helpers([{"id": 1}]),
    "neighbours of a view": lambda f: f.view.find_neighbors([1.0]),
    "alerts of a view": lambda f: f.view.get_alerts(),
    "an alert of a view": lambda f: f.view.get_alert(1),
    "monitoring of a view": lambda f: f.view.get_feature_monitoring_configs(),
    "monitoring of a view in time": lambda f: f.view.get_feature_monitoring_history(config_name="x"),
    "deploying a view": lambda f: f.view.deploy(),
    "logging in a deployment": lambda f: f.view.create_feature_logger(),
    "a job of the log": lambda f: f.view.materialize_log(),
    "a schedule of the log": lambda f: f.view.set_log_materialization_interval("day"),
    "changes of a query": lambda f: f.group.select_all().pull_changes("2020-01-01", "2030-01-01").read(),
    "deploying a model": lambda f: f.model.deploy(),
    "monitoring of a model": lambda f: f.model.get_monitoring_configs(),
    "models of others": lambda f: f.project.get_model_registry().hf_download("x"),
    "a deployment": lambda f: f.serving.get_deployment("x"),
    "a deployment by id": lambda f: f.serving.get_deployment_by_id(1),
    "endpoints": lambda f: f.serving.get_inference_endpoints(),
    "images": lambda f: f.serving.get_vllm_image_tags(),
    "permissions": lambda f: f.project.get_dataset_api().chmod("Resources", "777"),
    "zip": lambda f: f.project.get_dataset_api().zip("Resources"),
    "unzip": lambda f: f.project.get_dataset_api().unzip("Resources"),
    "sharing files": lambda f: f.project.get_dataset_api().share("Resources", "x"),
    "unsharing files": lambda f: f.project.get_dataset_api().unshare("Resources", "x"),
    "tags of files": lambda f: f.project.get_dataset_api().add("Resources", "a", "b"),
    "all tags of files": lambda f: f.project.get_dataset_api().get_tags("Resources"),
    "no tags of files": lambda f: f.project.get_dataset_api().delete("Resources", "a"),
    "configuration": lambda f: f.project.get_job_api().get_configuration("PYTHON"),
    "a new job": lambda f: f.project.get_job_api().create_job("x", {"type": "pythonJobConfiguration"}),
    "starting a job": lambda f: f.project.get_job_api().launch(f.job.name),
    "no schedule": lambda f: f.project.get_job_api().delete_schedule_job(f.job.name),
    "running": lambda f: f.job.run(),
    "scheduling": lambda f: f.job.schedule("0 0 0 * * ? *"),
    "unscheduling": lambda f: f.job.unschedule(),
    "pausing": lambda f: f.job.pause_schedule(),
    "going on": lambda f: f.job.resume_schedule(),
    "alerts of a job": lambda f: f.job.get_alerts(),
    "an alert of a job": lambda f: f.job.get_alert(1),
    "tags of a job": lambda f: f.job.get_tags(),
    "a tag of a job": lambda f: f.job.add_tag("a", "b"),
    "no tag of a job": lambda f: f.job.delete_tag("a"),
    "removing a job": lambda f: f.job.delete(),
    "pods": lambda f: f.job.get_executions()[0].get_pod_logs(),
    "stopping": lambda f: f.job.get_executions()[0].stop(),
    "again": lambda f: f.job.get_executions()[0].rerun(),
    "removing an execution": lambda f: f.job.get_executions()[0].delete(),
}


class _Fixtures:
    """The fixtures that a case asks for by name."""

    def __init__(self, request):
        self._request = request

    def __getattr__(self, name):
        return self._request.getfixturevalue(name)


@pytest.mark.parametrize("case", NOT_HERE)
def test_what_needs_a_cluster_is_an_error_and_never_as_if_done(request, case):
    """Some of it the client refuses by itself, since it has no Spark here or no online store."""
    with pytest.raises(Exception) as refused:
        NOT_HERE[case](_Fixtures(request))
    assert "an error of the local service itself" not in str(refused.value)
