import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from lifeboat import monitoring, passengers, survival
from lifeboat.figures import survival as figures

TABLE = passengers.load()
X, Y = TABLE[passengers.FEATURES], TABLE[passengers.LABEL]
PREDICTIONS = pd.DataFrame(
    {"row": range(len(Y)), "survived": Y, "probability": np.where(X["sex"] == "female", 0.7, 0.2)}
)
DIFFERENCES = pd.DataFrame(
    {"difference": [0.03, 0.0], "low": [0.01, 0.0], "high": [0.05, 0.0]}, ["plain_one", "best_one"]
)


@pytest.fixture(scope="module")
def explained():
    return survival.explain(survival.build_estimator().fit(X, Y), X.head(1))


CASES = {
    "flattery": lambda: figures.flattery(pd.Series({"a": 0.4, "b": 0.41}), pd.Series({"a": 0.45, "b": 0.42})),
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
