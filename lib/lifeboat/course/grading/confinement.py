"""Processes that can do little harm: limited in time and memory, without network, gone with all their children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAMESPACES = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
"""A network with loopback alone, and a tree of processes that ends with its first one."""

_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT")
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
    """Say whether this machine lets us give a process a network of its own."""
    try:
        return subprocess.run([*_NAMESPACES, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str], seconds: int) -> str:
    """Run a command in a folder, confined where the machine allows it.

    Parameters
    ----------
    command : sequence of str
        What to run.
    folder : Path
        Its working directory, home and place for temporary files.
    variables : mapping of str to str
        Added to the few variables of the environment that it may see.
    seconds : int
        After these it is killed, with everything that it started.

    Returns
    -------
    str
        Why it ended too early, in a few words; empty if it ended by itself and in order.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        **variables,
    }
    process = subprocess.Popen(
        [*(_NAMESPACES if has_namespaces() else []), *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"stopped after {seconds} seconds"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return "" if code == 0 else f"the process ended early (code {code})"
