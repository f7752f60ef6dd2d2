import json
import socket
import sys
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lifeboat.days import today
from lifeboat.operate import alerts, records


class Webhook(BaseHTTPRequestHandler):
    """Takes what Apprise posts as JSON."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(json.loads(body)["message"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def webhook():
    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        server.taken = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def world(tmp_path, monkeypatch):
    """No runs and a quiet monitor; what is put into this dictionary, the monitor finds."""
    found = {}
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path))
    monkeypatch.delenv("LIFEBOAT_ALERTS", raising=False)
    monkeypatch.setattr(alerts, "monitored", found.copy)
    return found


def record(tmp_path, day, status, pipeline="daily", error=""):
    folder = tmp_path / pipeline / f"{day}"
    folder.mkdir(parents=True)
    run = records.Run(pipeline, f"{day}", f"{day}", f"{day}T06:15:00+00:00", status=status, error=error)
    (folder / "run.json").write_text(json.dumps(vars(run)))


def log(tmp_path):
    return [line.split(" ", 2)[2] for line in (tmp_path / "alerts.log").read_text().splitlines()]


def address(server):
    return f"json://127.0.0.1:{server.server_address[1]}"


def test_an_incident_is_told_once_and_once_more_when_it_is_over(world, tmp_path, monkeypatch, webhook):
    pytest.importorskip("apprise")
    monkeypatch.setenv("LIFEBOAT_ALERTS", address(webhook))
    for found in ({"alarm drift": "drift: 0.2"}, {"alarm drift": "drift: 0.3"}, {}, {}, {"alarm drift": "drift: 0.4"}):
        world.clear()
        world.update(found)
        alerts.tell()
    assert log(tmp_path) == webhook.taken == ["alert: drift: 0.2", "over: drift: 0.3", "alert: drift: 0.4"]


def test_an_address_that_does_not_answer_is_said_tried_again_and_stops_nothing(
    world, tmp_path, monkeypatch, webhook, caplog
):
    pytest.importorskip("apprise")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)  # connections are taken by nobody
        hung = f"json://secret@127.0.0.1:{silent.getsockname()[1]}?rto=0.5&cto=0.5"
        monkeypatch.setenv("LIFEBOAT_ALERTS", f"{hung} {address(webhook)}")
        world["alarm truth"] = "truth: wrong"
        begun = time.monotonic()
        with alerts.told_after():
            pass
        with alerts.told_after():
            pass
        assert time.monotonic() - begun < 20
    assert webhook.taken == log(tmp_path) == ["alert: truth: wrong"]
    assert caplog.text.count("address 1 of LIFEBOAT_ALERTS did not take the message") == 2
    assert "secret" not in caplog.text + (tmp_path / "alerts.json").read_text()


def test_an_address_that_is_none_is_said(world, monkeypatch, caplog):
    pytest.importorskip("apprise")
    monkeypatch.setenv("LIFEBOAT_ALERTS", "nobody")
    world["alarm data"] = "data: age"
    alerts.tell()
    assert "address 1 of LIFEBOAT_ALERTS is none that Apprise understands" in caplog.text


def test_an_apprise_that_is_not_installed_is_said_and_one_that_is_not_needed_is_not_imported(
    world, monkeypatch, caplog
):
    monkeypatch.setitem(sys.modules, "apprise", None)  # as if it were not installed
    world["alarm data"] = "data: age"
    alerts.tell()
    assert "Apprise" not in caplog.text
    monkeypatch.setenv("LIFEBOAT_ALERTS", "json://127.0.0.1")
    alerts.tell()
    assert "LIFEBOAT_ALERTS is set, but Apprise is not installed: pip install apprise" in caplog.text


def test_a_failed_run_is_told_even_though_its_error_goes_on(world, tmp_path):
    with pytest.raises(ZeroDivisionError), alerts.told_after(), records.recorded("daily", [today()]):
        raise ZeroDivisionError("by nothing")
    assert log(tmp_path) == [f"alert: daily of {today()} failed: ZeroDivisionError('by nothing')"]


def test_missed_days_are_a_problem_but_today_may_still_come(world, tmp_path):
    days = [today() - timedelta(days=back) for back in (3, 2, 1)]
    record(tmp_path, days[0], "succeeded")
    record(tmp_path, days[2], "succeeded")
    assert alerts.problems() == {"missed": f"no successful daily run for {days[1]}"}


def test_alarms_are_not_over_while_the_store_cannot_be_read(world, tmp_path):
    world["alarm drift"] = "drift: 0.2"
    alerts.tell()
    world.clear()
    world["store"] = "the store cannot be read: no space"
    alerts.tell()
    assert log(tmp_path) == ["alert: drift: 0.2", "alert: the store cannot be read: no space"]


def test_a_folder_that_cannot_be_written_stops_no_run(world, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "file" / "runs"))
    world["alarm drift"] = "drift: 0.2"
    with alerts.told_after():
        pass
    assert "alerts could not be kept" in caplog.text


def test_a_state_that_was_cut_off_counts_as_none(world, tmp_path):
    (tmp_path / "alerts.json").write_text('{"logged": {')
    world["alarm drift"] = "drift: 0.2"
    alerts.tell()
    assert log(tmp_path) == ["alert: drift: 0.2"]


@pytest.mark.slow
def test_the_alarms_of_the_monitor_are_those_of_the_newest_day_that_was_run(filled, tmp_path, monkeypatch):
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path))
    assert alerts.monitored() == {}
    record(tmp_path, today(), "succeeded")
    assert alerts.monitored() == {"alarm silence": f"silence on {today()}: nobody was scored on {today()}"}
