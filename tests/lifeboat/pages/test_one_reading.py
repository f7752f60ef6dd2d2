"""Number, name and reasons come from one reading, which is no older than the page says."""

import threading
import time
from dataclasses import replace

import pytest
from pages import make_champion, make_versions

from lifeboat.pages.live import Live
from lifeboat.pages.monitor import page as monitor
from lifeboat.pages.monitor.history import ALL_VERSIONS, history
from lifeboat.pages.monitor.page import Page as MonitorPage
from lifeboat.pages.predict import page as predict
from lifeboat.pages.predict import panels
from lifeboat.pages.predict.page import MADE_UP, PANELS
from lifeboat.pages.words import UNKNOWN

THOMAS = (3, "male", 22.0, 1, 0, 7.25, "S", False, False)
ALL = ("All history", ALL_VERSIONS, "all", 50, "")
SAME = {"__type__": "update"}
EVERY = 0.3


@pytest.fixture(scope="module")
def other():
    """A second version, which answers otherwise."""
    return replace(make_champion(2, "gradient_boosting"), description="another model")


@pytest.fixture
def store(champion):
    """What the store holds at the moment, under 'now'."""
    return {"now": champion}


@pytest.fixture
def page(store):
    return predict.Page(Live(lambda previous: store["now"], EVERY))


def answers_of(champion, shown):
    """Whether an answer holds the number and the name of a model, and nothing of another."""
    *_, verdict, _, why, _, _, line = shown
    expected = predict.Page(Live(lambda previous: champion, 3600)).ask(None, None, *THOMAS)
    return (verdict, why, line) == (expected[-6], expected[-4], expected[-1])


def test_an_idle_page_answers_with_the_model_of_now(page, store, champion, other):
    assert answers_of(champion, page.ask(None, None, *THOMAS))
    store["now"] = other
    time.sleep(2 * EVERY)
    assert answers_of(other, page.ask(None, None, *THOMAS))
    store["now"] = champion
    time.sleep(2 * EVERY)
    assert "version 1" in page.choose(1)[-1]


def test_an_idle_program_gets_the_model_of_now(page, store, other):
    assert page.predict(*THOMAS[:7])["model_version"] == 1
    store["now"] = other
    time.sleep(2 * EVERY)
    answer = page.predict(*THOMAS[:7])
    assert answer["model_version"] == 2
    expected = other.pipeline.predict_proba(dict(zip(predict.FEATURES, THOMAS[:7], strict=True)))[0, 1]
    assert answer["probability"] == pytest.approx(expected)


def test_an_open_page_is_answered_again_by_a_new_model_and_otherwise_left_alone(page, store, other):
    _, *values, told, shown = page.choose(42)[: -PANELS - 1]
    before = page.look()
    *_, verdict, _, _, _, _, line = page.choose(42)
    who, again, state, *panels = page.ask(shown, told, *values)
    assert (who, again, state, panels) == (SAME, shown, before, [SAME] * PANELS)
    store["now"] = other
    time.sleep(2 * EVERY)
    assert page.look() != before
    who, again, *_, new_verdict, truth, _, _, _, new_line = page.ask(shown, told, *values)
    assert who == 42
    assert again.model != shown.model
    assert new_verdict != verdict
    assert new_line != line
    assert "In truth, Mrs. James Joseph Brown" in truth


def test_the_truth_is_told_of_its_passenger_alone(page):
    who, *values, told, shown = page.choose(42)[: -PANELS - 1]
    *_, truth, _, _, _, _ = page.choose(42)
    nobody, elsewhere, *_, nothing, _, _, _, _ = page.ask(shown, told, 3, *values[1:])
    assert (who, nobody) == (42, MADE_UP)
    assert "In truth" not in nothing
    again, _, *_, back, _, _, _, _ = page.ask(elsewhere, told, *values)
    assert (again, back) == (42, truth)


@pytest.mark.parametrize("who", predict.NOTABLE)
def test_a_real_passenger_gets_the_answer_to_the_record_whatever_the_controls_show(page, champion, who):
    record = predict.real(who)[predict.FEATURES].to_dict()
    recorded = predict.answer(champion, predict.validate_one(record))
    *_, why, _, _, _ = page.choose(who)
    assert why == panels.why(recorded)


