"""Both Spaces on this machine: one process each, one local store behind them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from lifeboat import store
from lifeboat.errors import LifeboatError

SPACES = ("predict", "monitor")
FIRST_PORT = 7860
START_SECONDS = 60


@contextmanager
def serve(names: tuple[str, ...] = SPACES) -> Iterator[dict[str, subprocess.Popen]]:
    """Start Spaces and stop them at the end.

    Parameters
    ----------
    names : tuple of str
        Folders of ``spaces/``.

    Yields
    ------
    dict
        The process of each Space by its address, once all of them answer.

    Raises
    ------
    LifeboatError
        If one ends instead of answering.
    """
    store.serve()
    running: dict[str, subprocess.Popen] = {}
    try:
        for name, port in zip(names, _free_ports(len(names)), strict=True):
            app = store.project_folder() / "spaces" / name / "app.py"
            environment = {**os.environ, "GRADIO_SERVER_PORT": str(port)}
            running[f"http://127.0.0.1:{port}"] = subprocess.Popen(
                [sys.executable, str(app)], env=environment, stdout=subprocess.DEVNULL
            )
        for address, process in running.items():
            _wait_for(address, process)
        yield running
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()


def _free_ports(n: int) -> list[int]:
    """The first free ports from the one that Gradio users know."""
    return [port for port in range(FIRST_PORT, FIRST_PORT + 100) if _is_free(port)][:n]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_for(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise LifeboatError(f"the Space at {address} did not start; its own messages are above.")
