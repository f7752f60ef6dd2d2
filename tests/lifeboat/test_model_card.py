import dataclasses
import json

import pandas as pd
import pytest
import yaml

from lifeboat import model_card, registry, survival, training_dataset


@pytest.fixture
def made(trained):
    return registry.load(trained, 2).card


def test_a_card_survives_saving(made, tmp_path):
    made.save(tmp_path)
    loaded = model_card.load(tmp_path)
    for field in dataclasses.fields(made):
        before, after = getattr(made, field.name), getattr(loaded, field.name)
        if isinstance(before, pd.DataFrame):
            pd.testing.assert_frame_equal(after, before, check_names=False)
        else:
            assert after == before


def test_a_folder_without_card_has_none(tmp_path):
    assert model_card.load(tmp_path) is None


def test_the_card_has_the_front_matter_of_hugging_face(made):
    _, front, text = made.to_markdown().split("---\n", 2)
    data = yaml.safe_load(front)
    assert data["library_name"] == "sklearn"
    results = data["model-index"][0]["results"][0]["metrics"]
    assert {metric["type"]: metric["value"] for metric in results}["roc_auc"] == pytest.approx(
        made.metrics["roc_auc"], abs=1e-4
    )
    assert text.lstrip().startswith("# titanic_survival")


def test_the_card_says_what_must_not_be_done_and_how_good_it_is(made):
    card = made.to_markdown()
    assert "Not for any decision about people" in card
    low, high = made.test.loc["roc_auc", ["low", "high"]]
    assert f"({low:.3f} to {high:.3f})" in card
    assert "| female | 376 |" in card
    assert "$" not in card


def test_intervals_hold_their_values(made):
    for table in (made.test, made.held_out):
        assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()


def test_the_card_says_what_the_gate_said_and_how_often_the_test_set_was_used(made):
    card, verdict = made.to_markdown(), made.verdict
    assert "It passed." in card
    assert f"{verdict.difference:+.3f} ({verdict.low:+.3f} to {verdict.high:+.3f}) | upper end 0.01" in card
    assert f"| expected calibration error | {verdict.calibration_error:.3f} | 0.08 |" in card
    assert "has tested 2 models so far" in card
    assert "after 20 models another one is drawn" in card
    lost = dataclasses.replace(verdict, passed=False, faults=["it is slow"])
    assert "It did not pass: it is slow." in dataclasses.replace(made, verdict=lost).to_markdown()


def test_the_calibration_error_is_that_of_the_cross_validated_predictions(trained, made):
    data = training_dataset.training_data(trained)
    train, _ = training_dataset.hold_out(data)
    X, y, ticket = data.X.iloc[train], data.y.iloc[train], data.together.iloc[train]
    seen = survival.cross_predict(made.estimator, X, y, ticket, repeats=1)
    expected = survival.calibration_error(seen["survived"].to_numpy(), seen["probability"].to_numpy())
    assert made.calibration_error == made.verdict.calibration_error == pytest.approx(expected)


def test_a_card_from_before_the_gate_is_read(made, tmp_path):
    made.save(tmp_path)
    content = json.loads((tmp_path / model_card.FILE).read_text())
    for name in ("split", "uses", "expected_accuracy", "verdict"):
        del content[name]
    (tmp_path / model_card.FILE).write_text(json.dumps(content))
    old = model_card.load(tmp_path)
    assert (old.verdict, old.expected_accuracy, old.split) == (None, None, 0)
    assert "without having been judged" in old.to_markdown()
