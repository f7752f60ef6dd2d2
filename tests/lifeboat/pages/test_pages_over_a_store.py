"""The readers of both pages over a real store, filled as the pipelines fill it; both pages as they are served."""

import random
import re
import shutil
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import psutil
import pytest
from gradio_client import Client
from pages import TODAY, wait_for
from playwright.sync_api import expect

import hopsworks_local
import lifeboat
from lifeboat import arrivals, features, monitoring, passengers, registry, scoring, training
from lifeboat.operate import serve as serving
from lifeboat.pages.live import Live
from lifeboat.pages.monitor.history import ALL_VERSIONS, read_history
from lifeboat.pages.monitor.page import Page as MonitorPage
from lifeboat.pages.predict.page import Page as PredictPage
from lifeboat.pages.predict.page import read_champion


@pytest.fixture
def two_weeks_old(filled):
    """A store that has lived for two weeks: a model, and thirty passengers a day with their predictions."""
    if not registry.registered(filled):
        training.train(filled)
        arrive(filled, days=14)
    return filled


def arrive(project, days):
    board = [TODAY - timedelta(days=back) for back in reversed(range(days))]
    arrivals.board(project, board, 30)
    scoring.score_days(project, registry.champion(project), board)
    monitoring.write_metrics(project, board)


def register_again(project):
    """Register the champion as a new version, and promote it."""
    old = registry.champion(project)
    newer = registry.register(
        project,
        old.pipeline,
        card=old.card,
        description="the same again",
        training_dataset_version=old.training_dataset_version,
        input_example=passengers.load()[passengers.FEATURES].head(1),
    )
    registry.promote(project, newer.version)
    return newer


def test_an_empty_store_has_an_empty_history_and_no_model(empty):
    found = read_history(empty)
    assert found.rows.empty
    assert found.version_names == [ALL_VERSIONS]
    with pytest.raises(registry.NoModel):
        read_champion(empty)


def test_the_page_knows_which_accuracy_the_champion_promised(two_weeks_old):
    promised = registry.champion(two_weeks_old).card.expected_accuracy
    found = read_history(two_weeks_old)
    assert "estimate" not in {alarm.kind for alarm in found.alarms()}
    less_sure = replace(found, rows=found.rows.assign(estimated_accuracy=0.6, estimated_low=0.5, estimated_high=0.7))
    (alarm,) = [alarm for alarm in less_sure.alarms() if alarm.kind == "estimate"]
    assert f"{promised:.0%}" in alarm.message


@pytest.mark.slow
@pytest.mark.browser
def test_both_pages_are_served_over_the_store(two_weeks_old, visit, picture, film):
    with serving.serve() as running:
        predict, monitor = running
        for size in ("desktop", "phone"):
            page = visit(predict, size)
            expect(page.locator("p.truth")).to_contain_text("survived, in lifeboat 6")
            picture(page, f"predict-{size}")
            if size == "desktop":
                show_predict(page, film)
            page.close()
            page = visit(monitor, size)
            expect(page.locator(".prose.tiles")).to_contain_text("420")
            picture(page, f"monitor-{size}")
            if size == "desktop":
                show_monitor(page, film)
            page.close()
    assert all(process.poll() is not None for process in running.values())


def show_predict(page, film):
    """What can be done on the first page: look, change a fact, ask for somebody else."""
    expect(page.get_by_role("link", name="How well has it been doing?")).to_be_visible()
    film(page)
    for choice, said in {"Male": "a man", "Third": "third class"}.items():
        page.get_by_label(choice, exact=True).check()
        expect(page.locator(".verdict .who")).to_have_text(re.compile(said, re.IGNORECASE))
        film(page)
    page.mouse.wheel(0, 520)
    film(page)
    page.evaluate("window.scrollTo(0, 0)")
    page.get_by_role("button", name="a survivor").click()
    expect(page.locator("p.truth")).to_contain_text("Nobody real")
    film(page)


