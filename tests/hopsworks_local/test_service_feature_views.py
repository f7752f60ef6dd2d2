"""Feature views through the client: roles of columns, data in memory, batch data, provenance."""

import pandas as pd
import pytest
from hopsworks.client.exceptions import FeatureStoreException
from hopsworks.hsfs.builtin_transformations import min_max_scaler, standard_scaler
from service_helpers import days


def columns(frames):
    return [list(frame.columns) for frame in frames]


def test_a_view_keeps_its_labels_and_helpers(store, view):
    found = store.get_feature_view(view.name, version=1)
    assert found.labels == ["label"]
    assert (found.training_helper_columns, found.inference_helper_columns) == (["text"], ["flag"])
    types = [(feature.name, feature.type) for feature in found.features]
    assert types == [("number", "double"), ("text", "string"), ("flag", "boolean"), ("label", "bigint")]


def test_get_or_create_finds_what_is_there(store, group, view):
    found = store.get_or_create_feature_view(view.name, version=1, query=group.select_all())
    assert found.id == view.id


def test_versions_and_descriptions(store, group, view):
    second = store.create_feature_view(view.name, query=group.select(["number"]), description="old")
    assert second.version == 2
    second.description = "new"
    second.update()
    found = store.get_feature_views(view.name)
    assert [(each.version, each.description) for each in found] == [(1, ""), (2, "new")]


def test_training_data_has_features_and_labels(view):
    X, y = view.training_data()
    assert columns([X, y]) == [["number"], ["label"]]
    assert len(X) == 10


def test_helpers_keys_and_times_come_when_asked_for(view, group):
    X, _ = view.training_data(training_helper_columns=True, primary_key=True, event_time=True)
    key, time = (f"local_{group.name}_1_{name}" for name in ("id", "at"))
    assert set(X.columns) == {"number", "text", key, time}


def test_an_extra_filter_and_bounds_of_the_event_time(view, group):
    X, _ = view.training_data(extra_filter=group["id"] < 5, start_time="2026-01-03")
    assert len(X) == 3
    X, _ = view.get_training_data(view.get_training_datasets()[-1].version)
    assert len(X) == 3


def test_random_splits_of_a_version_stay_the_same(view):
    first = view.train_test_split(test_size=0.3)
    assert [len(part) for part in first] == [7, 3, 7, 3]
    again = view.get_train_test_split(1)
    for part, same in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(part, same)


def test_three_splits(view):
    parts = view.train_validation_test_split(validation_size=0.2, test_size=0.2)
    assert [len(part) for part in parts] == [6, 2, 2, 6, 2, 2]


def test_splits_by_time(view):
    bounds = {
        "train_start": "2026-01-01",
        "train_end": "2026-01-08",
        "test_start": "2026-01-08",
        "test_end": "2026-02-01",
    }
    X_train, X_test, *_ = view.train_test_split(**bounds)
    assert (len(X_train), len(X_test)) == (7, 3)
    assert columns([X_train, X_test]) == [["number"], ["number"]]


def test_batch_data_carry_no_label(view):
    assert list(view.get_batch_data().columns) == ["number"]
    assert list(view.get_batch_data(inference_helper_columns=True).columns) == ["number", "flag"]


def test_batch_data_of_a_time_range(view, group):
    batch = view.get_batch_data(start_time="2026-01-03", end_time="2026-01-05", primary_key=True)
    assert batch[f"local_{group.name}_1_id"].tolist() == [2, 3]
    assert len(view.get_batch_data(extra_filter=group["id"] > 7)) == 2


def test_the_filters_of_the_view_always_apply(store, name, group):
    view = store.create_feature_view(name, version=1, query=group.select(["id"]).filter(group["id"] > 3))
    assert view.get_batch_data(end_time="2026-01-07")["id"].tolist() == [4, 5]
    assert view.training_data(extra_filter=group["id"] < 6)[0]["id"].tolist() == [4, 5]


