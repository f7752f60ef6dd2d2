"""Both Spaces on this machine, each in a process of its own, over one store."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from http.client import HTTPException
from urllib.request import urlopen

from lifeboat import store
from lifeboat.errors import LifeboatError

PORTS = {"predict": 7860, "monitor": 7861}
"""The ports that are taken if they are free."""

PATIENCE = 120
"""Seconds within which a page must answer."""

WATCH = 1.0, 60.0
"""Seconds between looks at the service: in general, and at most if it ends again and again."""

_FOLLOWS = "LIFEBOAT_PAGE_FOLLOWS"  # set for a page that ends with its parent, and listens to it

log = logging.getLogger(__name__)


@contextlib.contextmanager
def serve() -> Iterator[dict[str, subprocess.Popen]]:
    """Serve both pages until the block ends, and keep the local service running under them.

    Yields
    ------
    dict
        Address to process, once both answer.

    Raises
    ------
    LifeboatError
        If the store cannot be served, or a page ends or stays silent.
    """
    told = store.home().variables
    with contextlib.ExitStack() as stack:
        running = {}
        ports = {name: port if is_free(port) else _free_port() for name, port in PORTS.items()}
        addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        links = {f"LIFEBOAT_{name.upper()}_PAGE": address for name, address in addresses.items()}
        for name, port in ports.items():
            running[addresses[name]] = process = _start(name, port, {**told, **links})
            stack.callback(process.wait)
            stack.callback(process.terminate)
        for address, process in running.items():
            _wait(address, process)
        watched = threading.Event()
        watcher = threading.Thread(target=_watch, args=(running.values(), told, watched), daemon=True)
        watcher.start()
        stack.callback(watcher.join)
        stack.callback(watched.set)
        yield running


def end_in_order() -> None:
    """Let SIGTERM, and the end of a `serve` around it, end this page as Ctrl-C does, so that its files are removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if os.environ.pop(_FOLLOWS, None):
        threading.Thread(target=_follow, daemon=True).start()


def _watch(pages: Collection[subprocess.Popen], told: Mapping[str, str], end: threading.Event) -> None:
    """Start the service again whenever it has ended, and tell the pages its new address and key."""
    often, seldom = WATCH
    pause = often
    while not end.wait(pause):
        try:
            environment = store.home().variables
        except LifeboatError as error:
            log.warning("the local service ended and cannot be started again: %s", error)
            pause = seldom
            continue
        again = environment != told
        pause = min(2 * pause, seldom) if again else often
        if again:
            log.warning("the local service had ended; it was started again")
            for page in pages:
                _tell(page, environment)
            told = environment


def _tell(page: subprocess.Popen, environment: Mapping[str, str]) -> None:
    """Send variables of the environment through a pipe, so that no secret gets onto the disk."""
    with contextlib.suppress(OSError):  # the page has ended
        page.stdin.write(json.dumps(dict(environment)).encode() + b"\n")
        page.stdin.flush()


def _follow() -> None:
    """Take over what `_tell` sends; end with the input, which ends when the parent does, however that comes."""
    said = b""
    while more := os.read(0, 65536):
        *lines, said = (said + more).split(b"\n")
        for line in lines:
            store.adopt(json.loads(line))
    os.kill(os.getpid(), signal.SIGTERM)


def _start(name: str, port: int, home: Mapping[str, str]) -> subprocess.Popen:
    app = store.project_folder() / "spaces" / name / "app.py"
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), _FOLLOWS: "yes"}
    environment = {**os.environ, **home, **settings}
    return subprocess.Popen(
        [sys.executable, str(app)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )


def is_free(port: int) -> bool:
    """Say whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port() -> int:
    """Choose a free port below those that the system gives to whoever asks, for it is taken only seconds later."""
    return next(port for port in iter(lambda: random.randrange(10_000, 32_000), None) if is_free(port))


def _wait(address: str, process: subprocess.Popen) -> None:
    """Return when the page answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError, HTTPException), urlopen(address, timeout=5):
            return
        if process.poll() is not None:
            raise LifeboatError(f"{process.args[1]} ended with code {process.returncode}: start it alone to see why.")
        time.sleep(0.1)
    raise LifeboatError(f"{process.args[1]} did not answer on {address} within {PATIENCE} s.")
