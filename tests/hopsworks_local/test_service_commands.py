"""The client's own command line, `hops`, over a local store."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hopsworks.hsfs.builtin_transformations import min_max_scaler, standard_scaler

HOPS = Path(sys.executable).with_name("hops")


@pytest.fixture
def hops(service, tmp_path):
    """A function that runs a command and returns what it said."""

    def hops(*arguments):
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", **service.environment}
        done = subprocess.run([HOPS, *arguments], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return hops


@pytest.mark.parametrize("noun", ["deployment", "alert", "env", "app"])
def test_what_is_not_here_is_an_empty_list(hops, noun):
    said = hops(noun, "list")
    assert "not supported" not in said
    assert len(said.strip().splitlines()) <= 2  # the heads of the columns at most


def test_jobs_transformations_and_hits_are_listed(hops, store, view):
    view.create_training_data(data_format="csv")
    for function in (min_max_scaler, standard_scaler):  # of one alone the client makes no list
        store.create_transformation_function(function, version=None).save()
    assert f"{view.name}_1_1_training_dataset" in hops("job", "list")
    assert "min_max_scaler" in hops("transformation", "list")
    assert view.name in hops("search", view.name)
