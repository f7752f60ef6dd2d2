"""Where learners' notebooks run: a process that has loaded the libraries, and forks a copy of itself for each notebook.

``python -m lifeboat.course.grading.desk`` reads a request a line (see `Request`), and answers each with a line: why the
notebook ended too early, or nothing. `confinement` starts it in a network and a tree of processes of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
import tempfile
import time
from importlib import import_module
from typing import TypedDict

_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x1 | 0x40
_LOOPBACK = ("127.", "::1", "localhost")


class Request(TypedDict):
    """A notebook to run.

    Attributes
    ----------
    folder : str
        Where it lies as ``notebook.ipynb``, and where its answers are written.
    asked : dict
        For each exercise the expressions that our own copy of its check asks for.
    variables : dict
        Set in the environment.
    seconds, cell_seconds, memory : int
        Limits: of time for the notebook and for each cell, of address space in bytes for each process.
    """

    folder: str
    asked: dict[str, list[str]]
    variables: dict[str, str]
    seconds: int
    cell_seconds: int
    memory: int


def main(own_namespaces: bool) -> None:
    """Serve requests until there are no more."""
    _close_network(own_namespaces)
    _load_libraries()
    for line in sys.stdin:
        ended = _run(json.loads(line), own_namespaces)
        sys.stdout.write(json.dumps(ended) + "\n")
        sys.stdout.flush()


def _load_libraries() -> None:
    """What most notebooks import; a copy of this process has them at once."""
    import_module("hopsworks")
    from lifeboat.course.exercise import exercises
    from lifeboat.course.grading import sheet

    exercises()
    sheet.prepare()


def _close_network(own: bool) -> None:
    """In a network of its own only loopback is there, and must be switched on; else connections are looked at."""
    if own:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP_RUNNING) + bytes(22))
    else:
        sys.addaudithook(_refuse_other_machines)


def _refuse_other_machines(event: str, arguments: tuple) -> None:
    """Refuse connections to other machines; only a guard, as a program in another language is not watched."""
    where = ""
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        where = str(arguments[1][0])
    elif event == "socket.getaddrinfo":
        where = str(arguments[0])
    if where and not where.startswith(_LOOPBACK):
        raise PermissionError(f"graded notebooks have no network: {where}")


def _run(request: Request, own_namespaces: bool) -> str:
    """Run a notebook in a copy of this process; return why it ended too early."""
    child = os.fork()
    if child == 0:
        _become_the_learner(request)
        os._exit(0)
    deadline = time.monotonic() + request["seconds"]
    code = None
    while code is None and time.monotonic() < deadline:
        time.sleep(0.02)
        code = _exit_code(child)
    _end_all(child, own_namespaces)
    if code is None:
        return f"stopped after {request['seconds']} seconds"
    return "" if code == 0 else f"the process ended early (code {code})"


def _exit_code(child: int) -> int | None:
    found, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _end_all(child: int, own_namespaces: bool) -> None:
    """End a notebook and what it started: all other processes of our own tree, or else those of its group."""
    with contextlib.suppress(ProcessLookupError):
        if own_namespaces:
            os.kill(-1, signal.SIGKILL)
        else:
            os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:  # until no child is left, those that it left behind included
            os.waitpid(-1, 0)


def _become_the_learner(request: Request) -> None:
    """Take limits, folder and environment, then run the notebook; nothing may return to the serving code."""
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.chdir(request["folder"])
        os.environ.update(request["variables"])
        tempfile.tempdir = None
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        from lifeboat.course.grading import sheet

        sheet.fill(request)
    except BaseException:  # a learner's cell may raise anything, even here
        os._exit(1)


if __name__ == "__main__":
    main(own_namespaces=sys.argv[1:] == ["own"])
