import dataclasses
import re
from datetime import timedelta

import pandas as pd
import pytest
from pages import TODAY, make_versions

from lifeboat import monitoring
from lifeboat.intervals import wilson
from lifeboat.pages.live import Live
from lifeboat.pages.monitor import charts, panels
from lifeboat.pages.monitor.headline import headline, sparkline
from lifeboat.pages.monitor.history import ALL_VERSIONS, PERIODS, history
from lifeboat.pages.monitor.page import HEADERS, LENGTHS, VIEWS, Page, in_words, table

YESTERDAY = TODAY - timedelta(days=1)
ALL = ("All history", ALL_VERSIONS, "all", LENGTHS[0], "")
SAME = {"__type__": "update"}


@pytest.fixture
def page(two_weeks):
    return Page(Live(lambda previous: two_weeks, 3600))


@pytest.mark.parametrize(
    ("period", "version", "rows", "days"),
    [
        ("All history", ALL_VERSIONS, 630, 21),
        ("All history", "Version 1", 420, 14),
        ("Last 7 days", ALL_VERSIONS, 420, 14),
        ("Last day", "Version 2", 30, 1),
    ],
)
def test_history_is_cut_by_period_and_version(two_weeks, period, version, rows, days):
    part = two_weeks.cut(period, version)
    assert (len(part.recent), len(part.rows)) == (rows, days)
    assert part.rows["passengers"].sum() == rows
    assert part.recent["passenger_id"].value_counts().max() <= (2 if version == ALL_VERSIONS else 1)


def test_every_prediction_is_counted_once(two_weeks, results):
    total = two_weeks.total
    assert total["passengers"] == len(results)
    assert total["known"] == results["survived"].notna().sum()


def test_what_the_rows_say_is_what_the_predictions_say(two_weeks, results):
    total = two_weeks.total
    pd.testing.assert_frame_equal(monitoring.matrix_of(total), monitoring.confusion_matrix(results))
    assert total["log_loss"] == pytest.approx(monitoring.metrics(results)["log_loss"])
    sums = (total[name] for name in ("bin_passengers", "bin_probability", "bin_survived"))
    pd.testing.assert_frame_equal(monitoring.calibration_of(*sums), monitoring.calibration(results))


def test_the_newest_prediction_stands_beside_the_newest_outcome(two_weeks):
    shown = panels.latest(two_weeks)
    assert shown.index("Most recent prediction") < shown.index("pending") < shown.index("Most recent outcome")
    assert "as predicted" in shown[shown.index("Most recent outcome") :]


def test_the_headline_is_the_accuracy_against_the_test_and_the_estimate_for_the_pending(two_weeks, results):
    shown = headline(two_weeks, ALL_VERSIONS)
    known, waiting = results[results["survived"].notna()], results[results["survived"].isna()]["probability"]
    accuracy = (known["prediction"] == known["survived"]).mean()
    low, high = wilson(int((known["prediction"] == known["survived"]).sum()), len(known))
    assert f'<span class="number">{accuracy:.0%}</span>' in shown
    assert f"of 625 known outcomes<br>95% interval {low:.0%} to {high:.0%}" in shown
    assert "<dt>In the test</dt><dd>81%</dd>" in shown
    estimate = waiting.where(waiting >= 0.5, 1 - waiting).mean()
    assert f"<dt>Estimate for the 5 pending</dt><dd>{estimate:.0%}</dd>" in shown
    assert not re.search(r"\d\.\d%", shown), "whole percent"


def test_a_sparkline_has_a_point_for_each_day_with_outcomes_the_better_the_higher(two_weeks, one_row):
    shown = sparkline(two_weeks, 0.81)
    points = [tuple(map(float, pair.split(","))) for pair in re.search(r'points="(.*?)"', shown)[1].split()]
    accuracy = two_weeks.by_day.query("known > 0")["accuracy"].astype(float).tolist()
    assert len(points) == len(accuracy) == 14
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    best, worst = accuracy.index(max(accuracy)), accuracy.index(min(accuracy))
    assert points[best][1] == min(y for _, y in points)
    assert points[worst][1] == max(y for _, y in points)
    assert "<path" in shown
    assert "<path" not in sparkline(two_weeks, None)
    assert sparkline(one_row, 0.81) == ""


