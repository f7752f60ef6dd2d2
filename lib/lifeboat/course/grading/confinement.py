"""Notebooks that can do little harm: limited in time and memory, without network, gone with all that they started."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lifeboat.course.grading.desk import Request

_NAMESPACES = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
"""A network with loopback alone, and a tree of processes that ends with its first one."""

_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV")
"""Variables of the environment that a learner's process may see: no keys."""


@dataclass(frozen=True)
class Limits:
    """What a notebook may use.

    Attributes
    ----------
    seconds, cell_seconds : int
        For the whole notebook, and for each cell.
    memory_gb : float
        Of address space, for each process.
    """

    seconds: int = 180
    cell_seconds: int = 45
    memory_gb: float = 6.0


@cache
def has_namespaces() -> bool:
    """Say whether this machine lets us give a process a network of its own; if not, a guard in Python stands in."""
    try:
        return subprocess.run([*_NAMESPACES, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(folder: Path, asked: dict[str, list[str]], learner: str, limits: Limits) -> str:
    """Run the ``notebook.ipynb`` of a folder, confined; its answers are written there.

    Parameters
    ----------
    folder : Path
        Its working directory, home and place for temporary files.
    asked : dict
        For each exercise the expressions that its check asks for.
    learner : str
        Whose samples it draws.
    limits : Limits
        What it may use.

    Returns
    -------
    str
        Why it ended too early, in a few words; empty if it ended by itself and in order.
    """
    here = str(folder)
    variables = {"HOME": here, "TMPDIR": here, "IPYTHONDIR": here, "LIFEBOAT_STORE": f"{here}/store"}
    request: Request = {
        "folder": here,
        "asked": asked,
        "variables": variables | {"LIFEBOAT_LEARNER": learner, "LIFEBOAT_PROGRESS": f"{here}/progress/progress.json"},
        "seconds": limits.seconds,
        "cell_seconds": limits.cell_seconds,
        "memory": int(limits.memory_gb * 2**30),
    }
    desk = _desk()
    try:
        desk.stdin.write(json.dumps(request) + "\n")
        desk.stdin.flush()
        ready, _, _ = select.select([desk.stdout], [], [], limits.seconds + 60)
        return json.loads(desk.stdout.readline()) if ready else _lost(desk)
    except (OSError, ValueError):
        return _lost(desk)


_desks: list[subprocess.Popen] = []


def _desk() -> subprocess.Popen:
    """The desk of this process; another one if the last was lost."""
    if not _desks:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = has_namespaces()
        command = [sys.executable, "-m", "lifeboat.course.grading.desk", "own" if own else "shared"]
        started = subprocess.Popen(
            [*(_NAMESPACES if own else []), *command],
            env=environment | {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        _desks.append(started)
        atexit.register(_close, started)
    return _desks[0]


def _lost(desk: subprocess.Popen) -> str:
    _close(desk)
    _desks.clear()
    return "the process could not be limited, and was ended"


def _close(desk: subprocess.Popen) -> None:
    with contextlib.suppress(OSError):
        desk.kill()
    desk.wait()
