"""The page of spaces/predict in a real browser."""

import re
from itertools import pairwise
from threading import Event

import pytest
from pages import BROKEN, FONTS, NO_MODEL, SIZES, after, make_champion, places, raising, serious_violations
from playwright.sync_api import expect
from scipy.special import logit

pytestmark = pytest.mark.browser

CHANCE = re.compile(r"\d+%")


@pytest.fixture
def page(visit, predict_page):
    page = visit(predict_page)
    expect(page.locator(".verdict .number")).to_have_text(CHANCE)
    return page


def test_the_page_begins_with_an_answer_about_a_real_passenger(page):
    expect(page.locator("p.truth")).to_contain_text("In truth, Mrs. James Joseph Brown (Margaret Tobin) survived")
    expect(page.get_by_text("Why", exact=True)).to_be_visible()
    expect(page.locator("table.people tbody tr")).to_have_count(8)
    expect(page.locator(".facts").last).to_contain_text("titanic_survival version 1")


CHOICES = {"Third": "third class", "Male": "a man", "Queenstown": "from Queenstown", "Unknown": "port unknown"}
NUMBERS = {
    "Age in years": ("7", "a boy of 7 years"),
    "Siblings and spouses": ("3", "with 3 relatives"),
    "Parents and children": ("2", "with 5 relatives"),
    "Fare in pounds of 1912": ("100", "fare £100.00"),
}
UNKNOWNS = {"Age unknown": "unknown age", "Fare unknown": "fare unknown"}


def test_every_control_changes_the_answer(page):
    who = page.locator(".verdict .who")
    for choice, said in CHOICES.items():
        page.get_by_label(choice, exact=True).check()
        expect(who).to_have_text(re.compile(said, re.IGNORECASE))
    for label, (value, said) in NUMBERS.items():
        page.get_by_role("spinbutton", name=label).fill(value)
        page.keyboard.press("Tab")
        expect(who).to_have_text(re.compile(said, re.IGNORECASE))
    for box, said in UNKNOWNS.items():
        page.get_by_label(box).check()
        expect(who).to_contain_text(said)
    expect(page.locator("p.truth")).to_have_text("")


def test_a_passenger_found_by_name_fills_the_controls(page):
    page.get_by_label("Begin with a real passenger").fill("Hosono")
    page.get_by_role("option", name="Masabumi Hosono of Tokyo").click()
    expect(page.locator("p.truth")).to_have_text("In truth, Mr. Masabumi Hosono survived, in lifeboat 10.")
    expect(page.get_by_label("Second", exact=True)).to_be_checked()


@pytest.mark.parametrize(("button", "fate"), [("a survivor", "survived"), ("a victim", "died")])
def test_surprise_me_makes_somebody_up(page, button, fate):
    page.get_by_role("button", name=button).click()
    expect(page.locator("p.truth")).to_have_text(f"Nobody real: made up in the likeness of those who {fate}.")


def test_an_impossible_passenger_is_refused_in_words(page):
    page.get_by_label("Fare in pounds of 1912").fill("100000")
    page.keyboard.press("Tab")
    expect(page.locator(".block.answer")).to_contain_text("fare is 100000; allowed: a number from 0 to 1000 pounds")


def test_the_page_works_by_keyboard_alone(page):
    page.get_by_label("Second", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.locator(".verdict .who")).to_contain_text("second class")


def test_a_list_is_scored_and_its_faults_are_listed(page, tmp_path):
    list_ = tmp_path / "list.csv"
    list_.write_text(
        "name,pclass,sex,age,sibsp,parch,fare,embarked\n"
        "good,1,female,30,0,0,80,C\n"
        "<img src=x onerror=alert(1)>,9,female,30,0,0,80,C\n"
        "also good,3,male,unknown,0,0,,\n"
        "bad,3,male,<b>old</b>,0,0,8,S\n"
    )
    page.get_by_role("tab", name="A list").click()
    button = page.get_by_role("button", name="Download the predictions")
    expect(button).to_be_disabled()
    page.locator("input[type=file]").set_input_files(list_)
    expect(page.locator("table.faults")).to_contain_text("<b>old</b>")
    expect(page.locator("table.preview tbody tr")).to_have_count(2)
    expect(page.locator(".histogram")).to_be_visible()
    expect(page.locator("table.faults tbody tr")).to_have_count(2)
    with page.expect_download() as download:
        button.click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "line,name,pclass,sex,age,sibsp,parch,fare,embarked,probability,prediction"
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "4"]


def test_an_unreadable_file_is_refused_in_words(page, tmp_path):
    list_ = tmp_path / "list.csv"
    list_.write_text("a,b\n1,2\n")
    page.get_by_role("tab", name="A list").click()
    page.locator("input[type=file]").set_input_files(list_)
    expect(page.locator(".notice")).to_contain_text("missing column: pclass, sex, age")


