"""Fixtures of several tests of the library."""

import shutil

import pytest
from filelock import FileLock


@pytest.fixture(scope="session")
def trained_store(tmp_path_factory, worker_id):
    """The folder of a store with the passengers and two models: version 1 is logistic, version 2 the default.

    It is made once for all workers, and only ever copied.
    """
    import hopsworks_local
    from lifeboat import features, training

    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "trained-store"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            making = folder.with_suffix(".making")
            with pytest.MonkeyPatch.context() as patch, hopsworks_local.start(making, project="titanic") as service:
                project = _login(service, patch)
                features.write_new(features.titanic_group(project), features.historical_passengers())
                training.train(project, "logistic")
                training.train(project)
            making.rename(folder)
    return folder


@pytest.fixture(scope="module")
def registry_service(trained_store, tmp_path_factory):
    """A service over a copy of `trained_store`."""
    import hopsworks_local

    folder = tmp_path_factory.mktemp("trained") / "store"
    shutil.copytree(trained_store, folder)
    with hopsworks_local.start(folder, project="titanic") as service:
        yield service


@pytest.fixture
def trained(registry_service, monkeypatch):
    """The project of `registry_service`; logged in again, for the client knows one project at a time."""
    return _login(registry_service, monkeypatch)


def _login(service, patch):
    """Log in, and let the client wait for nothing after it has saved a model."""
    import lifeboat

    patch.setattr("hsml.engine.model_engine.time.sleep", lambda seconds: None)
    for name, value in service.environment.items():
        patch.setenv(name, value)
    return lifeboat.login()
