"""The Spaces as they are put together and published: complete, without anything private, and exactly as built."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import requests
import yaml
from gradio_client import Client
from huggingface_hub import constants
from loopback_hub import LoopbackHub

import hopsworks_local
import lifeboat
from lifeboat import features, store, training
from lifeboat.errors import LifeboatError
from lifeboat.operate import publish

TOKEN = "hf_of_the_test"
NEEDED = [
    "app.py",
    "README.md",
    "requirements.txt",
    "lifeboat/data/titanic.csv",
    "hopsworks_local/__init__.py",
    "hopsworks_local/LICENSE",
    "store/metadata.sqlite",
    "store/featuregroups/titanic_1/_delta_log/00000000000000000000.json",
    "store/files/Projects/titanic/Models/titanic_survival/1/Files/model.skops",
]
REQUIREMENTS = store.project_folder() / "spaces" / "requirements.txt"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A store with passengers and a model in it, in use by a running service."""
    folder = tmp_path_factory.mktemp("live")
    with hopsworks_local.start(folder, project="titanic") as service, pytest.MonkeyPatch.context() as patch:
        project = _log_in(service, patch)
        features.write_new(features.feature_group(project), features.historical_passengers())
        training.train(project)
        yield folder


@pytest.fixture
def shipped(live, monkeypatch):
    """The environment of somebody whose local store is `live`."""
    monkeypatch.setenv("LIFEBOAT_STORE", str(live))
    monkeypatch.delenv("HOPSWORKS_API_KEY", raising=False)


@pytest.fixture
def hub(monkeypatch):
    with LoopbackHub(TOKEN) as running:
        monkeypatch.setattr(constants, "ENDPOINT", running.endpoint)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield running


def _log_in(service, patch):
    for name, value in service.environment.items():
        patch.setenv(name, value)
    return lifeboat.login()


def _content(folder: Path) -> dict[str, bytes]:
    return {f"{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", publish.SPACES)
def test_a_space_is_complete(shipped, tmp_path, name):
    folder = publish.build(name, tmp_path)
    assert [file for file in NEEDED if not (folder / file).is_file()] == []


@pytest.mark.parametrize("name", publish.SPACES)
def test_nothing_private_is_in_a_space(shipped, live, tmp_path, name):
    content = _content(publish.build(name, tmp_path))
    private = re.compile(r"(^|/)(\.|__pycache__)|\.(pem|key|jks|log|sqlite-\w+)$|^store/(logs|services|uploads|trash)/")
    assert [path for path in content if private.search(path)] == []
    data = {path: data for path, data in content.items() if not path.endswith(".py")}
    assert [path for path, data in data.items() if b"PRIVATE KEY" in data or bytes(live) in data] == []


def test_the_snapshot_is_a_store_of_its_own(shipped, tmp_path, monkeypatch):
    snapshot = publish.build("monitor", tmp_path) / "store"
    with hopsworks_local.start(snapshot) as service:
        project = _log_in(service, monkeypatch)
        assert len(features.feature_group(project).read()) == 1309


