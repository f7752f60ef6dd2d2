import numpy as np
import pytest

from lifeboat import monitoring, passengers


def test_drift_is_silent_for_passengers_from_the_same_ship():
    data = passengers.load()
    alarms = [monitoring.drift(data, data.sample(30, random_state=seed))["drifted"].sum() for seed in range(40)]
    assert np.sum(alarms) <= 0.03 * 40 * len(passengers.FEATURES)


@pytest.mark.parametrize(
    ("feature", "change"),
    [
        ("age", lambda d: d["age"] + 20),
        ("fare", lambda d: d["fare"] * 3),
        ("sex", lambda d: "male"),
        ("embarked", lambda d: None),
        ("age", lambda d: np.nan),
    ],
)
def test_drift_is_seen_where_it_is(feature, change):
    data = passengers.load()
    recent = data.sample(60, random_state=1)
    table = monitoring.drift(data, recent.assign(**{feature: change})).set_index("feature")
    assert table.loc[feature, "drifted"]
    assert not table.drop(index=feature)["drifted"].any()


def test_drift_of_nobody_raises_no_alarm():
    data = passengers.load()
    assert not monitoring.drift(data, data.head(0))["drifted"].any()
