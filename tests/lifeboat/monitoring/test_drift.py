import numpy as np
import pytest
from hopsworks.hsfs.core.distribution_distance import _compute

from lifeboat import monitoring, passengers
from lifeboat.monitoring.drift import stability_index


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


@pytest.mark.parametrize("seed", range(3))
def test_the_stability_index_is_the_clients_own(seed):
    random = np.random.default_rng(seed)
    before, now = random.integers(0, 50, 8), random.integers(0, 50, 8)
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (before, now))
    assert stability_index(before, now) == pytest.approx(_compute(q, p, "PSI"))


def test_counts_of_parts_add_up_to_the_counts_of_all():
    data = passengers.load()
    reference = monitoring.Reference.of(data)
    first, rest = reference.count(data.head(500)), reference.count(data.iloc[500:])
    for name, counts in reference.counted.items():
        np.testing.assert_array_equal(first[name] + rest[name], counts)
        assert len(reference.bins(name)) == len(counts)


@pytest.mark.parametrize("name", ["pclass", "sex", "embarked"])
def test_each_word_has_its_bin(name):
    data = passengers.load()
    reference = monitoring.Reference.of(data)
    counted = dict(zip(reference.bins(name), reference.counted[name], strict=True))
    words = data[name].map(passengers.FIELDS[name].say).value_counts()
    assert {word: count for word, count in counted.items() if count} == words.to_dict()
