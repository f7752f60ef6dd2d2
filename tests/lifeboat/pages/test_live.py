import threading
import time
from pathlib import Path

import pytest
from pages import wait_for

from lifeboat.pages.files import own_folder, save, sweep
from lifeboat.pages.live import Live, from_store

NEVER = 3600


def test_the_first_caller_waits_and_the_next_do_not_read_again():
    reads = []
    live = Live(lambda previous: reads.append(previous) or "value", NEVER)
    assert [live.get().value for _ in range(3)] == ["value"] * 3
    assert reads == [None]


def test_an_old_value_is_shown_while_the_new_one_is_read():
    gate = threading.Event()
    live = Live(lambda previous: "old" if previous is None else (gate.wait(5) and "new"), 0)
    assert live.get().value == "old"
    assert live.get().value == "old"
    gate.set()
    wait_for(lambda: live.get().value == "new")


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


def test_the_login_is_kept_and_made_anew_after_a_failure(monkeypatch):
    logins = []
    monkeypatch.setattr("lifeboat.login", lambda: logins.append(1) or len(logins))
    read = from_store(lambda project, previous: project if previous != "fail" else 1 / 0)
    assert [read(None), read(None)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        read("fail")
    assert read(None) == 2


def test_old_files_are_swept_and_new_ones_stay(results):
    path = Path(save(results, "test"))
    assert path.name == "lifeboat-test.csv"
    sweep(own_folder())
    assert path.exists()
    sweep(own_folder(), older_than=-1)
    assert not path.exists()
