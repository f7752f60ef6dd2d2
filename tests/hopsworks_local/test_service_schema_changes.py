"""Features that a feature group gets later, and features that the client computes on demand."""

import pandas as pd
import pytest
from hopsworks import udf
from hopsworks.client.exceptions import RestAPIError
from hsfs.feature import Feature


@udf(float, drop=["number"])
def twice(number):
    return number * 2


@udf(float)
def share(number, total):
    return number / total


def test_features_are_appended(store, group, frame):
    group.append_features([Feature("extra", "double"), Feature("words", "array<string>")])
    found = store.get_feature_group(group.name, version=1)
    assert [feature.name for feature in found.features][-2:] == ["extra", "words"]
    assert found.read()["extra"].isna().all()
    found.insert(frame.head(1).assign(id=100, extra=1.5, words=[["a", "b"]]))
    rows = found.read().set_index("id")
    assert rows.loc[100, "extra"] == 1.5
    assert list(rows.loc[100, "words"]) == ["a", "b"]
    assert len(rows) == 11
    assert rows["extra"].count() == 1


def test_a_view_keeps_its_features_when_its_group_gets_more(group, view):
    group.append_features(Feature("extra", "double"))
    assert "extra" not in view.training_data()[0].columns


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (Feature("number", "double"), "a feature is there twice"),
        (Feature("key", "bigint", primary=True), "must be neither a primary nor a partition key"),
        (Feature("odd", "nonsense"), "'nonsense' is no type of a feature"),
    ],
)
def test_what_cannot_be_appended_is_refused(store, group, feature, message):
    with pytest.raises(RestAPIError, match=message):
        group.append_features(feature)
    assert len(store.get_feature_group(group.name, version=1).features) == 6


def test_transformation_functions_are_kept_and_deleted(store, name):
    made, other = (store.create_transformation_function(function, version=None) for function in (twice, share))
    made.save()
    other.save()  # of one function alone the client makes no list
    found = store.get_transformation_function("twice", version=made.version)
    assert found.hopsworks_udf.function_name == "twice"
    assert found.hopsworks_udf.transformation_features == ["number"]
    names = [each.hopsworks_udf.function_name for each in store.get_transformation_functions()]
    assert {"twice", "share"} <= set(names)
    found.delete()
    assert store.get_transformation_function("twice", version=made.version) is None


def test_on_demand_functions_of_a_group_compute_when_inserting_and_later(store, name, frame):
    function = share("number", "total")
    group = store.create_feature_group(name, version=1, primary_key=["id"], transformation_functions=[function])
    group.insert(frame[["id", "number"]].fillna(0.0).assign(total=10.0))
    found = store.get_feature_group(name, version=1)
    [kept] = found.transformation_functions
    output = kept.output_column_names[0]
    assert found.read().sort_values("id")[output].tolist()[:4] == [0.0, 0.05, 0.1, 0.15]
    store.create_feature_view(name, version=1, query=found.select(["number", output]))
    again = store.get_feature_view(name, version=1)
    assert again.request_parameters == ["total"]
    computed = again.execute_odts(pd.DataFrame({"number": [0.5]}), request_parameters={"total": 5.0})
    assert computed[output].tolist() == [0.1]
    by_group = found.execute_odts(pd.DataFrame({"number": [0.5], "total": [5.0]}))
    assert by_group[output].tolist() == [0.1]
    found.visualize_transformations()
    assert kept.execute(pd.Series([1.0]), pd.Series([4.0])).tolist() == [0.25]
    assert kept.executor().execute(pd.Series([1.0]), pd.Series([4.0])).tolist() == [0.25]
    assert kept.alias("part").output_column_names == ["part"]
