"""A compiled model says what its pipeline says, or it is refused."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scoring_helpers import ESTIMATORS, INVALID, fitted, scorer, synthetic
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from lifeboat import passengers, survival
from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.fields import Field
from lifeboat.passengers import FEATURES, TITANIC
from lifeboat.scoring import NotCompiled, Scorer, compile_pipeline
from lifeboat.scoring.compile import EXACT, trial_rows
from lifeboat.survival.preprocessing import PassengerMatrix
from lifeboat.survival.traits import PassengerTraits

compiled = pytest.mark.parametrize("name", ESTIMATORS)


def batch(frame):
    return pa.RecordBatch.from_pandas(frame, preserve_index=False)


def gap(name, frame):
    return np.abs(scorer(name).probability(batch(frame)) - fitted(name).predict_proba(frame)[:, 1]).max()


@compiled
def test_real_passengers_get_the_pipelines_probability(name):
    assert scorer(name).tables is not None
    assert gap(name, passengers.load()[FEATURES]) <= EXACT


@compiled
def test_synthetic_passengers_get_the_pipelines_probability(name):
    assert gap(name, synthetic(20_000)) <= EXACT


@compiled
def test_extremes_missing_values_and_what_lies_next_to_a_cut_get_the_pipelines_probability(name):
    rows = TITANIC.validate(trial_rows(scorer(name).tables, TITANIC))
    assert rows["age"].isna().any() and rows["fare"].max() == 1000 and rows["embarked"].isna().any()
    assert gap(name, rows) <= EXACT


@compiled
def test_one_passenger_gets_the_pipelines_probability(name):
    for row in passengers.load()[FEATURES].head(50).to_dict("records"):
        one = passengers.validate_one(row)
        assert scorer(name).probability_of(one) == pytest.approx(fitted(name).predict_proba(one)[0, 1], abs=EXACT)


def test_texts_may_be_dictionaries_and_dictionaries_may_list_what_no_row_has():
    frame = synthetic(1000)
    words = pa.array(["strange", "male", "female"])
    sex = pa.DictionaryArray.from_arrays(pa.array([words.to_pylist().index(who) for who in frame["sex"]]), words)
    given = batch(frame).set_column(1, "sex", sex)
    assert np.array_equal(scorer().probability(given), scorer().probability(batch(frame)))


def test_numbers_of_another_type_are_read_by_the_rules_of_the_fields():
    frame = synthetic(200)
    other = frame.astype({"pclass": "float64", "sibsp": "string", "fare": "float32", "parch": "int8"})
    expected = fitted().predict_proba(passengers.validate(other))[:, 1]
    assert np.abs(scorer().probability(batch(other)) - expected).max() <= EXACT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", 900.0), ("fare", -1.0), ("pclass", 4), ("pclass", 0), ("sibsp", -1), ("sibsp", 16), ("parch", 2.5),
        ("sex", "unknown"), ("sex", None), ("sibsp", None), ("embarked", "X"), ("age", float("inf")),
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed_is_named_with_its_row(name, value):
    frame = synthetic(10).astype({name: object})
    frame.loc[7, name] = value
    with pytest.raises(INVALID, match=rf"^row 7: {name} is .*; allowed: "):
        scorer().probability(batch(frame))


def test_an_absent_feature_is_named():
    with pytest.raises(LifeboatError, match="missing column: fare; found: pclass, sex"):
        scorer().probability(batch(synthetic(3).drop(columns="fare")))


def test_no_rows_have_no_probabilities():
    assert len(scorer().probability(batch(synthetic(1)).slice(0, 0))) == 0


def test_a_forest_tells_too_much_apart_and_its_pipeline_scores():
    forest = Scorer.compiled(fitted("random_forest"))
    assert "combinations apart; allowed: 4,194,304" in forest.reason
    frame = synthetic(500)
    assert np.array_equal(forest.probability(batch(frame)), fitted("random_forest").predict_proba(frame)[:, 1])


def test_a_small_forest_is_compiled():
    everyone = passengers.load()
    small = survival.build_estimator("random_forest").set_params(randomforestclassifier__max_depth=3)
    small = small.set_params(randomforestclassifier__n_estimators=5).fit(everyone[FEATURES], everyone["survived"])
    found = Scorer.compiled(small).probability(batch(synthetic(5000)))
    assert np.abs(found - small.predict_proba(synthetic(5000))[:, 1]).max() <= EXACT


def test_a_model_of_some_traits_is_compiled():
    everyone = passengers.load()
    few = make_pipeline(PassengerMatrix(), PassengerTraits(("age", "sex")), LogisticRegression())
    few.fit(everyone[FEATURES], everyone["survived"])
    found = Scorer.compiled(few).probability(batch(synthetic(5000)))
    assert np.abs(found - few.predict_proba(synthetic(5000))[:, 1]).max() <= EXACT


def test_a_model_of_another_kind_is_refused_with_those_that_are_known():
    everyone = passengers.load().dropna(subset=["age", "fare", "embarked"])
    neighbours = make_pipeline(PassengerMatrix(), KNeighborsClassifier()).fit(everyone[FEATURES], everyone["survived"])
    with pytest.raises(
        NotCompiled, match=r"ends with KNeighborsClassifier; tables are made of LogisticRegression, Hist"
    ):
        compile_pipeline(neighbours)


def test_tables_that_differ_from_the_pipeline_are_refused(monkeypatch):
    """The pipeline is the truth: here its answers are moved by a millionth."""
    pipeline = fitted("logistic")
    true = type(pipeline).predict_proba
    monkeypatch.setattr(type(pipeline), "predict_proba", lambda self, rows: true(self, rows) + 1e-6)
    with pytest.raises(NotCompiled, match=r"differ from the model by 1\.0e-06 for {'pclass'"):
        compile_pipeline(pipeline)


def test_other_data_is_compiled_from_its_description():
    wine = load_wine(as_frame=True)
    names = ["alcohol", "malic_acid", "ash"]
    fields = [Field(name, name, name, low=0, high=100, optional=name == "ash") for name in names]
    outcome = Field("is_first", "First", "whether it is the first", words={0: "other", 1: "first"})
    described = Dataset("wine", "wine_kind", fields, outcome, key="wine_id", event_time="made_at")
    rows, known = wine.data[names], (wine.target == 0).astype(int)
    for name in ("logistic", "gradient_boosting"):
        pipeline = survival.build_estimator(name, described).fit(rows, known)
        found = Scorer.compiled(pipeline, described)
        assert found.reason == ""
        assert np.abs(found.probability(batch(rows)) - pipeline.predict_proba(rows)[:, 1]).max() <= EXACT


def test_scores_follow_the_order_of_the_rows_and_keep_their_key():
    frame = synthetic(70_000).assign(passenger_id=range(70_000))
    scored = scorer().score(batch(frame)).to_pandas()
    assert list(scored) == ["passenger_id", "probability", "prediction"]
    assert scored["passenger_id"].tolist() == list(range(70_000))
    assert scored["prediction"].equals((scored["probability"] >= 0.5).astype("int8"))
    pd.testing.assert_series_equal(
        scored["probability"].tail(10),
        pd.Series(scorer().probability(batch(frame.tail(10))), scored.index[-10:], name="probability"),
    )
