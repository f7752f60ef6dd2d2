"""Fixtures of several tests of the library."""

import pytest


@pytest.fixture(scope="module")
def registry_service(tmp_path_factory):
    """A store of its own, with the passengers and two models: version 1 is logistic, version 2 the default."""
    import hopsworks_local
    from lifeboat import features, training

    with (
        pytest.MonkeyPatch.context() as patch,
        hopsworks_local.start(tmp_path_factory.mktemp("trained"), project="titanic") as service,
    ):
        project = _login(service, patch)
        features.write_new(features.feature_group(project), features.historical_passengers())
        training.train(project, "logistic")
        training.train(project)
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
