"""How a page ends."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from gradio_client import Client

import lifeboat
from lifeboat import arrivals, features, passengers, registry, scoring, training
from lifeboat.operate import serve as serving
from lifeboat.passengers import FEATURES
from lifeboat.synthetic import PassengerGenerator

PAGE = """
import atexit, time
from lifeboat.operate.serve import end_in_order
atexit.register(print, "tidied up")
end_in_order()
print("serving", flush=True)
time.sleep(60)
"""


def page(**settings):
    running = subprocess.Popen(
        [sys.executable, "-c", PAGE],
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "serving\n"
    return running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_page_that_is_stopped_tidies_up(number):
    running = page()
    running.send_signal(number)
    assert running.stdout.read() == "tidied up\n"
    running.wait(10)


def test_a_page_ends_with_the_program_that_serves_it_even_if_that_is_killed():
    running = page(LIFEBOAT_PAGE_FOLLOWS="yes")
    running.stdin.close()  # all that a killed parent does
    assert running.stdout.read() == "tidied up\n"
    assert running.wait(10) == 0


def test_a_page_alone_needs_no_input():
    running = page()
    running.stdin.close()
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(0.5)
    running.kill()
    running.wait()


@pytest.fixture
def own_store(tmp_path, monkeypatch):
    """A store whose service this process starts, with a model and two days of predictions in it."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("HOPSWORKS_")]:
        del os.environ[name]
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "store"))
    project = lifeboat.login()
    features.write_new(features.titanic_group(project), features.historical_passengers())
    training.train(project)
    score(project, back=1)
    yield tmp_path / "store"
    os.environ.clear()
    os.environ.update(before)


def score(project, back):
    """Let thirty passengers board some days ago, and score them."""
    generator = PassengerGenerator().fit(passengers.load())
    day = datetime.now(UTC).date() - timedelta(days=back)
    features.write_new(features.titanic_group(project), arrivals.of_days(generator, [day], 30))
    scoring.score_days(project, registry.champion(project), [day])


def register_again(project):
    """Register the champion as a new version, which predicts."""
    old = registry.champion(project)
    given = {"report": old.report, "training_dataset_version": old.training_dataset_version, "description": "again"}
    return registry.register(project, old.pipeline, **given, input_example=passengers.load()[FEATURES].head(1))


def services(store):
    """The running services over a store that this process started."""
    children = psutil.Process().children()
    running = [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in running if f"{store}" in child.cmdline()]


def seconds_until(condition, limit=60):
    """How long it takes until something is true; not longer than the limit."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < limit
        time.sleep(0.2)
    return time.monotonic() - began


@pytest.mark.slow
def test_a_service_that_is_killed_comes_back_under_the_pages(own_store, capfd):
    with serving.serve() as running:
        predict, monitor = (Client(address, verbose=False) for address in running)

        def version():
            return predict.predict(pclass=3, sex="male", age=22, api_name="/predict")["model_version"]

        assert version() == 1
        for newest in (2, 3):
            (killed,) = services(own_store)
            killed.kill()
            assert version() == newest - 1  # the page goes on with what it knows
            seconds_until(lambda killed=killed: services(own_store) not in ([], [killed]), limit=30)
            register_again(lifeboat.login())
            print(f"version {newest} on the page after {seconds_until(lambda n=newest: version() == n):.1f} s")
        assert all(process.poll() is None for process in running.values())
    said = capfd.readouterr()
    print(said.out, said.err)
    assert "Traceback" not in said.err
    assert said.err.count("it was started again") == 2
    assert said.err.count("could not be read") <= 4
    assert len(said.err.splitlines()) <= 10
