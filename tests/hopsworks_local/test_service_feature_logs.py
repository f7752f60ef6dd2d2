"""Feature logging through the client: what a model was given and what it said."""

import pandas as pd
import pytest
from hopsworks.client.exceptions import RestAPIError
from hsfs.feature import Feature


@pytest.fixture
def given(view):
    """What a model gets: a frame of features without the label."""
    return view.get_batch_data(), pd.DataFrame({"label": [1, 0] * 5})


def test_what_is_logged_is_read_again(store, view, given):
    view.enable_logging()
    features, predictions = given
    view.log(
        untransformed_features=features,
        predictions=predictions,
        training_dataset_version=1,
        model_name="m",
        model_version=2,
    )
    found = store.get_feature_view(view.name, version=1)
    assert found.logging_enabled
    logged = found.read_log()
    assert len(logged) == 10
    assert logged["number"].dropna().sort_values().tolist() == features["number"].dropna().sort_values().tolist()
    assert sorted(logged["predicted_label"]) == [0] * 5 + [1] * 5
    assert set(logged["model_name"]) == {"m"}
    assert len(found.read_log(training_dataset_version=2)) == 0
    assert len(found.get_log_timeline()) == 1


def test_a_view_logs_from_the_beginning_and_more_than_features(store, group, frame):
    extra = [Feature("session", "string")]
    details = {"query": group.select(["number", "label"]), "labels": ["label"]}
    view = store.create_feature_view(group.name, version=1, logging_enabled=True, extra_log_columns=extra, **details)
    rows = frame[["number"]].head(2)
    view.log(untransformed_features=rows, extra_logging_features=pd.DataFrame({"session": ["a", "b"]}))
    assert sorted(view.read_log()["session"]) == ["a", "b"]


def test_a_log_is_paused_emptied_and_goes_with_its_view(store, view, given):
    view.enable_logging()
    view.pause_logging()
    view.resume_logging()
    view.log(untransformed_features=given[0], predictions=given[1])
    view.delete_log()
    view.log(untransformed_features=given[0].head(3), predictions=given[1].head(3))
    assert len(view.read_log()) == 3
    view.delete()
    assert store.get_feature_group(f"{view.name}_logs", version=1) is None


def test_a_group_of_a_user_is_not_taken_for_a_log(store, view, frame):
    mine = store.create_feature_group(f"{view.name}_logs", version=1, primary_key=["id"])
    mine.insert(frame)
    with pytest.raises(RestAPIError, match="exists already"):
        view.enable_logging()
    view.delete()
    assert len(store.get_feature_group(mine.name, version=1).read()) == 10
