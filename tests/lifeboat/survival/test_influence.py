import pytest

from lifeboat import survival
from lifeboat.passengers import FEATURES
from lifeboat.survival.traits import TRAITS


def test_every_trait_earns_its_place_but_some_only_just(X, y, table):
    found = survival.ablation(X, y, table["ticket"], repeats=1)
    assert sorted(found.index) == sorted(TRAITS)
    assert found.index[0] == "sex"
    assert found["difference"].min() > 0


def test_sex_and_class_matter_most(X, y, table):
    found = survival.importance("logistic_companions", X, y, table["ticket"], shuffles=2)
    assert sorted(found.index) == sorted(FEATURES)
    assert found.index[:2].tolist() == ["sex", "pclass"]
    assert (found["low"] <= found["increase"]).all() and (found["increase"] <= found["high"]).all()
    assert found.loc["sex", "low"] > 0.2


def test_a_feature_that_is_noise_does_not_matter(X, y):
    noise = X["age"].sample(frac=1, random_state=0).to_numpy()
    found = survival.importance("logistic", X.assign(age=noise), y, shuffles=2)
    assert abs(found.loc["age", "increase"]) < 0.01


@pytest.mark.parametrize(
    ("feature", "values"), [("sex", ["female", "male"]), ("age", [5, 30, 60]), ("pclass", [1, 2, 3])]
)
def test_dependence_falls_from_the_first_value_to_the_last(default, X, feature, values):
    table = survival.partial_dependence(default, X, feature, values)
    assert table["value"].tolist() == values
    assert table["mean"].is_monotonic_decreasing
    assert (table["low"] <= table["mean"]).all() and (table["mean"] <= table["high"]).all()


def test_dependence_is_the_mean_prediction_of_changed_passengers(default, X):
    expected = default.predict_proba(X.assign(embarked="Q"))[:, 1].mean()
    assert survival.partial_dependence(default, X, "embarked", ["Q"])["mean"][0] == pytest.approx(expected)