@pytest.mark.parametrize(
    ("name", "file", "problem"),
    [("pilot", None, "space is 'pilot'; allowed: predict, monitor"), ("predict", "mine.txt", "not empty")],
)
def test_wrong_arguments_are_refused(shipped, tmp_path, name, file, problem):
    if file:
        (tmp_path / file).touch()
    with pytest.raises(publish.DeployError, match=problem):
        publish.build(name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ([file] if file else [])


def test_without_a_store_there_is_nothing_to_show(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("HOPSWORKS_API_KEY", raising=False)
    with pytest.raises(publish.DeployError, match="make run"):
        publish.build("predict", tmp_path / "space")
    assert not (tmp_path / "space").exists()


def test_a_damaged_store_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path))
    (tmp_path / "metadata.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(LifeboatError, match="not a database"):
        publish.build("predict", tmp_path / "space")


def test_a_store_in_the_cloud_needs_no_snapshot(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("HOPSWORKS_API_KEY", "key")
    assert not (publish.build("predict", tmp_path / "space") / "store").exists()


def test_what_is_published_is_exactly_the_folder(shipped, hub, tmp_path):
    spaces = publish.deploy("me", folder=tmp_path)
    assert hub.spaces == {f"me/lifeboat-{space.name}": _content(space.folder) for space in spaces}
    assert hub.unknown == []


def test_publishing_again_removes_what_is_gone(shipped, hub, tmp_path):
    hub.spaces["me/lifeboat-predict"] = {"old.py": b"", "app.py": b""}
    predict, _ = publish.deploy("me", folder=tmp_path)
    assert hub.spaces["me/lifeboat-predict"] == _content(predict.folder)


def test_a_dry_run_needs_no_token_and_sends_nothing(shipped, hub, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    spaces = publish.deploy("me", dry_run=True, folder=tmp_path)
    assert [space.name for space in spaces] == list(publish.SPACES)
    assert all(space.size > 100_000 and Path("app.py") in space.files for space in spaces)
    assert hub.spaces == {}


def test_a_missing_token_is_named(shipped, hub, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    with pytest.raises(publish.DeployError, match="HF_TOKEN"):
        publish.deploy("me", folder=tmp_path)


def test_a_refused_token_is_not_shown(shipped, hub, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(publish.DeployError, match="401") as refusal:
        publish.deploy("me", folder=tmp_path)
    assert "hf_wrong" not in f"{refusal.value}{capfd.readouterr()}"


def test_no_network_is_a_clear_error(shipped, hub, tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(publish.DeployError, match="me/lifeboat-predict"):
        publish.deploy("me", folder=tmp_path)


@pytest.mark.parametrize("user", ["", "a/b", "a b", "..", "me."])
def test_a_name_that_nobody_can_have_is_refused(user, tmp_path):
    with pytest.raises(publish.DeployError, match=re.escape(repr(user))):
        publish.deploy(user, folder=tmp_path)


def _locked(path: Path) -> dict[str, set[str]]:
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(), re.MULTILINE)
    return {name: {version for other, version in pins if other == name} for name, _ in pins}


def test_the_locked_versions_are_those_of_the_project():
    project, space = _locked(store.project_folder() / "requirements.txt"), _locked(REQUIREMENTS)
    shared = project.keys() & space.keys()
    assert {name: space[name] for name in shared} == {name: project[name] for name in shared}


def test_a_space_installs_neither_notebooks_nor_tests():
    unneeded = {"jupyterlab", "papermill", "ipykernel", "seaborn", "modal", "pytest", "playwright"}
    assert _locked(REQUIREMENTS).keys() & unneeded == set()


def test_a_space_installs_what_the_local_service_needs():
    service = tomllib.loads((store.project_folder() / "lib/hopsworks_local/pyproject.toml").read_text())["project"]
    needed = {re.match(r"[\w-]+", line)[0] for line in service["dependencies"]} - {"deltalake"}
    assert needed <= _locked(REQUIREMENTS).keys()


@pytest.mark.parametrize("name", publish.SPACES)
def test_the_readme_tells_hugging_face_how_to_run_it(name):
    folder = store.project_folder() / "spaces" / name
    front = yaml.safe_load((folder / "README.md").read_text().split("---")[1])
    assert front["sdk"] == "gradio"
    assert {front["sdk_version"]} == _locked(REQUIREMENTS)["gradio"]
    assert (folder / front["app_file"]).is_file()
    assert f"{front['python_version']}" == "3.11"
    assert len(front["short_description"]) <= 60


@pytest.fixture(scope="module")
def clean_python(tmp_path_factory):
    """A Python with what Hugging Face installs in a Space: our requirements and its own, in one command."""
    python = tmp_path_factory.mktemp("venv") / "bin" / "python"
    (gradio,) = _locked(REQUIREMENTS)["gradio"]
    theirs = [f"gradio[oauth,mcp]=={gradio}", "uvicorn>=0.14.0", "websockets>=10.4", "spaces"]
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, python.parents[1]], check=True)
    subprocess.run([*uv, "pip", "install", "--python", python, "-r", REQUIREMENTS, *theirs], check=True)
    return python


@pytest.fixture
def start(clean_python, shipped, tmp_path):
    """A function that starts a Space as Hugging Face does, with nothing of ours around it, and returns its address."""
    with contextlib.ExitStack() as stack:

        def start(name: str) -> str:
            port = _free_port()
            settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": f"{port}", "SYSTEM": "spaces"}
            app = subprocess.Popen(
                [clean_python, "app.py"],
                cwd=publish.build(name, tmp_path / name),
                env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **settings},
            )
            stack.callback(app.wait)
            stack.callback(app.terminate)
            _wait_until_it_answers(app, f"http://127.0.0.1:{port}/")
            return f"http://127.0.0.1:{port}/"

        yield start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(app: subprocess.Popen, address: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(requests.ConnectionError):
            assert requests.get(address, timeout=30).status_code == 200
            return
        assert app.poll() is None, "the app has ended"
        time.sleep(0.2)
    pytest.fail(f"no answer from {address} within {seconds} s")


@pytest.mark.slow
def test_predict_answers_from_its_snapshot(start):
    space = Client(start("predict"), verbose=False)
    answers = [space.predict(1, sex, 30, api_name="/predict") for sex in ("female", "male")]
    assert 1 > answers[0]["probability"] > answers[1]["probability"] > 0


@pytest.mark.slow
def test_monitor_runs_by_itself(start):
    assert "Lifeboat" in requests.get(start("monitor"), timeout=30).text