def test_a_change_in_mid_answer_mixes_nothing(page, store, champion, other, monkeypatch):
    first = page.ask(None, None, *THOMAS)
    asked, explain = [], predict.answer

    def slowly(model, passenger):
        store["now"] = other
        time.sleep(2 * EVERY)
        asked.append(page.predict(*THOMAS[:7])["model_version"])  # somebody else sees the new one already
        return explain(model, passenger)

    page._champion = Live(lambda previous: store["now"], EVERY)
    page._explained.cache_clear()
    monkeypatch.setattr(predict, "answer", slowly)
    shown = page.ask(None, None, *THOMAS)
    assert asked == [2]
    monkeypatch.setattr(predict, "answer", explain)
    assert answers_of(champion, shown)
    assert shown[3:] == first[3:]
    time.sleep(EVERY)
    assert answers_of(other, page.ask(None, None, *THOMAS))


def test_a_version_of_another_project_is_another_model(page, store, other):
    first = page.ask(None, None, *THOMAS)
    store["now"] = replace(other, version=1, created=other.created.replace(year=2027))
    time.sleep(2 * EVERY)
    assert page.ask(None, None, *THOMAS)[-6] != first[-6]


def test_while_the_store_hangs_the_page_says_how_old_its_answer_is(champion):
    gate = threading.Event()
    live = Live(lambda previous: champion if previous is None else gate.wait(10) and champion, EVERY, patience=0.1)
    page = predict.Page(live)
    _, shown, state, *_ = page.ask(None, None, *THOMAS)
    assert "notice" not in state
    time.sleep(2 * EVERY)
    _, again, state, *panels = page.ask(shown, None, *THOMAS)
    assert "The store does not answer" in state
    assert "What is shown was read less than a minute ago, at" in state
    assert (again, panels) == (shown, [SAME] * PANELS)
    assert page.predict(*THOMAS[:7])["as_of"] == live.get().at.isoformat(timespec="seconds")
    gate.set()


def test_an_impossible_passenger_leaves_the_last_answer_and_the_name_of_the_model(page):
    answered = page.ask(None, None, 3, "male", None, 1.5, 0, 100_000, UNKNOWN, False, False)
    *_, age, sibsp, parch, fare, said, truth, why, changes, alike, line = answered
    assert (age, parch) == ("", "")
    assert "sibsp is 1.5; allowed: a whole number" in sibsp
    assert "fare is 100000; allowed: a number from 0 to 1000 pounds" in fare
    assert "This passenger cannot be" in said
    assert [truth, why, changes, alike] == [SAME] * 4
    assert "version 1" in line


@pytest.mark.parametrize("surprise", [predict.Page.surprise_survivor, predict.Page.surprise_victim])
def test_somebody_made_up_is_called_so(page, surprise):
    who, *values, told, _ = surprise(page)[: -PANELS - 1]
    assert who == told.who == MADE_UP
    assert dict(predict.people())["Somebody made up"] == MADE_UP
    again, *_ = page.ask(None, told, *values)
    assert again == MADE_UP


@pytest.mark.parametrize("chosen", [MADE_UP, None])
def test_nobody_chosen_is_somebody_made_up(page, chosen):
    who, *_, truth, _, _, _, _ = page.choose(chosen)
    assert who == MADE_UP
    assert "Nobody real" in truth


def test_an_idle_monitor_shows_the_history_of_now_in_all_its_parts(one_row, two_weeks):
    store = {"now": one_row}
    page = MonitorPage(Live(lambda previous: store["now"], EVERY))
    shown, *_, rows, _ = page.show(None, *ALL)
    assert len(rows) == 1
    store["now"] = two_weeks
    time.sleep(2 * EVERY)
    _, _, _, tiles, *_, rows, _ = page.show(shown, *ALL)
    assert "630" in tiles
    assert len(rows) == 50


def test_a_history_that_changes_while_it_is_drawn_is_not_mixed(one_row, two_weeks, monkeypatch):
    store = {"now": two_weeks}
    page = MonitorPage(Live(lambda previous: store["now"], EVERY))
    draw = monitor.headline

    def slowly(part, version):
        store["now"] = one_row
        time.sleep(2 * EVERY)
        page._history.get()
        return draw(part, version)

    monkeypatch.setattr(monitor, "headline", slowly)
    _, _, _, tiles, *_, rows, _ = page.show(None, *ALL)
    assert "630" in tiles
    assert len(rows) == 50


def test_a_promoted_version_shows_on_the_monitor(results):
    store = {"now": history(results, make_versions(), mark="2 leads")}
    page = MonitorPage(Live(lambda previous: store["now"], EVERY))
    shown, *before = page.show(None, *ALL)
    store["now"] = history(results, make_versions().assign(champion=[False, True]), mark="1 leads")
    time.sleep(2 * EVERY)
    _, *after = page.show(shown, *ALL)
    assert after[-3] != before[-3]