def test_a_training_dataset_passes_its_filter_on_to_batch_data(view, group):
    view.training_data(extra_filter=group["id"] < 5)
    view.init_batch_scoring(1)
    assert len(view.get_batch_data()) == 5


def test_a_range_needs_an_event_time(store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    group.insert(pd.DataFrame({"id": [1, 2]}))
    view = store.create_feature_view(name, version=1, query=group.select_all())
    assert len(view.get_batch_data()) == 2
    with pytest.raises(ValueError, match="event time column is not available"):
        view.get_batch_data(start_time="2026-01-01")


def test_transformations_are_fitted_on_training_data(store, name, group):
    functions = [standard_scaler("number"), min_max_scaler("label")]
    query = group.select(["number", "text", "label"])
    view = store.create_feature_view(name, version=1, query=query, transformation_functions=functions)
    X, _ = view.training_data()
    assert abs(X["standard_scaler_number_"].mean()) < 1e-9
    view = store.get_feature_view(name, version=1)
    view.init_batch_scoring(1)
    assert list(view.get_batch_data().columns) == list(X.columns)


def test_joined_views_name_their_columns_by_prefix(store, name, group):
    other = store.create_feature_group(f"{name}_o", version=1, primary_key=["id"], event_time="seen")
    other.insert(pd.DataFrame({"id": [1, 2], "number": [7.0, 8.0], "seen": days(1, 20)}))
    query = group.select(["number", "label"]).join(other.select(["number"]), prefix="o_")
    view = store.create_feature_view(name, version=1, query=query, labels=["o_number"])
    X, y = view.training_data()
    assert columns([X, y]) == [["number", "label"], ["o_number"]]
    assert y["o_number"].dropna().tolist() == [7.0]


def test_a_joined_view_lists_the_columns_that_come(store, name, group):
    other = store.create_feature_group(f"{name}_o", version=1, primary_key=["id"], event_time="seen")
    other.insert(pd.DataFrame({"id": [1], "number": [7.0], "seen": days(1)}))
    query = group.select(["id", "number"]).join(other.select_all())
    view = store.create_feature_view(name, version=1, query=query)
    names = [feature.name for feature in view.features]
    assert names == list(view.get_batch_data().columns) == ["id", "number", f"local_{other.name}_1_number", "seen"]
    time = f"local_{group.name}_1_at"
    assert list(view.get_batch_data(event_time=True).columns) == ["id", "number", time, *names[2:]]


def test_an_event_time_that_a_query_selects_comes_under_its_own_name(store, name, group, frame):
    other = store.create_feature_group(f"{name}_o", version=1, primary_key=["id"], event_time="at")
    other.insert(frame[["id", "at"]].assign(more=1.5))
    query = group.select(["label"]).join(other.select_all(include_primary_key=False))
    view = store.create_feature_view(name, version=1, query=query, labels=["label"])
    parts = view.train_test_split(test_size=0.5)
    assert [set(part.columns) for part in parts] == [{"at", "more"}, {"at", "more"}, {"label"}, {"label"}]
    version, _ = view.create_training_data(data_format="parquet")
    assert set(view.get_training_data(version)[0].columns) == {"at", "more"}


def test_provenance_leads_to_groups_and_back(view, group):
    assert [found.id for found in view.get_parent_feature_groups().accessible] == [group.id]
    assert [found.name for found in group.get_generated_feature_views().accessible] == [view.name]


def test_a_deleted_view_takes_its_training_data_along(store, view):
    view.create_training_data()
    view.delete()
    assert store.get_feature_view(view.name, version=1) is None
    again = store.create_feature_view(view.name, version=1, query=view.query)
    assert again.get_training_datasets() == []


def test_keys_of_a_view_are_known_without_the_online_store(view):
    assert [(key.feature_name, key.required) for key in view.serving_keys] == [("id", True)]
    with pytest.raises(FeatureStoreException, match="only available for feature view generated by online"):
        view.get_feature_vector({"id": 1})
