"""Fixtures for pytest, which finds them by itself where hopsworks-local is installed.

`hopsworks_project` is a project of a service that nothing outside the test run sees. Nothing is imported before a test
asks for it.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hopsworks.project import Project

    from hopsworks_local import Service


@pytest.fixture(scope="session")
def hopsworks_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Service"]:
    """A service over an empty folder, one for the whole run."""
    import hopsworks_local

    with hopsworks_local.start(tmp_path_factory.mktemp("hopsworks") / "store") as service:
        yield service


@pytest.fixture
def hopsworks_project(hopsworks_service: "Service", monkeypatch: pytest.MonkeyPatch) -> "Project":
    """The project of `hopsworks_service`, logged in; a plain ``hopsworks.login()`` in the test reaches it too."""
    import hopsworks

    for name, value in hopsworks_service.environment.items():
        monkeypatch.setenv(name, value)
    return _current() or hopsworks.login()


def _current() -> "Project | None":
    """The project that this process is logged in to, if it is of the service in the environment."""
    import hopsworks

    try:
        project = hopsworks.get_current_project()
    except Exception:  # the client has several for not being logged in
        return None
    if f":{os.environ['HOPSWORKS_PORT']}/" in project.get_url():
        return project
    hopsworks.logout()
    return None
