"""The readers of both pages over a real store, filled as the pipelines fill it; both pages as they are served."""

from datetime import timedelta

import pytest
from pages import TODAY
from playwright.sync_api import expect

from lifeboat import features, models, passengers, scoring, training
from lifeboat.spaces import serve as serving
from lifeboat.spaces.live import Live
from lifeboat.spaces.monitor.history import ALL_VERSIONS, read_history
from lifeboat.spaces.monitor.page import Page as MonitorPage
from lifeboat.spaces.predict.page import Page as PredictPage
from lifeboat.spaces.predict.page import read_champion
from lifeboat.synthetic import PassengerGenerator


@pytest.fixture(scope="module")
def generator():
    return PassengerGenerator().fit(passengers.load())


def arrive(project, generator, days, per_day=5):
    board = [TODAY - timedelta(days=back) for back in reversed(range(days))]
    features.write_new(features.titanic_group(project), features.arrivals(generator, board, per_day))
    scoring.score_days(project, models.champion(project), board)


def page_over(project):
    return MonitorPage(Live(lambda previous: read_history(project, previous), 0))


def test_an_empty_store_has_an_empty_history_and_no_model(empty):
    found = read_history(empty)
    assert found.results.empty
    assert found.version_names == [ALL_VERSIONS]
    with pytest.raises(models.NoModel):
        read_champion(empty)


def test_the_readers_follow_the_store(filled, generator):
    training.train(filled, "logistic")
    arrive(filled, generator, days=3)
    first = read_history(filled)
    assert len(first.results) == 15
    assert first.results["survived"].notna().all()
    assert read_history(filled, first) is first

    assert read_champion(filled).version == 1
    training.train(filled)
    assert read_champion(filled).version == 2
    arrive(filled, generator, days=3)
    second = read_history(filled, first)
    assert len(second.results) == 30
    assert second.version_names == [ALL_VERSIONS, "Version 2", "Version 1"]
    assert second.missed_days(TODAY) == []
    shown = "".join(str(view) for view in page_over(filled).show("All history", ALL_VERSIONS))
    assert "Most recent prediction" in shown
    answered = PredictPage(Live(lambda previous: read_champion(filled), 0)).predict(3, "male", 22, 1, 0, 7.25, "S")
    assert answered["survived"] is False


@pytest.mark.slow
@pytest.mark.browser
def test_both_pages_are_served_over_the_store(filled, generator, visit):
    training.train(filled, "logistic")
    arrive(filled, generator, days=2)
    with serving.serve() as running:
        shown = {address: visit(address) for address in running}
        predict, monitor = shown.values()
        expect(predict.locator(".verdict .number")).to_be_visible()
        expect(monitor.locator(".prose.tiles")).to_contain_text("Passengers scored")
        for page in shown.values():
            page.close()
    assert all(process.poll() is not None for process in running.values())