def show_monitor(page, film):
    """What the second page holds, tab by tab."""
    film(page)
    for tab in ("Days", "Calibration", "Drift", "Models"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(500)  # charts draw themselves
        film(page)


def test_the_readers_follow_the_store(two_weeks_old):
    first = read_history(two_weeks_old)
    assert first.total["passengers"] == len(first.recent) == 14 * 30
    assert first.total["known"] == 11 * 30, "outcomes come after three days"
    assert first.recent["survived"].head(90).isna().all()
    assert first.known["predicted_at"].dt.date.tolist() == [TODAY - timedelta(days=3)]
    assert first.missed_days(TODAY) == []
    assert read_history(two_weeks_old, first) is first

    newer = register_again(two_weeks_old)
    assert read_champion(two_weeks_old).version == newer.version == 2
    arrive(two_weeks_old, days=2)
    second = read_history(two_weeks_old, first)
    assert second.total["passengers"] == 16 * 30
    assert second.version_names == [ALL_VERSIONS, "Version 2", "Version 1"]

    registry.promote(two_weeks_old, 1)
    assert read_champion(two_weeks_old).version == 1
    third = read_history(two_weeks_old, second)
    assert third.versions.set_index("version")["champion"].to_dict() == {2: False, 1: True}


def test_a_real_model_answers_a_program(two_weeks_old):
    page = PredictPage(Live(lambda previous: read_champion(two_weeks_old), 0))
    answered = page.predict(3, "male", 22, 1, 0, 7.25, "S")
    assert answered["survived"] is False
    assert answered["low"] - 0.1 < answered["probability"] < answered["high"] + 0.1
    assert answered["plausible"] == ["died"]


def test_a_store_that_breaks_is_reported_and_what_was_read_is_kept(tmp_path, monkeypatch):
    with hopsworks_local.start(tmp_path, project="titanic") as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        project = lifeboat.login()
        features.write_new(features.feature_group(project), features.historical_passengers())
        history = Live(lambda previous: read_history(project, previous), every=0)
        assert history.get().error is None
    wait_for(lambda: history.get().error is not None)
    assert history.get().value is not None
    _, _, state, *_ = MonitorPage(history).show(None, "All history", ALL_VERSIONS, "all", 50, "")
    assert "The store does not answer" in state
    assert "What is shown was read less than a minute ago" in state
    assert str(tmp_path) not in state


@pytest.fixture(autouse=True)
def own_ports(monkeypatch):
    """Ports that no page of another test asks for: Gradio serves those from 7860 on, too."""
    ports = random.sample(range(10_000, 32_000), len(serving.PORTS))
    monkeypatch.setattr(serving, "PORTS", dict(zip(serving.PORTS, ports, strict=True)))


@pytest.fixture
def own_store(trained_store, without_key, tmp_path, monkeypatch):
    """A store whose service this process starts, with two models and two days of predictions in it."""
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "store"))
    shutil.copytree(trained_store, tmp_path / "store")
    arrive(lifeboat.login(), days=2)
    return tmp_path / "store"


def services(store):
    """The running services over a store that this process started."""
    children = psutil.Process().children()
    running = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in running if f"{store}" in child.cmdline()]


@pytest.mark.slow
@pytest.mark.browser
def test_a_service_that_is_killed_comes_back_under_both_open_pages(own_store, visit, capfd, caplog):
    with serving.serve() as running:
        predict, monitor = map(visit, running)
        expect(predict.locator(".facts").last).to_contain_text("version 2")
        expect(monitor.locator(".prose.tiles")).to_contain_text("Predictions60")
        ask = Client(next(iter(running)), verbose=False).predict
        (killed,) = services(own_store)
        killed.kill()
        answered = ask(pclass=3, sex="male", age=22, api_name="/predict")  # from what the page knows
        assert answered["model_version"] == 2
        wait_for(lambda: services(own_store) not in ([], [killed]), seconds=30)
        project = lifeboat.login()
        register_again(project)
        changed = time.monotonic()
        expect(predict.locator(".facts").last).to_contain_text("version 3", timeout=60_000)
        print(f"predict after {time.monotonic() - changed:.1f} s")
        scoring.score_days(project, registry.champion(project), [TODAY])
        monitoring.write_metrics(project, [TODAY])
        changed = time.monotonic()
        expect(monitor.locator(".prose.tiles")).to_contain_text("Predictions90", timeout=60_000)
        print(f"monitor after {time.monotonic() - changed:.1f} s")
        expect(predict.locator(".state .notice")).to_have_count(0)
        expect(monitor.locator(".state .notice")).to_have_count(0)
        predict.close()
        monitor.close()
        assert all(process.poll() is None for process in running.values())
    said = capfd.readouterr()
    print(said.out, said.err)
    assert [record.getMessage() for record in caplog.records if "service" in record.getMessage()] == [
        "the local service had ended; it was started again"
    ]
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) <= 2 * 2  # at most a line where the incident begins and ends, on each page


@pytest.mark.slow
@pytest.mark.browser
def test_promotion_and_rollback_take_effect_on_both_pages_within_a_minute(two_weeks_old, visit):
    if len(registry.registered(two_weeks_old)) < 2:
        register_again(two_weeks_old)
    registry.promote(two_weeks_old, 2)
    with serving.serve() as running:
        predict, monitor = map(visit, running)
        monitor.get_by_role("tab", name="Models").click()
        champion = monitor.locator("table.versions tbody tr", has_text="champion").locator("th")
        expect(predict.locator(".facts").last).to_contain_text("version 2")
        expect(champion).to_contain_text("2")
        for change, version in [(partial(registry.promote, version=1), 1), (registry.rollback, 2)]:
            change(two_weeks_old)
            changed = time.monotonic()
            expect(predict.locator(".facts").last).to_contain_text(f"version {version}", timeout=60_000)
            expect(champion).to_contain_text(f"{version}", timeout=60_000)
            print(f"version {version} shown on both pages after {time.monotonic() - changed:.1f} s")
            assert time.monotonic() - changed < 60
        predict.close()
        monitor.close()
