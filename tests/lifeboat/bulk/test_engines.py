"""Work on many items: what is counted, what is named, what ends it. Ray itself is tested with the scores."""

import errno
import socket
import time

import pytest
import ray

from lifeboat.bulk import FilesFailed, attempt, carry_out, on_ray, threads
from lifeboat.errors import LifeboatError


def double(number):
    if number < 0:
        raise LifeboatError(f"the number is {number}; allowed: 0 or more")
    return 2 * number, 0


def test_threads_do_all_that_can_be_done_and_name_what_cannot():
    outcomes = threads(2)(double, {"one": 1, "minus": -1, "three": 3})
    with pytest.raises(FilesFailed, match=r"^1 of 3 files failed, 2 are finished:\nminus: the number is -1; .*\nMend"):
        carry_out(outcomes, 3)


def test_rows_are_added_up_and_told_as_they_are_done():
    told = []
    assert carry_out(threads(1)(double, {"one": 1, "three": 3}), 2, told.append) == (8, 0)
    assert told == [2, 6]


def test_what_every_file_would_meet_ends_the_work():
    tried = []

    def full(number):
        tried.append(number)
        time.sleep(0.01)  # so that not all have been tried before the first is looked at
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(FilesFailed, match="No space left"):
        carry_out(threads(1)(full, dict(enumerate(range(1000)))), 1000)
    assert len(tried) < 1000


def test_a_fault_of_ours_is_no_outcome():
    with pytest.raises(ZeroDivisionError):
        attempt(lambda number: (1 // number, 0), "zero", 0)


@pytest.mark.parametrize("address", ["nonsense", "ray://127.0.0.1:10001", ":6379"])
def test_an_address_that_is_none_is_refused(address):
    with (
        pytest.raises(LifeboatError, match=f"the Ray address is '{address}'; allowed: auto, or host:port"),
        on_ray(address),
    ):
        pass


def test_an_address_that_does_not_answer_is_named():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(LifeboatError, match=f"the Ray address {address} does not answer"), on_ray(address):
            pass


def test_a_cluster_that_lets_nobody_in_is_named_with_what_to_do(monkeypatch):
    def refuse(**_):
        raise ConnectionError("Failed to connect\nand much more")

    monkeypatch.setattr(ray, "init", refuse)
    with (
        pytest.raises(LifeboatError, match=r"at auto that .* \(Failed to connect\): .* RAY_AUTH_MODE=token"),
        on_ray("auto"),
    ):
        pass
