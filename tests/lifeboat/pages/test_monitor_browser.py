"""The page of spaces/monitor in a real browser."""

import re
from datetime import date
from threading import Event

import pandas as pd
import pytest
from pages import (
    BROKEN,
    FONTS,
    SIZES,
    TODAY,
    after,
    make_results,
    make_versions,
    places,
    raising,
    serious_violations,
)
from playwright.sync_api import expect

from lifeboat import days
from lifeboat.pages.monitor.history import history

pytestmark = pytest.mark.browser

PLOTS = {"Days": ".days", "Calibration": ".square"}
TABS = ("Now", "Days", "Calibration", "Drift", "Models")


@pytest.fixture(scope="module")
def address(serve, two_weeks):
    return serve("monitor", lambda previous: two_weeks)


def choose(page, label, option):
    page.get_by_label(label).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_now_shows_the_newest_prediction_the_matrix_and_a_table_to_filter(visit, address):
    page = visit(address)
    expect(page.locator(".accuracy .number")).to_have_text(re.compile(r"^\d\d%$"))
    expect(page.locator(".prose.tiles")).to_contain_text("Estimate for the 5 pending")
    expect(page.locator(".spark polyline")).to_be_visible()
    expect(page.locator(".prose.latest")).to_contain_text("Outcome: pending")
    expect(page.locator(".prose.latest .said").first).to_have_text(
        re.compile(r"^\s*((over|under) )?\d+% chance of survival:")
    )
    expect(page.locator(".cell .count")).to_have_count(4)
    expect(page.locator("table.confusion")).to_contain_text("Rescue foreseen")
    expect(page.get_by_role("columnheader", name="Predicted", exact=True).first).to_be_visible()
    expect(page.locator(".state .notice")).to_have_count(0)
    page.get_by_label("Wrong").check()
    choose(page, "Rows at most", "200 rows")
    page.get_by_label("Find").fill("third")
    expect(page.get_by_role("gridcell", name="first")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these predictions").click()
    stored = pd.read_csv(download.value.path())
    assert 0 < len(stored) <= 200
    assert (stored["prediction"] != stored["survived"]).all()
    assert set(stored["pclass"]) == {3}
    expect(page.locator(".prose.tiles")).to_contain_text("630")
    choose(page, "Model version", "Version 2")
    expect(page.locator(".prose.tiles")).to_contain_text("210")
    choose(page, "Period", "Last day")
    expect(page.locator(".prose.tiles")).to_contain_text("Predictions30")


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "dark"), ("phone", "light")])
def test_every_tab_fits_and_is_accessible(visit, address, size, scheme):
    page = visit(address, size, scheme)
    expect(page.locator(".prose.tiles")).to_contain_text("Passengers scored")
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        if tab in PLOTS:
            expect(page.locator(f"{PLOTS[tab]} .js-plotly-plot .point").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert serious_violations(page) == []
    page.get_by_role("tab", name="Drift").click()
    expect(page.locator("table.drift tbody tr")).to_have_count(7)
    page.get_by_role("tab", name="Models").click()
    champion = page.locator("table.versions tbody tr").first
    expect(champion).to_contain_text("champion")
    narrow = page.locator(".scroll:has(.versions)").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert narrow, "nothing to scroll sideways"
    if size == "phone":  # a card
        expect(champion.locator("td").last).to_have_css("display", "flex")
    else:
        page.get_by_role("tab", name="Days").click()
        hover_over_a_point(page)


def hover_over_a_point(page):
    plot = page.locator(".days .js-plotly-plot")
    assert plot.locator(".errorbar").count() > 0
    box = plot.locator(".point").first.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    expect(plot.locator(".hoverlayer")).to_contain_text("outcomes")


def test_an_empty_a_broken_and_a_short_history_are_shown_too(visit, serve, nothing, one_row):
    page = visit(serve("monitor", lambda previous: nothing))
    expect(page.locator(".state .notice")).to_contain_text("make run")
    expect(page.get_by_role("button", name="Download these predictions")).to_be_disabled()
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
    expect(page.locator(".toast-body")).to_have_count(0)
    page = visit(serve("monitor", raising(BROKEN)))
    expect(page.locator(".state .notice")).to_contain_text("The store does not answer")
    assert "secret" not in page.content()
    assert "Traceback" not in page.content()
    page = visit(serve("monitor", lambda previous: one_row))
    expect(page.locator(".state .notice")).to_contain_text("has missed")
    expect(page.locator(".prose.tiles")).to_contain_text("Predictions1")
    page.get_by_role("tab", name="Days").click()
    expect(page.locator(".days .js-plotly-plot .point").first).to_be_visible()
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
    expect(page.locator(".toast-body")).to_have_count(0)


def test_the_page_refreshes_itself_and_otherwise_keeps_still(visit, serve, one_row, two_weeks):
    newest = [one_row]
    page = visit(serve("monitor", lambda previous: newest[0], every=0))
    expect(page.locator(".prose.tiles")).to_contain_text("Predictions1")
    page.evaluate("document.querySelector('.tiles dl').dataset.kept = 'yes'")
    page.wait_for_timeout(2500)
    assert page.evaluate("document.querySelector('.tiles dl').dataset.kept") == "yes"
    newest[0] = two_weeks
    expect(page.locator(".prose.tiles")).to_contain_text("630")


@pytest.fixture
def on_another_day(champion, request):
    """A history up to a day, and that day as today: other passengers, and longer words for the date."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "today", lambda: request.param)
        yield history(make_results(champion, today=request.param), make_versions(), mark=request.param)


def test_it_measures_the_same_whatever_fonts_a_machine_has(visit, address):
    found = []
    for fonts in FONTS:
        page = visit(address, "desktop", fonts=fonts)
        expect(page.locator("table.confusion")).to_be_visible()
        found.append(places(page, ".block.panel, fieldset, h1, .panel p, .panel td, label"))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("size", "on_another_day"), [("phone", date(2027, 9, 22)), ("desktop", TODAY)], indirect=["on_another_day"]
)
def test_nothing_moves_when_the_history_comes(visit, serve, on_another_day, size):
    gate = Event()
    page = visit(serve("monitor", after(gate, on_another_day)), size)
    expect(page.get_by_label("Find")).to_be_visible()
    page.wait_for_timeout(1000)
    before = places(page, ".block.panel, fieldset, h1")
    gate.set()
    expect(page.locator("table.confusion")).to_be_visible()
    assert places(page, ".block.panel, fieldset, h1") == before
