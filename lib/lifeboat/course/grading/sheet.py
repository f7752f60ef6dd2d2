"""Runs one learner's notebook, in a process of its own that `grade` limits, and writes down the answers.

``python -m lifeboat.course.grading.sheet REQUEST`` reads a JSON file with ``notebook``, ``asked`` (what each check asks
for, from our own sources), ``answers`` (a folder), ``cell_seconds``, ``memory`` in bytes and ``own_network``.
Answers are written after each cell, so that what comes later cannot undo what was there.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x1 | 0x40
_LOOPBACK = ("127.", "::1", "localhost")


class OutOfTime(BaseException):
    """A cell took too long; not an `Exception`, so that few cells catch it."""


def main(request: dict[str, Any]) -> None:
    """Set the limits, then run the notebook."""
    os.environ["LIFEBOAT_COURSE_CHECKS"] = "off"
    _close_network(request["own_network"])
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _out_of_time)
    answers = Path(request["answers"])
    (answers / "errors.json").write_text(json.dumps(_run(request, answers)), encoding="utf-8")


def _close_network(own: bool) -> None:
    """In a network of its own only loopback is there, and must be switched on; else connections are looked at."""
    if own:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP_RUNNING) + bytes(22))
    else:
        sys.addaudithook(_refuse_other_machines)


def _refuse_other_machines(event: str, arguments: tuple) -> None:
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        where = str(arguments[1][0])
        if not where.startswith(_LOOPBACK):
            raise PermissionError(f"no network in graded notebooks: {where}")
    if event == "socket.getaddrinfo" and not str(arguments[0]).startswith(_LOOPBACK):
        raise PermissionError(f"no network in graded notebooks: {arguments[0]}")


def _out_of_time(*_: object) -> None:
    raise OutOfTime


def _run(request: dict[str, Any], answers: Path) -> list[str]:
    """Run the cells one after another, whatever becomes of each; return what went wrong."""
    shell = _shell()
    errors, seen = [], {}
    for place, source in enumerate(_cells(Path(request["notebook"])), start=1):
        signal.alarm(request["cell_seconds"])
        try:
            result = shell.run_cell(source)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as raised:  # whatever a learner's cell may raise
            error = raised
        finally:
            signal.alarm(0)
        if error is not None:
            said = "it took too long" if isinstance(error, OutOfTime) else f"{type(error).__name__}: {error}"
            errors.append(f"code cell {place}: {said[:200]}")
        _write_answers(request["asked"], shell.user_ns, answers, seen)
    return errors


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    return InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))


def _cells(notebook: Path) -> list[str]:
    book = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in cells]


def _write_answers(asked: dict[str, list[str]], names: dict[str, Any], answers: Path, seen: dict[str, list]) -> None:
    """Write the answers that have changed since the last cell; those that cannot be computed are not there yet."""
    from lifeboat.course.grading import plain

    for number, expressions in asked.items():
        try:
            found = [eval(expression, dict(names)) for expression in expressions]
        except Exception:
            continue
        if number in seen and all(old is new for old, new in zip(seen[number], found, strict=True)):
            continue
        seen[number] = found
        try:
            text = json.dumps([plain.dumps(each) for each in found])
        except Exception:  # a learner's object may do anything while it is read
            text = json.dumps([plain.dumps(object())] * len(found))
        new = answers / f"{number}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(answers / f"{number}.json")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
