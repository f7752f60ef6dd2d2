import dataclasses

import pandas as pd
import pytest
import yaml

from lifeboat import model_card, registry


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
