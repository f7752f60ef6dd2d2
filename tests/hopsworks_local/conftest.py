"""A service over a folder of its own, and the unmodified client logged in to it.

Two pauses of the client are left out, which change nothing but the time that tests take: the animation of a read
sleeps half a second, and saving a model waits five.
"""

import itertools
import os
from pathlib import Path
from types import SimpleNamespace

import client_calls
import pandas as pd
import pytest
from service_helpers import AGAINST, Rest, days, log_in

import hopsworks_local

numbers = itertools.count()
watch = client_calls.Watch()


def pytest_configure(config):
    if client_calls.VARIABLE in os.environ:
        watch.begin()


def pytest_runtest_logreport(report):
    """Keep the calls of tests that pass; see `client_calls`."""
    watch.failed |= report.failed
    if client_calls.VARIABLE in os.environ and report.when == "teardown":
        calls, failed, watch.failed = watch.take(), watch.failed, False
        if calls and not failed:
            client_calls.write(Path(os.environ[client_calls.VARIABLE]), report.nodeid, calls)


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    if os.environ.get(AGAINST) == "cluster":
        found = {name: value for name, value in os.environ.items() if name.startswith("HOPSWORKS_")}
        yield SimpleNamespace(environment={"HOPSWORKS_PORT": "443", **found})
        return
    with hopsworks_local.start(tmp_path_factory.mktemp("hopsworks") / "store") as running:
        yield running


@pytest.fixture
def project(service, monkeypatch):
    return log_in(service.environment, monkeypatch)


@pytest.fixture
def store(project):
    return project.get_feature_store()


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"thing{next(numbers)}_{os.getpid()}"


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "id": range(10),
            "number": [0.5 * i if i % 4 else None for i in range(10)],
            "text": [f"t{i % 3}" if i % 5 else None for i in range(10)],
            "flag": [i % 2 == 0 for i in range(10)],
            "label": [i % 2 for i in range(10)],
            "at": days(*range(1, 11)),
        }
    )


@pytest.fixture
def group(store, name, frame):
    """A feature group of ten rows, one a day, with missing values."""
    group = store.create_feature_group(name, version=1, primary_key=["id"], event_time="at")
    group.insert(frame)
    return group


@pytest.fixture
def view(store, group):
    """A view of `group` with a label, a training helper and an inference helper."""
    query = group.select(["number", "text", "flag", "label"])
    helpers = {"training_helper_columns": ["text"], "inference_helper_columns": ["flag"]}
    return store.create_feature_view(group.name, version=1, query=query, labels=["label"], **helpers)


@pytest.fixture(scope="session")
def rest(service):
    return Rest(service.environment)
