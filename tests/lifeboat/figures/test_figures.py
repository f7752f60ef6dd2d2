import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.figure import Figure

from lifeboat import monitoring, passengers
from lifeboat.figures import explore, synthetic
from lifeboat.figures import monitoring as figures

EXPLORE = [
    explore.aboard, explore.missing, explore.survival_by_sex_and_class, explore.survival_by_age,
    explore.survival_by_family, explore.fares, explore.shared_tickets,
]  # fmt: skip


@pytest.mark.parametrize("draw", EXPLORE, ids=lambda draw: draw.__name__)
def test_a_figure_is_returned_labelled_and_closed(draw):
    figure = draw(passengers.load())
    assert isinstance(figure, Figure)
    assert all(axes.get_xlabel() or axes.get_title() for axes in figure.axes)
    assert plt.get_fignums() == []


def test_the_bars_of_who_was_aboard_add_up():
    (axes,) = explore.aboard(passengers.load()).axes
    assert sum(bar.get_width() for bar in axes.patches) == 1309


def test_shown_survival_rates_are_those_of_the_data():
    data = passengers.load()
    (axes,) = explore.survival_by_sex_and_class(data).axes
    women = axes.containers[0].lines[0].get_ydata()
    assert list(women) == pytest.approx(data[data["sex"] == "female"].groupby("pclass")["survived"].mean().tolist())


def test_the_confusion_matrix_shows_its_counts():
    table = pd.DataFrame({"survived": [1, 0, 0], "prediction": [1, 0, 1]})
    (axes,) = figures.confusion(monitoring.confusion_matrix(table)).axes
    assert [text.get_text() for text in axes.texts] == ["1", "1", "0", "1"]


def test_drift_beyond_the_threshold_stands_out():
    data = passengers.load()
    table = monitoring.drift(data, data.head(200).assign(age=70.0))
    (axes,) = figures.drift(table).axes
    colors = {bar.get_facecolor() for bar in axes.patches}
    assert len(colors) == 2


def test_tables_of_passengers_are_drawn_side_by_side():
    tables = {"real": passengers.load(), "made": passengers.load().sample(300, random_state=0)}
    assert [axes.get_title() for axes in synthetic.pair(tables).axes] == ["real", "made"]
    assert len(synthetic.marginals(tables).axes) == 4
    female, _male = synthetic.survival_by_sex_and_class(tables).axes
    rates = passengers.load().query("sex == 'female'").groupby("pclass")["survived"].mean()
    assert list(female.lines[0].get_ydata()) == pytest.approx(rates.tolist())


PREDICTIONS = pd.DataFrame({"probability": [0.2, 0.7, 0.9], "prediction": [0, 1, 1], "survived": [0, 1, None]})


@pytest.mark.parametrize("rows", [slice(0, 3), slice(0, 2), slice(2, 3), slice(0, 0)], ids=str)
def test_probabilities_are_drawn_whatever_is_known_of_the_outcomes(rows):
    (axes,) = figures.probabilities(PREDICTIONS[rows]).axes
    assert sum(bar.get_height() for bar in axes.patches) == len(PREDICTIONS[rows])


@pytest.mark.parametrize("known", [[30, 0], [0, 0], [30, 30]])
def test_days_are_measured_or_estimated(known):
    measured = [0.8 if n else None for n in known]
    rows = pd.DataFrame({"day": pd.to_datetime(["2026-11-01", "2026-11-02"]), "known": known, "accuracy": measured})
    rows = rows.assign(
        accuracy_low=0.7, accuracy_high=0.9, estimated_accuracy=0.8, estimated_low=0.7, estimated_high=0.9
    )
    (axes,) = figures.accuracy_by_day(rows.astype({"accuracy": float}), 0.8).axes
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    assert ("estimated, pending" in shown) == (0 in known)
