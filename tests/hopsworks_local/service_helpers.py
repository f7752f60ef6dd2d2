"""What the tests of the service share beside fixtures."""

import logging
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import requests
import urllib3

urllib3.disable_warnings()
API = "/hopsworks-api/api"
AGAINST = "HOPSWORKS_LOCAL_AGAINST"  # if it is `cluster`, tests run against the Hopsworks of the environment


def log_in(environment, monkeypatch):
    """Log in as a user's program would, unless that is where the process is logged in already."""
    import hopsworks
    from hopsworks_common import util
    from hsml.engine import model_engine

    logging.getLogger().setLevel(logging.WARNING)
    monkeypatch.setattr(util, "_loading_animation", lambda *arguments: None)
    monkeypatch.setattr(model_engine, "time", SimpleNamespace(sleep=lambda seconds: None, time=time.time))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    try:
        current = hopsworks.get_current_project()
        if f":{environment['HOPSWORKS_PORT']}/" in current.get_url():
            return current
        hopsworks.logout()
    except Exception:  # not logged in yet
        pass
    return hopsworks.login()


def days(*numbers, month=1):
    """Days of 2026, in the resolution that Delta has."""
    return pd.to_datetime([f"2026-{month:02}-{number:02}" for number in numbers]).astype("datetime64[us]")


class Rest:
    """The REST interface without the client."""

    def __init__(self, environment):
        self.base = f"https://127.0.0.1:{environment['HOPSWORKS_PORT']}"
        self.headers = {"Authorization": f"ApiKey {environment['HOPSWORKS_API_KEY']}"}
        self._authority = environment["HOPSWORKS_TRUST_STORE_PATH"]
        self._session = requests.Session()

    def __call__(self, method, path, **options):
        options = {"headers": self.headers, **options}
        return self._session.request(method, f"{self.base}{API}{path}", verify=self._authority, timeout=30, **options)

    @property
    def files(self):
        return f"/project/{self('GET', '/project').json()[0]['project']['id']}/dataset"


def store_folder(service):
    return Path(service.environment["HOPSWORKS_CERT_FOLDER"]).parents[2]