def test_a_promoted_model_is_picked_up_without_a_restart(visit, serve):
    newest = [make_champion(1)]
    address = serve("predict", lambda previous: newest[0], every=1)
    page = visit(address)
    expect(page.locator(".facts").last).to_contain_text("version 1")
    choose_youngest(page)
    assert any(stays_as_it_is(page) for _ in range(3))  # on a busy machine the last answer comes late
    before = page.locator(".verdict .said").inner_text()
    newest[0] = make_champion(2, "gradient_boosting")
    expect(page.locator(".facts").last).to_contain_text("version 2")
    assert page.locator(".verdict .said").inner_text() != before
    expect(page.locator("p.truth")).to_contain_text("Dean")


def stays_as_it_is(page):
    """Whether the verdict is not drawn again while the page asks twice for the newest model."""
    page.evaluate("document.querySelector('.verdict').dataset.kept = 'yes'")
    page.wait_for_timeout(2500)
    return page.evaluate("document.querySelector('.verdict').dataset.kept") == "yes"


def choose_youngest(page):
    """Choose a passenger whose age is between two steps of its control."""
    page.get_by_label("Begin with a real passenger").fill("Millvina")
    page.get_by_role("option", name="Millvina Dean, the youngest on board").click()
    expect(page.locator("p.truth")).to_contain_text("Dean")


@pytest.mark.parametrize(
    ("error", "said"),
    [(NO_MODEL, "No model is registered yet"), (BROKEN, "The store does not answer")],
    ids=["no model", "broken store"],
)
def test_without_a_model_the_page_says_what_to_do(visit, serve, error, said):
    page = visit(serve("predict", raising(error)))
    expect(page.locator(".notice").first).to_contain_text(said)
    assert "secret" not in page.content()
    assert "Traceback" not in page.content()


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_it_fits_and_is_accessible(visit, predict_page, size, scheme):
    page = visit(predict_page, size, scheme)
    expect(page.locator("table.people tbody tr")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    for tab in ("One passenger", "A list"):
        page.get_by_role("tab", name=tab).click()
        assert serious_violations(page) == []


def test_on_a_phone_the_answer_stays_in_view(visit, predict_page):
    page = visit(predict_page, "phone")
    expect(page.locator("p.truth")).to_contain_text("In truth")
    page.get_by_label("Fare in pounds of 1912").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, 900)")
    box = page.locator(".block.answer").bounding_box()
    assert box["y"] == 0
    assert box["height"] < 200


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_axis_of_why_agrees_with_its_bars(visit, predict_page, size):
    page = visit(predict_page, size)
    expect(page.locator(".why .bar")).to_have_count(7)
    edges = "all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.right])"
    labels = page.locator(".axis span").evaluate_all(edges)
    said = page.locator(".axis span").all_text_contents()
    dots = page.locator(".why .dot").evaluate_all(edges)
    ends = [float(text.split(" = ")[0]) for text in page.locator(".why td", has_text="=").all_text_contents()]
    # what one step of log-odds measures follows from the two dots; each label must stand where a bar would end
    (first, last), (low, high) = ([(left + right) / 2 for left, right in dots], ends)
    for text, (left, right) in zip(said, labels, strict=True):
        here = low + ((left + right) / 2 - first) * (high - low) / (last - first)
        assert here == pytest.approx(logit(float(text.strip("%")) / 100), abs=0.05)
    assert len(said) >= 3
    ordered = sorted(labels)
    assert all(one[1] < other[0] for one, other in pairwise(ordered))


PLACED = ".block.panel, fieldset, h1"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_it_measures_the_same_whatever_fonts_a_machine_has(visit, predict_page, size):
    found = []
    for fonts in FONTS:
        page = visit(predict_page, size, fonts=fonts)
        expect(page.locator("table.people tbody tr")).to_have_count(8)
        found.append(places(page, f"{PLACED}, .panel p, .panel td, label"))
    assert found[0] == found[1]


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_nothing_moves_when_the_first_answer_comes(visit, serve, champion, size):
    gate = Event()
    page = visit(serve("predict", after(gate, champion)), size)
    expect(page.get_by_label("Queenstown")).to_be_visible()
    page.wait_for_timeout(1000)
    before = places(page, PLACED)
    gate.set()
    expect(page.locator("table.people tbody tr")).to_have_count(8)
    assert places(page, PLACED) == before


def test_nothing_moves_when_another_answer_comes(page):
    before = places(page, PLACED)
    page.get_by_label("Second", exact=True).check()
    expect(page.locator(".verdict .who")).to_contain_text("second class")
    assert places(page, PLACED) == before
