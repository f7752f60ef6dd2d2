"""hopsworks-local as somebody installs it who has never heard of Lifeboat: the wheel, beside the client alone."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import client_calls
import pytest
from service_helpers import AGAINST

import hopsworks_local

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "lib" / "hopsworks_local"
UV = [sys.executable, "-m", "uv", "--quiet"]
LOCKED = f"--constraints={ROOT / 'requirements.txt'}"
STATISTICS = "tests/hopsworks_local/test_service_statistics.py"
EARLIER = "5.1.2"
PLAIN = """
import hopsworks
import pandas as pd

project = hopsworks.login()
store = project.get_feature_store()
sensors = store.get_or_create_feature_group("sensors", version=1, primary_key=["id"], event_time="at")
times = pd.date_range("2026-01-01", periods=8, freq="D")
readings = {"heat": [20.5 + i for i in range(8)], "ok": [i % 2 for i in range(8)]}
sensors.insert(pd.DataFrame({"id": range(8), "at": times, **readings}))
view = store.create_feature_view("sensors", version=1, query=sensors.select(["heat", "ok"]), labels=["ok"])
train, test, *_ = view.train_test_split(test_size=0.25)
print(project.name, len(sensors.read()), len(train), len(test))
"""
ASK = """
import asyncio
import os
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

options = {
    "hopsworks_host": "HOST", "hopsworks_port": "PORT", "project": "PROJECT", "api_key_value": "API_KEY",
    "trust_store_path": "TRUST_STORE_PATH",
}
arguments = [text for name, key in options.items() for text in (f"--{name}", os.environ[f"HOPSWORKS_{key}"])]

async def ask():
    server = os.path.join(os.path.dirname(sys.executable), "hopsworks-mcp")
    async with Client(StdioTransport(server, ["--transport", "stdio", *arguments], env=dict(os.environ))) as client:
        print(await client.call_tool("preview_feature_group", {"name": "sensors", "version": 1}))

asyncio.run(ask())
"""
A_TEST = """
import pandas as pd

def test_mine(hopsworks_project):
    store = hopsworks_project.get_feature_store()
    group = store.create_feature_group("mine", version=1, primary_key=["id"])
    group.insert(pd.DataFrame({"id": [1, 2]}))
    assert len(group.read()) == 2
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(FOLDER, source, dirs_exist_ok=True, ignore=ignored)
    subprocess.run([*UV, "build", "--wheel", "--out-dir", target, source], check=True)
    [wheel] = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A Python with the wheel and the client alone, at the locked versions."""
    return environment(tmp_path_factory.mktemp("venv"), LOCKED, wheel, "hopsworks[python]")


def environment(folder, *packages):
    python = folder / "bin" / "python"
    subprocess.run([*UV, "venv", "--python", sys.executable, folder], check=True)
    install(python, *packages)
    return python


def install(python, *packages):
    subprocess.run([*UV, "pip", "install", "--python", python, *packages], check=True)


def run(command, folder, **variables):
    """Run a command with nothing of ours around it, and return what it said."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **variables}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, cwd=folder, env=variables, timeout=280, **streams)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
def test_a_plain_script_runs_beside_the_client_alone(python, tmp_path):
    command = [python.parent / "hopsworks-local", "--store", tmp_path / "store"]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        variables = {}
        while (line := service.stdout.readline()).strip():
            name, _, value = shlex.split(line)[1].partition("=")
            variables[name] = value
        out = run([python, "-c", PLAIN], tmp_path, **variables)
    finally:
        service.terminate()
        service.wait(20)
        service.stdout.close()
    assert out.splitlines()[-1] == "local 8 6 2"


@pytest.mark.slow
def test_pytest_finds_the_fixture_by_itself(python, tmp_path):
    install(python, LOCKED, "pytest")
    (tmp_path / "test_mine.py").write_text(A_TEST)
    assert "1 passed" in run([python, "-m", "pytest", "-q", "test_mine.py"], tmp_path)


def run_tests(python, folder, *files):
    """Run tests of the service, over the installed wheel, and return the counts of their outcomes."""
    paths = [f"tests/hopsworks_local/test_service_{name}.py" for name in files]
    calls = {name: value for name, value in os.environ.items() if name == client_calls.VARIABLE}
    options = ["-q", "-p", "no:cacheprovider", "--override-ini=addopts=", f"--basetemp={folder / 'of-the-tests'}"]
    out = run([python, "-m", "pytest", *options, *paths], ROOT, HOME=str(folder), **calls)
    return {
        outcome: int(count) for count, outcome in re.findall(r"(\d+) (passed|skipped|failed)", out.splitlines()[-1])
    }


@pytest.mark.slow
def test_the_client_validates_with_great_expectations(wheel, tmp_path):
    python = environment(tmp_path / "venv", LOCKED, wheel, "hopsworks[python,great-expectations]", "pytest")
    outcomes = run_tests(python, tmp_path, "expectations")
    assert outcomes.keys() == {"passed"}
    assert outcomes["passed"] > 5


@pytest.mark.slow
def test_an_assistant_reads_the_store_through_the_clients_mcp_server(wheel, tmp_path):
    python = environment(tmp_path / "venv", wheel, f"hopsworks[python,mcp]=={version('hopsworks')}", "furl>=2")
    with hopsworks_local.start(tmp_path / "store") as service:
        run([python, "-c", PLAIN], tmp_path, **service.environment)
        said = run([python, "-c", ASK], tmp_path, **service.environment)
    assert '"heat":[20.5,21.5' in said


@pytest.mark.slow
def test_the_tests_run_against_a_hopsworks_elsewhere(tmp_path):
    """As the page of compatibility says; here another local service stands for the cluster."""
    with hopsworks_local.start(tmp_path / "store") as service:
        elsewhere = {**os.environ, **service.environment, AGAINST: "cluster", "HOME": str(tmp_path)}
        out = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", STATISTICS], ROOT, **elsewhere)
        tables = list((tmp_path / "store/featuregroups").iterdir())
    assert " passed" in out.splitlines()[-1]
    assert tables


@pytest.mark.slow
def test_an_earlier_client_is_served_and_told_so(wheel, tmp_path):
    python = environment(tmp_path / "venv", wheel, f"hopsworks[python]=={EARLIER}", "furl>=2", "pytest")
    outcomes = run_tests(python, tmp_path, "feature_views", "training_datasets", "models")
    assert outcomes["passed"] > 40
    assert outcomes.keys() == {"passed"}
    with hopsworks_local.start(tmp_path / "store") as service:
        said = run(
            [python, "-W", "always", "-c", "import hopsworks; hopsworks.login()"], tmp_path, **service.environment
        )
    sentence = f"client version {EARLIER} may not be compatible with the connected Hopsworks backend version"
    assert sentence in said
