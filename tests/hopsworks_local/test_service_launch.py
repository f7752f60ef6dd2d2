"""The life of a service: how it starts, says what is wrong, and ends."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import psutil
import pytest
from service_helpers import Rest, store_folder

import hopsworks_local


def python(script, *arguments, **options):
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)], text=True, **options)


def services_of(folder):
    """The processes that serve a store."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "hopsworks_local" in command and str(folder) in command:
            found.append(process)
    return found


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_service_answers_when_start_returns_and_is_gone_after_stop(tmp_path):
    with hopsworks_local.start(tmp_path / "store") as service:
        assert Rest(service.environment)("GET", "/variables/versions").status_code == 200
    assert services_of(tmp_path / "store") == []
    assert list((tmp_path / "store/services").iterdir()) == []
    service.stop()  # again


def test_it_starts_quickly_and_out_of_reach_of_interrupts(tmp_path):
    """Measured is the processor's time, since the machine may be busy with other tests."""
    with hopsworks_local.start(tmp_path):
        [process] = services_of(tmp_path)
        times = process.cpu_times()
        assert times.user + times.system < 1.5
        assert os.getpgid(process.pid) != os.getpgid(0)


def test_the_command_prints_only_what_a_login_needs_and_serves_until_stopped(tmp_path):
    command = [sys.executable, "-m", "hopsworks_local", "--store", str(tmp_path / "a b"), "--project", "other"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = []
    while (line := process.stdout.readline()).strip():
        lines.append(line)
    script = "".join(lines) + 'test "$HOPSWORKS_PROJECT" = other && test -d "$(dirname "$HOPSWORKS_CERT_FOLDER")"'
    assert subprocess.run(["sh", "-ec", script]).returncode == 0
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_a_signal_ends_it_cleanly(tmp_path):
    service = hopsworks_local.start(tmp_path)
    [process] = services_of(tmp_path)
    process.terminate()
    assert process.wait(10) == 0
    service.stop()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_it_ends_with_the_process_that_started_it(tmp_path, end):
    script = """
        import sys, time, hopsworks_local
        service = hopsworks_local.start(sys.argv[1])
        print("ready", flush=True)
        time.sleep(float(sys.argv[2]))
    """
    parent = python(script, tmp_path, 0 if end is None else 60, stdout=subprocess.PIPE)
    parent.stdout.readline()
    if end is not None:
        assert services_of(tmp_path)
        parent.send_signal(end)
    parent.wait(20)
    parent.stdout.close()
    wait_until(lambda: not services_of(tmp_path))


def test_it_ends_even_if_a_fork_of_the_killed_parent_lives_on(tmp_path):
    script = """
        import os, sys, time, hopsworks_local
        service = hopsworks_local.start(sys.argv[1])
        if os.fork() == 0:
            print(os.getpid(), flush=True)
        time.sleep(60)
    """
    parent = python(script, tmp_path, stdout=subprocess.PIPE)
    fork = int(parent.stdout.readline())
    parent.kill()
    parent.wait(20)
    try:
        wait_until(lambda: not services_of(tmp_path))
    finally:
        os.kill(fork, signal.SIGKILL)
        parent.stdout.close()


def test_what_a_killed_service_left_is_cleaned_up_by_the_next(tmp_path):
    service = hopsworks_local.start(tmp_path)
    [process] = services_of(tmp_path)
    process.kill()
    service.stop()
    assert len(list((tmp_path / "services").iterdir())) == 1
    with hopsworks_local.start(tmp_path) as other:
        [left] = (tmp_path / "services").iterdir()
        assert str(left) in other.environment["HOPSWORKS_CERT_FOLDER"]


@contextlib.contextmanager
def a_file(tmp_path):
    (tmp_path / "store").touch()
    yield {}, "is a file: give a folder"


@contextlib.contextmanager
def a_newer_format(tmp_path):
    (tmp_path / "store").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "store/metadata.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    yield {}, "has format 99, this version of hopsworks_local knows up to"


@contextlib.contextmanager
def no_database(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store/metadata.sqlite").write_text("no database at all" * 100)
    yield {}, "cannot be used: file is not a database"


@contextlib.contextmanager
def no_project_name(tmp_path):
    yield {"project": "../x"}, "project name '../x' must begin with a letter"


@contextlib.contextmanager
def a_taken_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield {"port": taken.getsockname()[1]}, "cannot be used"


@contextlib.contextmanager
def an_impossible_port(tmp_path):
    yield {"port": 70_000}, "port 70000 cannot be used"


@pytest.mark.parametrize(
    "trouble",
    [a_file, a_newer_format, no_database, no_project_name, a_taken_port, an_impossible_port],
    ids=lambda trouble: trouble.__name__,
)
def test_what_stands_in_the_way_is_said_in_one_line(tmp_path, trouble):
    with trouble(tmp_path) as (options, message), pytest.raises(hopsworks_local.StoreError, match=message) as raised:
        hopsworks_local.start(tmp_path / "store", **options)
    assert "\n" not in str(raised.value)


def test_a_store_keeps_the_name_of_its_project(tmp_path):
    names = []
    for folder, project in [("named", "first"), ("named", None), ("unnamed", None)]:
        with hopsworks_local.start(tmp_path / folder, project=project) as service:
            names.append(service.environment["HOPSWORKS_PROJECT"])
    assert names == ["first", "first", "local"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(hopsworks_local.StoreError, match="cannot be written to"):
        hopsworks_local.start(tmp_path / "store")
    tmp_path.chmod(0o700)


def test_a_read_only_place():
    with pytest.raises(hopsworks_local.StoreError, match="cannot be written to"):
        hopsworks_local.start("/proc/store")


@pytest.mark.parametrize("folder", ["50%", "a#b", "[x]", "what?"])
def test_folders_that_delta_cannot_write_to(tmp_path, folder):
    with pytest.raises(hopsworks_local.StoreError, match="in its path: choose another place"):
        hopsworks_local.start(tmp_path / folder)


def test_the_command_fails_with_a_message_and_a_code(tmp_path):
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "hopsworks_local", "--store", str(tmp_path / "file")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"hopsworks_local: the store {tmp_path / 'file'} is a file: give a folder\n"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy"}, "127.0.0.1"),
        ({"http_proxy": "http://proxy", "NO_PROXY": "intranet"}, "intranet,127.0.0.1"),
    ],
)
def test_proxies_are_kept_out_of_the_way(monkeypatch, variables, expected):
    from hopsworks_local.server import environment

    for name in ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    credentials = SimpleNamespace(key="key", folder="folder", trust_store="authority.pem")
    backend = SimpleNamespace(store=SimpleNamespace(project="titanic"), credentials=credentials)
    found = environment(backend, 1)
    assert (found.get("no_proxy"), found.get("NO_PROXY")) == (expected, expected)


def test_errors_are_logged_without_the_key(service, rest):
    rest("GET", "/no/such/thing")
    logs = "".join(file.read_text() for file in (store_folder(service) / "logs").iterdir())
    assert "not supported by the local service: GET /hopsworks-api/api/no/such/thing" in logs
    assert service.environment["HOPSWORKS_API_KEY"] not in logs
