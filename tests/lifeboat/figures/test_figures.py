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


def test_who_was_aboard_does_not_give_away_who_survived():
    figure = explore.aboard(passengers.load())
    assert "surviv" not in figure.alt and "died" not in figure.alt
    assert len(figure.axes[0].patches) == 6


def test_gaps_of_one_or_two_passengers_can_be_seen():
    (axes,) = explore.missing(passengers.load()).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    drawn = dict(zip(names, zip(axes.patches, axes.texts, axes.get_yticklabels(), strict=True), strict=True))
    for feature, said in {"fare": "1 (0.1%)", "embarked": "2 (0.2%)", "age": "263 (20.1%)"}.items():
        bar, number, label = drawn[feature]
        assert bar.get_linewidth() >= 2 and bar.get_edgecolor() == bar.get_facecolor()
        assert number.get_text() == said
        assert number.get_color() == label.get_color() != drawn["body"][1].get_color()


def test_shown_survival_rates_are_those_of_the_data():
    data = passengers.load()
    (axes,) = explore.survival_by_sex_and_class(data).axes
    women = axes.containers[0].lines[0].get_ydata()
    assert list(women) == pytest.approx(data[data["sex"] == "female"].groupby("pclass")["survived"].mean().tolist())


def test_a_fare_of_zero_is_drawn_at_zero():
    first_class = passengers.load().query("pclass == 1")
    lines = explore.fares(passengers.load()).axes[0].lines
    drawn = {round(line.get_ydata()[line.get_xdata() == 0].max(), 6) for line in lines}
    assert drawn == {round(part["fare"].eq(0).mean(), 6) for _, part in first_class.groupby("survived")}


@pytest.mark.parametrize("draw", EXPLORE, ids=lambda draw: draw.__name__)
def test_a_figure_of_the_passengers_has_a_message_and_says_it_in_words(draw):
    figure = draw(passengers.load())
    title = figure.get_suptitle() or figure.axes[0].get_title()
    assert len(title.split()) >= 4  # a message, not a name
    assert any(sign.isdigit() for sign in figure.alt)
    assert len(figure.alt) > len(title)


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


TABLES = {"real": passengers.load(), "made": passengers.load().sample(300, random_state=0)}


def test_a_pair_of_features_is_drawn_side_by_side_with_a_fare_of_zero_at_zero():
    panels = synthetic.pair(TABLES).axes
    assert [axes.get_title().split()[0] for axes in panels] == ["real", "made"]
    for axes, table in zip(panels, TABLES.values(), strict=True):
        drawn = axes.collections[0].get_offsets()[:, 1]
        shown = table.dropna(subset=["age", "fare"])
        assert (drawn == 0).sum() == (shown["fare"] == 0).sum() > 0


def test_ages_and_fares_are_drawn_by_outcome_with_their_units():
    panels = synthetic.marginals(TABLES).axes
    assert len(panels) == 4
    assert {axes.get_xlabel() for axes in panels} == {"age in years", "fare in pounds"}


def test_the_real_rates_stand_apart_from_those_of_the_methods():
    female, _male = synthetic.survival_by_sex_and_class(TABLES).axes
    made = next(points for points in female.containers if points.get_label() == "made")
    rates = TABLES["made"].query("sex == 'female'").groupby("pclass")["survived"].mean()
    assert list(made.lines[0].get_ydata()) == pytest.approx(rates.tolist())
    real = female.patches[0]  # the band of the reference lies wide behind the marks
    assert real.get_width() > 0.5
    assert real.get_y() < TABLES["real"].query("sex == 'female' and pclass == 1")["survived"].mean() < 1


@pytest.mark.parametrize(("apart", "within"), [(0.55, "alone"), (0.65, "no method")])
def test_the_tradeoff_says_which_method_stays_within_both_limits(apart, within):
    scores = pd.DataFrame({"told apart": [apart, 0.9], "copies": [0.1, 0.0]}, ["alone", "other"])
    figure = synthetic.tradeoff(scores, {"told apart": 0.6, "copies": 0.17})
    assert figure.axes[0].get_title() == f"Within both limits: {within}"


def test_what_was_learned_is_drawn_with_units():
    shares = {name: TABLES["real"][name].value_counts(normalize=True) for name in passengers.FEATURES}
    panels = synthetic.learned({name: (share, share) for name, share in shares.items()}).axes
    labels = [axes.get_xlabel() for axes in panels if axes.axison]
    assert len(labels) == 7
    assert "Age (years)" in labels
    assert "Fare (pounds)" in labels


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
