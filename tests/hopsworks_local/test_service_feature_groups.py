"""Feature groups through the client: writing, reading, history and metadata."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hopsworks.client.exceptions import FeatureStoreException, RestAPIError
from hsfs.constructor.query import Query
from service_helpers import days


def test_rows_come_back_with_values_missing_values_and_types(group, frame):
    pd.testing.assert_frame_equal(group.read(), frame)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        (np.array([1, 2], "int32"), "int32"),
        ([1.5, np.nan], "float64"),
        (np.array([1.5, 2.5], "float32"), "float32"),
        ([True, False], "bool"),
        (["a", None], "object"),
        ([True, None], "object"),
        ([datetime.date(2026, 1, 2), None], "object"),
        ([Decimal("1.50"), Decimal("2.25")], "object"),
        ([b"x", None], "object"),
    ],
)
def test_every_type_survives(store, name, values, dtype):
    written = pd.DataFrame({"id": [1, 2], "value": values})
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    group.insert(written)
    read = group.read()
    assert read["value"].dtype == dtype
    pd.testing.assert_series_equal(read["value"], written["value"])


def test_lists_survive(store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    group.insert(pd.DataFrame({"id": [1, 2], "value": [[1.0, 2.0], [3.0]]}))
    assert [list(value) for value in group.read()["value"]] == [[1.0, 2.0], [3.0]]


def test_times_with_a_zone_come_back_in_utc(store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"], event_time="at")
    noon = pd.Series(pd.to_datetime(["2026-01-01 12:00+02:00"])).astype("datetime64[us, UTC+02:00]")
    group.insert(pd.DataFrame({"id": [1], "at": noon}))
    assert group.read()["at"].tolist() == [pd.Timestamp("2026-01-01 10:00")]


def test_get_or_create_makes_nothing_until_the_first_insert(store, name, frame):
    group = store.get_or_create_feature_group(name, version=1, primary_key=["id"])
    assert store.get_feature_group(name, version=1) is None
    group.insert(frame)
    again = store.get_or_create_feature_group(name, version=1, primary_key=["id"])
    assert again.id == group.id


def test_upsert_replaces_rows_of_the_same_key_and_time(group, frame):
    group.insert(frame.head(2).assign(number=99.0))
    assert group.read()["number"].tolist()[:3] == [99.0, 99.0, 1.0]


def test_a_later_event_time_is_another_row(group, frame):
    group.insert(frame.head(1).assign(at=days(20)))
    assert len(group.read()) == 11


def test_insert_appends_and_overwrite_replaces(group, frame):
    group.insert(frame.head(3), operation="insert")
    assert len(group.read()) == 13
    group.insert(frame.head(3), overwrite=True)
    assert len(group.read()) == 3


def test_rows_can_be_deleted(group, frame):
    group.remove_rows(frame.head(2)[["id", "at"]])
    assert group.read()["id"].tolist() == list(range(2, 10))


def test_commits_count_rows(group, frame):
    group.insert(pd.concat([frame.tail(1), frame.tail(1).assign(id=77)]))
    newest, oldest = group.commit_details().values()
    assert (oldest["rowsInserted"], oldest["rowsUpdated"]) == (10, 0)
    assert (newest["rowsInserted"], newest["rowsUpdated"]) == (1, 1)
    assert len(group.commit_details(limit=1)) == 1
    assert group.commit_details(wallclock_time="2020-01-01") == {}


def test_overwrite_starts_a_new_history(group, frame):
    group.insert(frame.head(3), overwrite=True)
    assert [commit["rowsInserted"] for commit in group.commit_details().values()] == [3]


def test_partitioned_groups(store, name):
    written = pd.DataFrame({"id": [1, 2, 3, 4], "part": ["a b", "x/y%", "ü[*]?", "z"], "number": [1, 2, 3, 4]})
    group = store.create_feature_group(name, version=1, primary_key=["id"], partition_key=["part"])
    group.insert(written)
    pd.testing.assert_frame_equal(group.read()[["id", "part", "number"]], written)
    assert group.filter(group.part == "x/y%").read()["id"].tolist() == [2]


def test_a_group_with_a_schema_and_no_rows_reads_as_an_empty_frame(store, name):
    from hsfs.feature import Feature

    features = [Feature("id", "bigint"), Feature("text", "string")]
    group = store.create_feature_group(name, version=1, primary_key=["id"], features=features)
    group.save()
    assert list(group.read().columns) == ["id", "text"]
    assert group.read().empty


def test_select_show_and_other_frames(group):
    assert list(group.select(["id", "text"]).read().columns) == ["id", "text"]
    assert "flag" not in group.select_except(["flag"]).read().columns
    assert list(group.select_features().read().columns) == ["number", "text", "flag", "label"]
    assert len(group.show(3)) == 3
    assert group.read(dataframe_type="numpy").shape == (10, 6)
    assert group.select(["id"]).limit(2).read()["id"].tolist() == [0, 1]


@pytest.mark.skipif(not hasattr(Query, "read_batches"), reason="new in client 5.2")
def test_streamed_batches(group):
    with group.select_all().read_batches() as batches:
        assert sum(batch.num_rows for batch in batches) == 10


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"start_time": "2026-01-08"}, [7, 8, 9]),
        ({"end_time": "2026-01-03"}, [0, 1]),
        ({"start_time": "2026-01-03", "end_time": "2026-01-05"}, [2, 3]),
        ({"start_time": datetime.datetime(2026, 1, 9, 12)}, [9]),
        ({"start_time": datetime.date(2026, 1, 10)}, [9]),
        ({"end_time": 1767312000}, [0]),
    ],
)
def test_ranges_of_event_time_include_the_start_and_not_the_end(group, bounds, expected):
    assert group.read(**bounds)["id"].tolist() == expected


def test_versions_are_counted_by_the_service(store, name, frame):
    versions = []
    for _ in range(2):
        group = store.create_feature_group(name, primary_key=["id"])
        group.insert(frame)
        versions.append(group.version)
    assert versions == [1, 2]
    assert len(store.get_feature_groups(name)) == 2


def test_descriptions_can_change(store, group):
    group.update_description("new")
    group.update_feature_description("number", "a number")
    found = store.get_feature_group(group.name, version=1)
    assert (found.description, found.get_feature("number").description) == ("new", "a number")


def test_all_groups_are_listed(store, group):
    assert group.name in [found.name for found in store.get_feature_groups()]


def test_tags(group):
    group.add_tag("owner", {"team": "blue"})
    group.add_tag("stage", "test")
    group.delete_tag("stage")
    assert group.get_tag("owner") == {"team": "blue"}
    assert list(group.get_tags()) == ["owner"]


def test_a_deleted_group_is_gone_with_its_rows(store, group, frame):
    group.delete()
    assert store.get_feature_group(group.name, version=1) is None
    again = store.create_feature_group(group.name, version=1, primary_key=["id"], event_time="at")
    again.insert(frame.tail(1))
    assert len(again.read()) == 1
    assert again.id != group.id


def test_a_group_in_use_is_not_deleted_by_accident(store, group, view):
    with pytest.raises(RestAPIError, match=f"used by the feature views {view.name} version 1"):
        group.delete()
    group.delete(delete_feature_views=True)
    assert store.get_feature_view(view.name, version=1) is None


def test_a_view_of_a_deleted_group_says_so(store, group, view):
    group.delete(force=True)
    with pytest.raises(ValueError, match="feature groups used in the query may have been deleted"):
        store.get_feature_view(view.name, version=1)


def test_the_client_refuses_frames_that_do_not_fit(group, frame):
    with pytest.raises(FeatureStoreException):
        group.insert(frame.assign(extra=1))
    with pytest.raises(FeatureStoreException):
        group.insert(frame.drop(columns="number"))
    assert len(group.read()) == 10


@pytest.mark.parametrize("more", [{}, {"transformationFunctions": None}])
def test_a_group_of_another_program_without_functions_is_listed_like_any_other(store, rest, name, more):
    features = [{"name": "id", "type": "bigint", "primary": True}]
    body = {"type": "cachedFeaturegroupDTO", "name": name, "version": 1, "features": features, **more}
    assert rest("POST", "/project/1/featurestores/1/featuregroups", json=body).ok
    assert name in [found.name for found in store.get_feature_groups()]


def test_an_existing_version_is_not_created_again(store, group, frame):
    again = store.create_feature_group(group.name, version=1, primary_key=["id"])
    with pytest.raises(RestAPIError, match="exists already, with another schema"):
        again.insert(frame)


def test_creating_the_same_group_twice_gives_the_group(store, group, frame):
    again = store.create_feature_group(group.name, version=1, primary_key=["id"], event_time="at", description="other")
    again.insert(frame.head(2).assign(number=9.0))
    assert (again.id, again.description) == (group.id, group.description)
    assert (len(group.read()), group.read()["number"].iloc[0]) == (10, 9.0)
