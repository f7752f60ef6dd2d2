"""Training datasets as files, through the client."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pytest
from hopsworks.client.exceptions import RestAPIError
from hopsworks.hsfs.builtin_transformations import standard_scaler


@pytest.mark.parametrize("data_format", ["parquet", "csv", "tsv"])
def test_splits_are_files_that_read_back(view, data_format):
    version, _ = view.create_train_test_split(test_size=0.2, data_format=data_format, seed=7)
    X_train, X_test, y_train, y_test = view.get_train_test_split(version)
    assert [len(part) for part in (X_train, X_test, y_train, y_test)] == [8, 2, 8, 2]
    assert (list(X_train.columns), list(y_train.columns)) == (["number"], ["label"])
    assert "text" in view.get_train_test_split(version, training_helper_columns=True)[0].columns


def test_a_seed_decides_the_split(view):
    versions = [view.create_train_test_split(test_size=0.5, seed=seed)[0] for seed in (1, 1, 2)]
    first, same, other = [view.get_train_test_split(version)[1] for version in versions]
    pd.testing.assert_frame_equal(first, same)
    assert not first.equals(other)


def test_whole_and_threefold_training_data(view):
    version, _ = view.create_training_data()
    assert [len(part) for part in view.get_training_data(version)] == [10, 10]
    version, _ = view.create_train_validation_test_split(validation_size=0.2, test_size=0.3, seed=1)
    assert [len(part) for part in view.get_train_validation_test_split(version)[:3]] == [5, 2, 3]


def test_splits_by_time_are_files_too(view):
    version, _ = view.create_train_test_split(
        train_start="2026-01-01", train_end="2026-01-08", test_start="2026-01-08", test_end="2026-02-01"
    )
    X_train, X_test, *_ = view.get_train_test_split(version)
    assert (len(X_train), len(X_test), list(X_train.columns)) == (7, 3, ["number"])


def test_an_extra_filter_and_a_range_apply(view, group):
    version, _ = view.create_training_data(start_time="2026-01-03", extra_filter=group["id"] < 6)
    assert len(view.get_training_data(version)[0]) == 4


def test_keys_come_back_when_asked_for(view, group):
    version, _ = view.create_training_data()
    X, _ = view.get_training_data(version, primary_key=True, event_time=True)
    assert {f"local_{group.name}_1_id", f"local_{group.name}_1_at"} <= set(X.columns)


def test_files_lie_where_other_tools_find_them(view, service):
    version, _ = view.create_training_data()
    store = Path(service.environment["HOPSWORKS_CERT_FOLDER"]).parents[2]
    folder = store / f"files/Projects/local/local_Training_Datasets/{view.name}_1_{version}/{view.name}"
    assert pyarrow.parquet.read_table(folder).num_rows == 10


def test_versions_are_listed_described_and_deleted(view):
    view.create_train_test_split(test_size=0.2, description="one", seed=1)
    view.training_data(description="two")
    assert [(each.version, each.description) for each in view.get_training_datasets()] == [(1, "one"), (2, "two")]
    view.delete_training_dataset(1)
    assert [each.version for each in view.get_training_datasets()] == [2]
    with pytest.raises(RestAPIError, match="no training dataset version 1"):
        view.get_train_test_split(1)
    view.delete_all_training_datasets()
    assert view.get_training_datasets() == []


def test_purged_files_can_be_made_again(view):
    version, _ = view.create_training_data()
    view.purge_training_data(version)
    with pytest.raises((RestAPIError, FileNotFoundError)):
        view.get_training_data(version)
    view.recreate_training_dataset(version)
    assert len(view.get_training_data(version)[0]) == 10


def test_recreated_files_follow_the_group(view, group, frame):
    version, _ = view.create_train_test_split(test_size=0.5, seed=1)
    group.insert(frame.assign(id=frame.id + 100))
    view.recreate_training_dataset(version)
    assert len(view.get_train_test_split(version)[0]) == 10


def test_the_wrong_getter_is_refused_by_the_client(view):
    version, _ = view.create_training_data()
    with pytest.raises(ValueError, match="get_training_data"):
        view.get_train_test_split(version)


def test_statistics_and_tags_of_a_training_dataset(view):
    view.training_data()
    statistics = view.get_training_dataset_statistics(1)
    assert statistics.feature_descriptive_statistics[0].feature_name == "number"
    view.add_training_dataset_tag(1, "approved", True)
    assert view.get_training_dataset_tags(1)["approved"] is True


def test_files_of_transformed_data_are_not_promised(store, name, group):
    functions = [standard_scaler("number")]
    view = store.create_feature_view(
        name, version=1, query=group.select(["number"]), transformation_functions=functions
    )
    with pytest.raises(RestAPIError, match="not supported by the local service: files of training data"):
        view.create_training_data()
    assert view.get_training_datasets() == []


def test_a_split_by_time_goes_by_the_first_group(store, name, group, frame):
    """The event time of a joined group is another one, though the query selects it."""
    other = store.create_feature_group(f"{name}_o", version=1, primary_key=["id"], event_time="at")
    other.insert(frame[["id"]].assign(at=frame["at"].min(), more=1.5))
    view = store.create_feature_view(name, version=1, query=group.select(["label"]).join(other.select_all()))
    version, _ = view.create_train_test_split(train_end="2026-01-06", data_format="parquet")
    train, test, *_ = view.get_train_test_split(version)
    assert (len(train), len(test)) == (5, 5)
