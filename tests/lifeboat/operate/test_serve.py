"""How a page ends."""

import os
import signal
import subprocess
import sys

import pytest

PAGE = """
import atexit, time
from lifeboat.operate.serve import end_in_order
atexit.register(print, "tidied up")
end_in_order()
print("serving", flush=True)
time.sleep(60)
"""


def page(**settings):
    running = subprocess.Popen(
        [sys.executable, "-c", PAGE],
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "serving\n"
    return running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_page_that_is_stopped_tidies_up(number):
    running = page()
    running.send_signal(number)
    assert running.stdout.read() == "tidied up\n"
    running.wait(10)


def test_a_page_ends_with_the_program_that_serves_it_even_if_that_is_killed():
    running = page(LIFEBOAT_PAGE_FOLLOWS="yes")
    running.stdin.close()  # all that a killed parent does
    assert running.stdout.read() == "tidied up\n"
    assert running.wait(10) == 0


def test_a_page_alone_needs_no_input():
    running = page()
    running.stdin.close()
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(0.5)
    running.kill()
    running.wait()


LISTENER = """
import os, time
from lifeboat.operate.serve import end_in_order
end_in_order()
print("serving", flush=True)
while "HOPSWORKS_PORT" not in os.environ:
    time.sleep(0.01)
print(os.environ["HOPSWORKS_PORT"], os.environ["HOPSWORKS_API_KEY"], flush=True)
"""


def test_a_page_takes_over_the_address_that_its_program_sends():
    settings = {name: value for name, value in os.environ.items() if not name.startswith("HOPSWORKS_")}
    running = subprocess.Popen(
        [sys.executable, "-c", LISTENER],
        env=settings | {"LIFEBOAT_PAGE_FOLLOWS": "yes"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "serving\n"
    running.stdin.write('{"HOPSWORKS_PORT": "41')
    running.stdin.flush()  # it may come in parts
    running.stdin.write('234", "HOPSWORKS_API_KEY": "new"}\n')
    running.stdin.flush()
    assert running.stdout.readline() == "41234 new\n"
    running.wait(10)
