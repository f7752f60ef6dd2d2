import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from lifeboat import monitoring, passengers, survival
from lifeboat.figures import decisions
from lifeboat.figures import survival as figures

TABLE = passengers.load()
X, Y = TABLE[passengers.FEATURES], TABLE[passengers.LABEL]
PREDICTIONS = pd.DataFrame(
    {"row": range(len(Y)), "survived": Y, "probability": np.where(X["sex"] == "female", 0.7, 0.2)}
)
SCORES = {name: survival.evaluate(name, X, Y, repeats=1, splits=2) for name in ("logistic", "logistic_engineered")}
DIFFERENCES = pd.DataFrame(
    {"difference": [0.03, 0.0], "low": [0.01, 0.0], "high": [0.05, 0.0]}, ["plain_one", "best_one"]
)


@pytest.fixture(scope="module")
def explained():
    return survival.explain(survival.build_estimator().fit(X, Y), X.head(1))


CASES = {
    "flattery": lambda: figures.flattery(SCORES, SCORES),
    "differences": lambda: figures.differences(DIFFERENCES),
    "ablation": lambda: figures.ablation(DIFFERENCES),
    "reliability": lambda: figures.reliability(monitoring.calibration(PREDICTIONS)),
    "importance": lambda: figures.importance(DIFFERENCES.rename(columns={"difference": "increase"})),
    "dependence": lambda: figures.dependence(
        {"sex": pd.DataFrame({"value": ["female", "male"], "mean": [0.7, 0.2], "low": [0.5, 0.1], "high": [0.9, 0.3]})}
    ),
    "slices": lambda: figures.slices(survival.slices(PREDICTIONS, X, ways=1)),
}


@pytest.mark.parametrize("draw", CASES.values(), ids=CASES)
def test_a_figure_is_returned_labelled_and_closed(draw):
    figure = draw()
    assert isinstance(figure, Figure)
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert plt.get_fignums() == []


def test_names_are_words_from_top_to_bottom():
    (axes,) = figures.differences(DIFFERENCES).axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["plain one", "best one"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert axes.get_xlabel().endswith("to best one")


def test_slices_name_their_sizes():
    (axes,) = figures.slices(survival.slices(PREDICTIONS, X, ways=1)).axes
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels[0] == "everyone  (1,309)"
    assert "female  (466)" in labels


def test_the_bars_of_an_explanation_lead_from_the_baseline_to_the_prediction(explained):
    (axes,) = figures.explanation(explained).axes
    first, last = axes.patches[0], axes.patches[-1]
    assert first.get_x() == pytest.approx(explained.baseline)
    assert last.get_x() + last.get_width() == pytest.approx(explained.log_odds)
    assert f"{explained.probability:.0%}" in axes.get_title()
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert len(labels) == 7
    assert all(f"{value:+.2f}" in " ".join(labels) for value in explained.contributions)


def test_categories_are_points_and_numbers_are_steps():
    women_and_men = pd.DataFrame({"value": ["female", "male"], "mean": [0.7, 0.2], "low": 0.1, "high": 0.9})
    ages = pd.DataFrame({"value": [0, 13, 14], "mean": [0.7, 0.7, 0.2], "low": 0.1, "high": 0.9})
    sex, age = figures.dependence({"sex": women_and_men, "age": ages}).axes
    assert [text.get_text() for text in sex.get_xticklabels()] == ["female", "male"]
    assert {line.get_linestyle() for line in sex.lines} == {"None"}
    assert [line.get_drawstyle() for line in age.lines] == ["steps-post"]
    assert age.get_xlabel() == "Age (years)"


def test_of_many_slices_those_furthest_from_everyone_are_drawn_and_all_are_counted():
    table = survival.slices(PREDICTIONS, X)
    (axes,) = figures.slices(table, most=5).axes
    assert len(axes.get_yticklabels()) == 5
    assert f"of {len(table)} slices" in axes.get_title()


@pytest.mark.parametrize("draw", CASES.values(), ids=CASES)
def test_a_figure_says_in_words_what_it_shows(draw):
    data, metadata = draw()._repr_mimebundle_()
    assert data["text/plain"] == f"Figure: {metadata['image/png']['alt']}"
    assert any(character.isdigit() for character in data["text/plain"])


def test_the_costs_of_both_thresholds_are_named():
    table = survival.decision_costs(PREDICTIONS, miss=5)
    figure = decisions.costs(table, 0.8)
    shown = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert shown == [f"one half: {table['cost'][0.5]:.0f}", f"from the costs, 0.80: {table['cost'][0.8]:.0f}"]


def test_shares_have_a_panel_for_each_question_and_name_their_groups():
    table = survival.shares(Y == 1, X["sex"])
    figure = decisions.shares({"survived": table, "also": table}, "Women first", promised=0.9)
    assert [axes.get_xlabel() for axes in figure.axes] == ["survived", "also"]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["female  (466)", "male  (843)"]
    assert "female 73% (69% to 77%)" in figure.alt
