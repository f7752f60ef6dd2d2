"""A learner's notebook, run cell by cell; the answers are written down after each, and later cells cannot undo them."""

from __future__ import annotations

import json
import signal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifeboat.course.grading import plain

if TYPE_CHECKING:
    from lifeboat.course.grading.desk import Request


class OutOfTime(BaseException):
    """A cell took too long; not an `Exception`, so that few cells catch it."""


@cache
def prepare() -> Any:
    """Return the shell that runs cells, as a notebook's kernel would, and let checks in a notebook do nothing.

    The grader judges the answers itself; what a learner's own `check` says does not count.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from lifeboat import course

    course.check = lambda *_: None
    return InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))


def fill(request: Request) -> None:
    """Run the notebook of a request, whatever becomes of each cell; write answers, and what went wrong."""
    folder, shell = Path(request["folder"]), prepare()
    signal.signal(signal.SIGALRM, _out_of_time)
    errors: list[str] = []
    written: dict[str, str] = {}
    for place, source in enumerate(_cells(folder / "notebook.ipynb"), start=1):
        error = _run_cell(shell, source, request["cell_seconds"])
        if error is not None:
            said = "it took too long" if isinstance(error, OutOfTime) else f"{type(error).__name__}: {error}"
            errors.append(f"code cell {place}: {said[:200]}")
        _write_answers(request["asked"], shell.user_ns, folder, written)
    (folder / "errors.json").write_text(json.dumps(errors), encoding="utf-8")


def _out_of_time(*_: object) -> None:
    raise OutOfTime


def _run_cell(shell: Any, source: str, seconds: int) -> BaseException | None:
    """Run a cell; return what it raised."""
    signal.alarm(seconds)
    try:
        result = shell.run_cell(source)
        return result.error_before_exec or result.error_in_exec
    except BaseException as error:  # a cell may raise anything, and also while it is shown
        return error
    finally:
        signal.alarm(0)


def _cells(notebook: Path) -> list[str]:
    book = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]


def _write_answers(asked: dict[str, list[str]], names: dict[str, Any], folder: Path, written: dict[str, str]) -> None:
    """Write the answers that have changed since the last cell; those that cannot be computed are not there yet."""
    for number, expressions in asked.items():
        try:
            text = _written([eval(expression, dict(names)) for expression in expressions])
        except Exception:  # most often a name that does not exist yet
            continue
        if text == written.get(number):
            continue
        written[number] = text
        new = folder / f"{number}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(folder / f"{number}.json")


def _written(answers: list) -> str:
    try:
        return json.dumps([plain.dumps(each) for each in answers])
    except Exception:  # a learner's object may do anything while it is read
        return json.dumps([plain.dumps(object())] * len(answers))
