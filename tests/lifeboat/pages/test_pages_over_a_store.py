"""The readers of both pages over a real store, filled as the pipelines fill it; both pages as they are served."""

from datetime import timedelta

import pytest
from pages import TODAY, wait_for
from playwright.sync_api import expect

import hopsworks_local
import lifeboat
from lifeboat import arrivals, features, passengers, registry, scoring, training
from lifeboat.operate import serve as serving
from lifeboat.pages.live import Live
from lifeboat.pages.monitor.history import ALL_VERSIONS, read_history
from lifeboat.pages.monitor.page import Page as MonitorPage
from lifeboat.pages.predict.page import Page as PredictPage
from lifeboat.pages.predict.page import read_champion
from lifeboat.synthetic import PassengerGenerator


@pytest.fixture
def two_weeks_old(filled):
    """A store that has lived for two weeks: a model, and thirty passengers a day with their predictions."""
    if not registry.registered(filled):
        training.train(filled)
        arrive(filled, days=14)
    return filled


def arrive(project, days):
    generator = PassengerGenerator().fit(passengers.load())
    board = [TODAY - timedelta(days=back) for back in reversed(range(days))]
    features.write_new(features.titanic_group(project), arrivals.of_days(generator, board, 30))
    scoring.score_days(project, registry.champion(project), board)


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
    assert found.results.empty
    assert found.version_names == [ALL_VERSIONS]
    with pytest.raises(registry.NoModel):
        read_champion(empty)


@pytest.mark.slow
@pytest.mark.browser
def test_both_pages_are_served_over_the_store(two_weeks_old, visit, picture):
    with serving.serve() as running:
        predict, monitor = running
        for size in ("desktop", "phone"):
            page = visit(predict, size)
            expect(page.locator("p.truth")).to_contain_text("survived, in lifeboat 6")
            picture(page, f"predict-{size}")
            page.close()
            page = visit(monitor, size)
            expect(page.locator(".prose.tiles")).to_contain_text("420")
            picture(page, f"monitor-{size}")
            page.close()
    assert all(process.poll() is not None for process in running.values())


def test_the_readers_follow_the_store(two_weeks_old):
    first = read_history(two_weeks_old)
    assert len(first.results) == 14 * 30
    assert first.results["survived"].notna().all()
    assert first.missed_days(TODAY) == []
    assert read_history(two_weeks_old, first) is first

    newer = register_again(two_weeks_old)
    assert read_champion(two_weeks_old).version == newer.version == 2
    arrive(two_weeks_old, days=2)
    second = read_history(two_weeks_old, first)
    assert len(second.results) == 16 * 30
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
    with hopsworks_local.start(tmp_path) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        project = lifeboat.login()
        features.write_new(features.titanic_group(project), features.historical_passengers())
        history = Live(lambda previous: read_history(project, previous), every=0)
        assert history.get().error is None
    wait_for(lambda: history.get().error is not None)
    assert history.get().value is not None
    _, _, state, *_ = MonitorPage(history).show("All history", ALL_VERSIONS)
    assert "The store does not answer" in state
    assert str(tmp_path) not in state
