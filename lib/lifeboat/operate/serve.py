"""Both Spaces on this machine, each in a process of its own, over one store."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

from lifeboat import store
from lifeboat.errors import LifeboatError

PORTS = {"predict": 7860, "monitor": 7861}
"""The ports that are taken if they are free."""

PATIENCE = 120
"""Seconds within which a page must answer."""

_FOLLOWS = "LIFEBOAT_PAGE_FOLLOWS"  # set for a page that ends with its parent


@contextlib.contextmanager
def serve() -> Iterator[dict[str, subprocess.Popen]]:
    """Serve both pages until the block ends.

    Yields
    ------
    dict
        Address to process, once both answer.

    Raises
    ------
    LifeboatError
        If the store cannot be served, or a page ends or stays silent.
    """
    store.serve()
    with contextlib.ExitStack() as stack:
        running = {}
        for name, port in PORTS.items():
            port = port if _is_free(port) else _free_port()
            running[f"http://127.0.0.1:{port}"] = process = _start(name, port)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        for address, process in running.items():
            _wait(address, process)
        yield running


def end_in_order() -> None:
    """Let SIGTERM, and the end of a `serve` around it, end this page as Ctrl-C does, so that its files are removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if os.environ.pop(_FOLLOWS, None):
        threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """Wait for the end of the input, which comes when the parent ends, however it does."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _start(name: str, port: int) -> subprocess.Popen:
    app = store.project_folder() / "spaces" / name / "app.py"
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), _FOLLOWS: "yes"}
    return subprocess.Popen(
        [sys.executable, str(app)], env=os.environ | settings, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(address: str, process: subprocess.Popen) -> None:
    """Return when the page answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(URLError, ConnectionError, TimeoutError), urlopen(address, timeout=5):
            return
        if process.poll() is not None:
            raise LifeboatError(f"{process.args[1]} ended with code {process.returncode}: start it alone to see why.")
        time.sleep(0.1)
    raise LifeboatError(f"{process.args[1]} did not answer on {address} within {PATIENCE} s.")
