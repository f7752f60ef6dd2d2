import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pages import wait_for

from lifeboat.errors import LifeboatError
from lifeboat.pages.files import own_folder, save, sweep
from lifeboat.pages.live import Live, Reading, from_store

NEVER = 3600


def test_the_first_caller_waits_and_the_next_do_not_read_again():
    reads = []
    live = Live(lambda previous: reads.append(previous) or "value", NEVER)
    assert [live.get().value for _ in range(3)] == ["value"] * 3
    assert reads == [None]


def test_an_old_value_is_read_again_before_it_is_given_out():
    versions = iter(range(1, 100))
    live = Live(lambda previous: next(versions), every=0.2)
    assert live.get().value == 1
    assert live.get().value == 1
    time.sleep(0.3)  # idle
    assert live.get().value == 2
    assert live.get().error is None


def test_a_value_that_is_half_as_old_is_read_again_meanwhile():
    versions = iter(range(1, 100))
    live = Live(lambda previous: next(versions), every=2)
    assert live.get().value == 1
    time.sleep(1.1)
    assert live.get().value == 1
    wait_for(lambda: live.get().value == 2, seconds=0.8)


def test_a_store_that_takes_long_is_waited_for_once_and_what_is_given_out_says_so():
    gate = threading.Event()
    live = Live(lambda previous: "old" if previous is None else (gate.wait(10) and "new"), every=0.1, patience=0.3)
    first = live.get()
    time.sleep(0.2)
    began = time.monotonic()
    late = [live.get() for _ in range(5)]
    assert 0.2 < time.monotonic() - began < 0.9
    assert {reading.value for reading in late} == {"old"}
    assert all(isinstance(reading.error, TimeoutError) and reading.at == first.at for reading in late)
    gate.set()
    wait_for(lambda: live.get().value == "new")


def test_a_reading_says_how_old_it_is():
    at = datetime.now(UTC) - timedelta(minutes=3, seconds=5)
    assert Reading("value", at=at).age == f"3 minutes ago, at {at:%H:%M} UTC"
    assert Reading("value", at=datetime.now(UTC)).age.startswith("less than a minute ago")


def test_an_incident_is_a_line_in_the_log_and_so_is_its_end(caplog):
    reads = []

    def read(previous):
        reads.append(1)
        if 1 < len(reads) < 5:
            raise LifeboatError("nobody there")

    live = Live(read, every=0)
    wait_for(lambda: live.get() and len(reads) > 6)
    assert [record.getMessage() for record in caplog.records] == [
        "the store could not be read: nobody there",
        "the store can be read again",
    ]
    assert not any(record.exc_info for record in caplog.records)


def test_a_failure_keeps_what_was_read_before():
    answers = iter(["value"])
    live = Live(lambda previous: next(answers), 0)
    assert live.get().value == "value"
    wait_for(lambda: live.get().error is not None)
    assert live.get().value == "value"


def test_one_reads_at_a_time():
    inside, most = [], []

    def read(previous):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()

    live = Live(read, 0)
    callers = [threading.Thread(target=lambda: [live.get() for _ in range(20)]) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert max(most) == 1


def test_the_login_is_kept_and_made_again_after_a_failure(monkeypatch):
    logins = []
    monkeypatch.setattr("lifeboat.login", lambda: logins.append(1) or len(logins))
    read = from_store(lambda project, previous: project if project not in ended else 1 / 0)
    ended = []
    assert [read(None), read(None)] == [1, 1]
    ended.append(1)
    assert [read(None), read(None)] == [2, 2]
    ended.extend([2, 3])
    with pytest.raises(ZeroDivisionError):
        read(None)
    assert read(None) == 4


def test_old_files_are_swept_and_new_ones_stay(results):
    path = Path(save(results, "test"))
    assert path.name == "lifeboat-test.csv"
    sweep(own_folder())
    assert path.exists()
    sweep(own_folder(), older_than=-1)
    assert not path.exists()
