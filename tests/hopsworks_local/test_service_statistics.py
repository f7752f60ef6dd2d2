"""Statistics of feature groups, compared with those of pandas."""

import pandas as pd
import pytest


def by_name(statistics):
    return {found.feature_name: found for found in statistics.feature_descriptive_statistics}


def test_statistics_are_those_of_the_rows(group, frame):
    found = by_name(group.statistics)
    number, text = found["number"], found["text"]
    assert list(found) == list(frame.columns)
    assert (number.count, number.num_non_null_values, number.num_null_values) == (10, 7, 3)
    assert number.completeness == 0.7
    for ours, theirs in (("mean", "mean"), ("min", "min"), ("max", "max"), ("sum", "sum")):
        assert getattr(number, ours) == pytest.approx(getattr(frame["number"], theirs)())
    assert number.std_dev == pytest.approx(frame["number"].std(ddof=0))
    assert number.percentiles[24] == pytest.approx(frame["number"].quantile(0.25))
    assert (number.feature_type, text.feature_type, found["flag"].feature_type) == ("Fractional", "String", "Boolean")
    assert (text.approx_num_distinct_values, text.mean) == (3, None)


def test_statistics_follow_the_group(group, frame):
    assert by_name(group.statistics)["id"].count == 10
    group.insert(frame.assign(id=frame["id"] + 100))
    assert by_name(group.statistics)["id"].count == 20
    group.compute_statistics()
    assert by_name(group.get_statistics())["id"].max == 109


def test_statistics_of_some_features(group):
    assert list(by_name(group.get_statistics(feature_names=["number"]))) == ["number"]


def test_what_the_settings_ask_for(store, name, frame):
    settings = {"enabled": True, "histograms": True, "correlations": True, "exact_uniqueness": True}
    group = store.create_feature_group(name, version=1, primary_key=["id"], statistics_config=settings)
    group.insert(frame.drop(columns="at"))
    found = by_name(group.statistics)
    text, number = found["text"], found["number"]
    assert (text.exact_num_distinct_values, text.distinctness, text.uniqueness) == (3, 3 / 8, 0.0)
    assert text.extended_statistics["histogram"][0] == {"value": "t0", "count": 3, "ratio": 3 / 8}
    assert sum(bar["count"] for bar in number.extended_statistics["histogram"]) == 7
    [correlation] = [c for c in number.extended_statistics["correlations"] if c["column"] == "id"]
    assert correlation["correlation"] == pytest.approx(frame["number"].corr(frame["id"]))


def test_disabled_statistics_are_not_made(store, name, frame):
    group = store.create_feature_group(name, version=1, primary_key=["id"], statistics_config=False)
    group.insert(frame)
    assert group.statistics is None
    group.statistics_config = {"enabled": True, "columns": ["number"]}
    group.update_statistics_config()
    group.compute_statistics()
    assert list(by_name(group.statistics)) == ["number"]


def test_columns_without_values_and_infinities(store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    nothing = pd.Series([None, None], dtype="float64")
    group.insert(pd.DataFrame({"id": [1, 2], "number": [float("inf"), 1.0], "nothing": nothing}))
    found = by_name(group.statistics)
    assert (found["number"].max, found["number"].min) == (None, 1.0)
    assert (found["nothing"].completeness, found["nothing"].mean) == (0.0, None)