def test_an_alarm_is_shown_with_its_figures(results):
    quiet, alarmed = history(results, make_versions()), history(results.assign(age=None), make_versions())
    assert panels.alarms(quiet) == ""
    shown = panels.alarms(alarmed)
    assert "age is unknown for 100% of the passengers" in shown
    assert re.search(r"<p>[A-Z]", shown)


@pytest.mark.parametrize(
    ("gone", "missed"),
    [([], []), ([3], [3]), ([1, 3], [3, 1]), ([0], []), ([0, 1], [1]), ([13], [])],
    ids=["none", "one in the middle", "two", "today may come yet", "yesterday", "before the first"],
)
def test_missed_days_are_those_that_the_schedule_left_out(results, gone, missed):
    days = {TODAY - timedelta(days=back) for back in gone}
    kept = results[~results["predicted_at"].dt.date.isin(days)]
    found = history(kept, make_versions())
    assert found.missed_days(TODAY) == [TODAY - timedelta(days=back) for back in missed]


def test_a_missed_day_is_warned_about_with_the_command_that_makes_up_for_it(results):
    found = history(results[results["predicted_at"] < pd.Timestamp(YESTERDAY)], make_versions())
    warning = panels.freshness(found, TODAY)
    assert "missed 1 day" in warning
    assert f"lifeboat run daily --start {YESTERDAY} --end {YESTERDAY}" in warning
    assert "2 days old" in warning


def test_a_complete_history_warns_of_nothing(two_weeks):
    assert panels.freshness(two_weeks, TODAY) == ""


def test_the_matrix_shows_counts_and_rates(one_row, two_weeks):
    shown = panels.confusion(two_weeks)
    assert shown.count('class="count"') == 4
    assert "nobody yet" in panels.confusion(one_row)


def test_the_latest_prediction_may_be_of_a_deleted_passenger(two_weeks):
    results = two_weeks.recent.head(1).assign(pclass=None, sex=None, age=None, survived=None)
    assert "no longer" in panels.latest(history(results, make_versions()))


@pytest.mark.parametrize("state", ["nothing", "one_row", "two_weeks"])
@pytest.mark.parametrize("period", PERIODS)
def test_every_state_has_its_views(request, state, period):
    found = request.getfixturevalue(state)
    _, _, _, *views, rows, _ = Page(Live(lambda previous: found, 3600)).show(None, period, *ALL[1:])
    assert len(views) == VIEWS
    assert len(rows) == min(50, len(found.cut(period, ALL_VERSIONS).recent))


@pytest.mark.parametrize(
    ("days", "step", "points"), [(99, "day", 99), (140, "week", 20), (101, "week", 15), (3650, "month", 121)]
)
def test_a_long_history_is_drawn_in_weeks_or_months_that_say_what_their_days_say(two_weeks, days, step, points):
    one = two_weeks.rows[two_weeks.rows["model_version"] == 1].iloc[[0]]
    first = pd.Timestamp("2020-01-06")  # a Monday
    rows = pd.concat([one] * days, ignore_index=True).assign(day=pd.date_range(first, periods=days))
    thin, found = charts.thinned(rows)
    assert (found, len(thin), thin["day"].min()) == (
        step,
        points,
        first if step != "month" else pd.Timestamp("2020-01-01"),
    )
    assert thin["passengers"].sum() == rows["passengers"].sum()
    assert thin["accuracy"].to_numpy() == pytest.approx(one["accuracy"].item())
    figure = charts.by_day(dataclasses.replace(two_weeks, rows=rows), "Version 1")
    assert len(figure.data[0].x) == points
    assert figure.data[0].hovertemplate.startswith("%{customdata" if step == "day" else f"{step} from %{{customdata")


def test_charts_have_a_trace_for_each_version_and_score(two_weeks):
    figure = charts.by_day(two_weeks, ALL_VERSIONS)
    assert len(figure.data) == 2 * 5 + 3
    assert sum(len(trace.y) for trace in figure.data if trace.type == "bar") == 21
    assert "in the test 81%" in figure.layout.annotations[0].text


