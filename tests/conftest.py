"""What all tests share: a fixed environment, and a store of their own behind the real client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as lifeboat does, for tests that import scikit-learn before it
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker is left alone with one in the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """Take back what a test has left in the environment."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def without_key(same_environment: None) -> None:
    """An environment that names no Hopsworks."""
    for name in [name for name in os.environ if name.startswith("HOPSWORKS_")]:
        del os.environ[name]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A local Hopsworks service over an empty folder, one for each module of tests."""
    import hopsworks_local

    with hopsworks_local.start(tmp_path_factory.mktemp("store"), project="titanic") as running:
        yield running


@pytest.fixture
def project(service, monkeypatch: pytest.MonkeyPatch):
    """The project of `service`, logged in as a user would be."""
    return _login(service, monkeypatch)


@pytest.fixture
def filled(project):
    """The same project, with the historical passengers in it."""
    from lifeboat import features

    features.write_new(features.titanic_group(project), features.historical_passengers())
    return project


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A project in a store of its own, with nothing in it."""
    import hopsworks_local

    with hopsworks_local.start(tmp_path / "store", project="titanic") as running:
        yield _login(running, monkeypatch)


def _login(service, monkeypatch: pytest.MonkeyPatch):
    import lifeboat

    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    return lifeboat.login()
