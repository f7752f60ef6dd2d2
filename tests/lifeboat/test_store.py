import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

import lifeboat
from lifeboat import features, store
from lifeboat.errors import LifeboatError


@pytest.fixture
def no_key(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("HOPSWORKS_", "LIFEBOAT_"))]:
        monkeypatch.delenv(name)


def test_the_store_is_in_the_projects_folder_whatever_the_working_directory(no_key, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert store.store_folder() == store.project_folder() / "store"


def test_a_variable_names_another_store(no_key, monkeypatch, tmp_path):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "mine"))
    assert store.store_folder() == (tmp_path / "mine").resolve()


def test_a_key_means_no_local_service(no_key, monkeypatch):
    assert store.is_local()
    monkeypatch.setenv("HOPSWORKS_API_KEY", "a key")
    assert not store.is_local()


def test_logging_in_changes_neither_the_environment_nor_the_answer(no_key, monkeypatch, tmp_path):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "one"))
    lifeboat.login()
    assert store.is_local()
    assert [name for name in os.environ if name.startswith("HOPSWORKS_")] == []


def test_another_folder_is_another_store(no_key, monkeypatch, tmp_path):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "one"))
    project = lifeboat.login()
    features.write_new(features.feature_group(project), features.historical_passengers())
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "two"))
    assert features.feature_group(lifeboat.login()).id is None
    assert store.home().folder == (tmp_path / "two").resolve()


def test_child_processes_get_the_home_handed_over(no_key, monkeypatch, tmp_path):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "one"))
    code = "from lifeboat import store; print(store.is_local(), store.home().variables['HOPSWORKS_PORT'])"
    with store.handed_over():
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["True", store.home().variables["HOPSWORKS_PORT"]]
    assert "HOPSWORKS_API_KEY" not in os.environ


def test_a_wrong_key_gives_a_clear_error_without_the_key(service, monkeypatch):
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOPSWORKS_API_KEY", "wrong-and-secret")
    with pytest.raises(LifeboatError, match=r"the key is refused.*HOPSWORKS_API_KEY") as caught:
        lifeboat.login()
    assert "wrong-and-secret" not in str(caught.value)


def test_an_address_where_nobody_answers_gives_a_clear_error(service, monkeypatch):
    monkeypatch.delenv("LIFEBOAT_SERVED_STORE", raising=False)
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOPSWORKS_PORT", "9")
    with pytest.raises(LifeboatError, match=r"127\.0\.0\.1:9 did not let us in"):
        lifeboat.login()


def test_a_store_that_cannot_be_a_folder_gives_a_clear_error(no_key, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "file"))
    with pytest.raises(LifeboatError, match="file"):
        store.home()


def test_a_service_that_was_killed_is_started_again(without_key, monkeypatch, tmp_path):
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path))
    project = lifeboat.login()
    features.write_new(features.feature_group(project), features.historical_passengers())
    (service,) = [child for child in psutil.Process().children(recursive=True) if str(tmp_path) in child.cmdline()]
    service.kill()
    service.wait()
    assert len(features.read_historical(lifeboat.login())) == 1309


def test_reading_prints_nothing(filled, capsys):
    features.read_historical(filled)
    features.feature_view(filled)
    spoken = capsys.readouterr()
    assert (spoken.out, spoken.err) == ("", "")


def test_quiet_speaks_up_when_something_fails(capsys):
    with pytest.raises(ZeroDivisionError), store.quiet():
        print("what came before")
        1 / 0  # noqa: B018
    assert "what came before" in capsys.readouterr().err


def test_quiet_leaves_other_threads_their_voice(capsys):
    muted, spoken = threading.Event(), threading.Event()

    def speak():
        muted.wait(10)
        print("another thread speaks")
        spoken.set()

    thread = threading.Thread(target=speak)
    thread.start()
    with store.quiet():
        muted.set()
        assert spoken.wait(10)
        print("the client speaks")
        with ThreadPoolExecutor() as workers:
            workers.submit(print, "and so do its workers").result()
    thread.join()
    assert capsys.readouterr().out == "another thread speaks\n"


def test_the_animation_that_is_replaced_exists_in_the_client():
    from hsfs.engine import python as engine

    assert callable(engine.util._run_with_loading_animation)


def test_a_program_gets_a_service_of_its_own_that_ends_with_it(no_key, tmp_path):
    code = "import lifeboat as l, lifeboat.store as s; print(l.login().name, s.home().variables['HOPSWORKS_PORT'])"
    environment = {**os.environ, "LIFEBOAT_STORE": str(tmp_path / "store")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    name, port = done.stdout.split()
    assert name == "titanic"
    environment |= {"HOPSWORKS_HOST": "127.0.0.1", "HOPSWORKS_PORT": port, "HOPSWORKS_API_KEY": "x"}
    late = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert late.returncode == 1
    assert "did not let us in" in late.stderr