def test_whiskers_are_drawn_whole_and_the_trend_pools_what_they_scatter_around(two_weeks):
    figure = charts.by_day(two_weeks, ALL_VERSIONS)
    rows = two_weeks.rows
    for score, axis in zip(
        charts.SCORES, (figure.layout.yaxis, figure.layout.yaxis2, figure.layout.yaxis3), strict=True
    ):
        low, high = axis.range
        assert low < rows[f"{score}_low"].min()
        assert high > rows[f"{score}_high"].max()
    assert figure.layout.bargap >= 0.3
    trend, *_ = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "lines"]
    week = rows[rows["day"] > rows["day"].max() - pd.Timedelta(days=7)]
    assert trend.y[-1] == pytest.approx(monitoring.pool(week)["accuracy"])
    assert trend.name == "pooled over 7 days"


def test_the_page_stays_still_until_something_changes(page):
    shown, _, before, *_ = page.show(None, *ALL)
    again, version, state, *others = page.show(shown, *ALL)
    assert (again, state) == (shown, before)
    assert [version, *others] == [SAME] * (VIEWS + 3)


def test_a_look_tells_another_history_and_costs_nothing_until_then(two_weeks, monkeypatch):
    store, asked, alarms = {"now": two_weeks}, [], monitoring.alarms
    monkeypatch.setattr(monitoring, "alarms", lambda *of: asked.append(of) or alarms(*of))
    page = Page(Live(lambda previous: store["now"], 0))
    first = page.look()
    assert [page.look() for _ in range(3)] == [first] * 3
    assert page.show(None, *ALL)[2] == first
    assert len(asked) == 1
    store["now"] = dataclasses.replace(two_weeks, mark="another")
    assert page.look() != first


def test_a_search_changes_the_table_alone(page):
    shown, *_ = page.show(None, *ALL)
    *still, rows, _ = page.show(shown, *ALL[:-1], "third")
    assert still[3:] == [SAME] * VIEWS
    assert set(rows["Ticket class"]) == {"third"}


def test_the_same_view_can_be_shown_again(page):
    first, second = (page.show(None, *ALL) for _ in range(2))
    assert first[3:-2] == second[3:-2]


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        ("all", lambda t: t["Day"].notna()),
        ("right", lambda t: t["Predicted"] == t["Outcome"]),
        ("wrong", lambda t: (t["Predicted"] != t["Outcome"]) & (t["Outcome"] != "pending")),
        ("pending", lambda t: t["Outcome"] == "pending"),
    ],
)
def test_the_table_is_filtered_by_outcome(two_weeks, outcome, kept):
    shown, path = table(two_weeks, "All history", ALL_VERSIONS, outcome, 1000, "")
    everything = in_words(two_weeks.recent)
    assert len(shown) == kept(everything).sum()
    assert kept(shown).all()
    assert list(shown.columns) == HEADERS
    assert pd.read_csv(path)["passenger_id"].astype(str).tolist() == shown["Passenger"].tolist()


def test_the_table_is_searched_for_plain_text(two_weeks):
    women, _ = table(two_weeks, "All history", ALL_VERSIONS, "all", 50, " Female ")
    nobody, nothing_to_download = table(two_weeks, "All history", ALL_VERSIONS, "all", 50, "(.*)")
    assert nothing_to_download is None
    assert set(women["Sex"]) == {"female"}
    assert nobody.empty


def test_a_description_with_html_is_shown_as_text(two_weeks):
    versions = make_versions().assign(description="<script>alert(1)</script>")
    shown = panels.versions(history(two_weeks.recent, versions))
    assert "<script" not in shown


def test_what_the_headline_says_is_not_said_again_of_the_only_version(results):
    several, alone = history(results, make_versions()), history(results, make_versions().tail(1))
    assert "Live accuracy" in panels.versions(several)
    assert "Test log loss" in panels.versions(alone)
    assert "ccuracy" not in panels.versions(alone)


def test_many_versions_look_different_and_stay_within_their_day(results):
    parts = [results.assign(model_version=version) for version in range(1, 9)]
    drawn = charts.by_day(history(pd.concat(parts, ignore_index=True), make_versions()), ALL_VERSIONS).data
    points = [trace for trace in drawn if trace.type == "scatter" and trace.name.startswith("Version")]
    assert len({(trace.marker.color, trace.marker.symbol) for trace in points}) == 8
    for trace in points:
        off = pd.to_datetime(pd.Series(trace.x)) - pd.to_datetime(pd.Series(trace.customdata))
        assert off.abs().max() < pd.Timedelta(hours=12)
