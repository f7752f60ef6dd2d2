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


WHO = "Begin with a real passenger"


def test_the_box_says_whose_values_are_shown(page):
    who, truth = page.get_by_label(WHO), page.locator("p.truth")
    expect(truth).to_contain_text("In truth, Mrs. James Joseph Brown (Margaret Tobin) survived")
    expect(who).to_have_value("Margaret Brown, later called unsinkable")
    expect(page.get_by_text("Why", exact=True)).to_be_visible()
    expect(page.locator("table.people tbody tr")).to_have_count(8)
    expect(page.locator(".facts").last).to_contain_text("titanic_survival version 1")
    page.get_by_label("Second", exact=True).check()
    expect(who).to_have_value("Somebody made up")
    page.get_by_label("First", exact=True).check()
    expect(who).to_have_value("Margaret Brown, later called unsinkable")
    who.fill("Hosono")
    page.get_by_role("option", name="Masabumi Hosono of Tokyo").click()
    expect(truth).to_have_text("In truth, Mr. Masabumi Hosono survived, in lifeboat 10.")
    expect(page.get_by_label("Second", exact=True)).to_be_checked()
    for button, fate in [("a survivor", "survived"), ("a victim", "died")]:
        page.get_by_role("button", name=button).click()
        expect(truth).to_have_text(f"Nobody real: made up in the likeness of those who {fate}.")
        expect(who).to_have_value("Somebody made up")


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


def test_an_impossible_passenger_marks_the_field_and_moves_nothing(page):
    before, boxes = places(page, ".block.panel, h1"), page.locator("input[type=number]")
    for label, wrong, said, right in [
        ("Fare in pounds of 1912", "100000", "fare is 100000; allowed: a number from 0 to 1000 pounds", "27.72"),
        ("Siblings and spouses", "1.5", "sibsp is 1.5; allowed: a whole number from 0 to 15", "0"),
        ("Age in years", "999", "age is 999; allowed: a number from 0 to 120 years", "44"),
    ]:
        box = boxes.and_(page.get_by_label(label))
        box.fill(wrong)
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(page.locator("[aria-invalid=true]")).to_have_count(1)
        expect(page.locator(".block.answer")).to_contain_text("This passenger cannot be")
        assert places(page, ".block.panel, h1") == before
        box.fill(right)
        expect(page.locator(".verdict .number")).to_have_text(CHANCE)
        expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(page.locator(".toast-body")).to_have_count(0)
    boxes.and_(page.get_by_label("Age in years")).fill("999")
    page.keyboard.press("Tab")  # the slider moves it into its range
    expect(page.locator(".verdict .who")).to_contain_text("120 years")


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
    unreadable = tmp_path / "unreadable.csv"
    unreadable.write_text("a,b\n1,2\n")
    page.get_by_label("Clear").or_(page.get_by_label("Remove")).first.click()
    page.locator("input[type=file]").set_input_files(unreadable)
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
    page.get_by_label(WHO).fill("Millvina")
    page.get_by_role("option", name="Millvina Dean, the youngest on board").click()
    expect(page.locator("p.truth")).to_contain_text("Dean")


def test_without_a_model_the_page_says_what_to_do(visit, serve):
    for error, said in [(NO_MODEL, "No model is registered yet"), (BROKEN, "The store does not answer")]:
        page = visit(serve("predict", raising(error)))
        expect(page.locator(".notice").first).to_contain_text(said)
        assert "secret" not in page.content()
        assert "Traceback" not in page.content()


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_it_fits_and_is_accessible(visit, predict_page, size, scheme):
    page = visit(predict_page, size, scheme)
    expect(page.locator("table.people tbody tr")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    the_axis_agrees_with_its_bars(page)
    if size == "phone":
        the_answer_stays_in_view(page)
    # by keyboard alone
    page.get_by_label("Second", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.locator(".verdict .who")).to_contain_text("second class")
    for tab in ("One passenger", "A list"):
        page.get_by_role("tab", name=tab).click()
        assert serious_violations(page) == []


def the_answer_stays_in_view(page):
    page.get_by_label("Fare in pounds of 1912").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, 900)")
    box = page.locator(".block.answer").bounding_box()
    assert box["y"] == 0
    assert box["height"] < 200


def the_axis_agrees_with_its_bars(page):
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


def test_it_measures_the_same_whatever_fonts_a_machine_has(visit, predict_page):
    found = []
    for fonts in FONTS:
        page = visit(predict_page, "phone", fonts=fonts)
        expect(page.locator("table.people tbody tr")).to_have_count(8)
        found.append(places(page, f"{PLACED}, .panel p, .panel td, label"))
    assert found[0] == found[1]


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_nothing_moves_when_the_first_answer_comes(visit, serve, champion, size):
    gate = Event()
    page = visit(serve("predict", after(gate, champion)), size)
    expect(page.get_by_label("Queenstown")).to_be_visible()
    expect(page.get_by_label(WHO)).to_have_value("Margaret Brown, later called unsinkable")
    expect(page.get_by_label("Cherbourg")).to_be_checked()
    expect(page.get_by_label("Fare in pounds of 1912")).to_have_value("27.72")
    page.wait_for_timeout(1000)
    before = places(page, PLACED)
    gate.set()
    expect(page.locator("table.people tbody tr")).to_have_count(8)
    assert places(page, PLACED) == before
    if size == "desktop":  # on a phone an answer may take more lines
        page.get_by_label("Second", exact=True).check()
        expect(page.locator(".verdict .who")).to_contain_text("second class")
        assert places(page, PLACED) == before
