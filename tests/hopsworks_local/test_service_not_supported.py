"""What the service does not know is refused by name, and never answered as if it had been done."""

import pandas as pd
import pytest
from hopsworks.client.exceptions import RestAPIError
from service_helpers import days

PREFIX = "not supported by the local service: "
FRAME = pd.DataFrame({"id": [1, 2], "number": [1.0, 2.0], "at": days(1, 2)})


def create(store, name, **details):
    group = store.create_feature_group(name, version=1, primary_key=["id"], event_time="at", **details)
    group.insert(FRAME)


@pytest.mark.parametrize(
    ("details", "what"),
    [
        ({"online_enabled": True}, r"the online feature store \(online_enabled=True\)"),
        ({"stream": True}, "feature groups of type 'streamFeatureGroupDTO'"),
        ({"time_travel_format": "HUDI", "stream": False}, "time_travel_format 'HUDI'"),
        ({"time_travel_format": "ICEBERG"}, "time_travel_format 'ICEBERG'"),
        ({"time_travel_format": "NONE"}, "time_travel_format 'NONE'"),
        ({"ttl": 60}, r"time to live \(ttl\)"),
        ({"statistics_config": {"kll": True}}, r"sketches in the statistics \(kll=True\)"),
        ({"notification_topic_name": "topic"}, "notificationTopicName of a feature group"),
    ],
    ids=lambda value: str(value),
)
def test_kinds_of_feature_groups(store, name, details, what):
    with pytest.raises(RestAPIError, match=PREFIX + what):
        create(store, name, **details)
    assert store.get_feature_group(name, version=1) is None


def test_embeddings_and_unknown_fields(rest, project):
    for field in ("embeddingIndex", "sinkEnabled", "somethingNew"):
        body = {"name": "refused", "version": 1, "type": "cachedFeaturegroupDTO", "features": [], field: {"a": 1}}
        answer = rest("POST", f"/project/{project.id}/featurestores/{project.id}/featuregroups", json=body)
        assert answer.status_code == 501
        assert answer.json()["errorMsg"].startswith(PREFIX)


def test_external_groups(store, name):
    from hsfs.feature import Feature
    from hsfs.storage_connector import JdbcConnector

    details = {"features": [Feature("id", "bigint")], "primary_key": ["id"], "query": "SELECT 1 AS id"}
    connector = JdbcConnector(id=1, name="jdbc", featurestore_id=store.id)
    external = store.create_external_feature_group(name, connector, version=1, **details)
    with pytest.raises(RestAPIError, match=PREFIX + "feature groups of type 'onDemandFeaturegroupDTO'"):
        external.save()


def test_earlier_states(group):
    with pytest.raises(RestAPIError, match=PREFIX + "as_of and wallclock_time.*Hopsworks cloud does not offer it"):
        group.as_of("2026-01-01").read()


def test_inner_joins_within_left_joins_in_time(group):
    inner = group.select(["number"]).join(group.select(["text"]), prefix="a_", join_type="inner")
    with pytest.raises(RestAPIError, match=PREFIX + "an inner join within a left join of feature groups with event"):
        group.select(["label"]).join(inner, prefix="b_").read()


def test_features_are_not_removed_from_a_version(rest, project, group):
    path = f"/project/{project.id}/featurestores/{project.id}/featuregroups/{group.id}"
    said = rest("GET", path).json()
    body = {name: said[name] for name in ("name", "version", "type")} | {"features": said["features"][1:]}
    answer = rest("PUT", f"{path}?updateMetadata=true", json=body)
    assert answer.json()["errorMsg"].startswith(PREFIX + "removing features (")


def test_feature_logging_by_a_job_or_on_a_schedule(view):
    with pytest.raises(RestAPIError, match=PREFIX + "feature logging by a job"):
        view.enable_logging(transport="job")
    with pytest.raises(RestAPIError, match=PREFIX + "a schedule of feature logging"):
        view.enable_logging(materialization_interval="hour")
    assert not view.logging_enabled
    view.enable_logging()
    with pytest.raises(RestAPIError, match=PREFIX + "feature logging by a job"):
        view.delete_log(transport="job")


def test_frames_of_ones_own_to_anchor_training_data(view):
    with pytest.raises(Exception, match="not supported by the local service: spine"):
        view.training_data(spine_df=pd.DataFrame({"id": [1], "at": days(1)}))
    assert view.get_training_datasets() == []


def test_formats_of_training_data(view):
    with pytest.raises(RestAPIError, match=PREFIX + "the data format 'tfrecord'"):
        view.create_training_data(data_format="tfrecord")
    assert view.get_training_datasets() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("POST", "/project/1/jobs/mine/executions"),
        ("PUT", "/project/1/jobs/mine"),
        ("GET", "/project/1/featurestores/1/featuregroups?unheard=of"),
        ("POST", "/project/1/dataset/Resources?action=zip"),
        ("GET", "/project/1/modelregistries/1/models?filter_by=framework_eq:SKLEARN"),
        ("PUT", "/project/1/serving"),
        ("POST", "/project"),
    ],
)
def test_endpoints_parameters_and_actions(rest, method, path):
    answer = rest(method, path)
    assert answer.status_code == 501
    assert answer.json()["usrMsg"].startswith(PREFIX)


@pytest.mark.parametrize("project", ["2", "999999"])
def test_another_project_is_not_found(rest, project):
    assert rest("GET", f"/project/{project}/featurestores").status_code == 404
