"""Grade the notebooks of many learners: each runs by itself, and our own checks judge what it leaves behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from lifeboat.course import progress, source
from lifeboat.course.checking import judge
from lifeboat.course.exercise import Result
from lifeboat.course.grading import confinement, plain
from lifeboat.course.grading.confinement import Limits
from lifeboat.course.learner import as_learner
from lifeboat.errors import LifeboatError

MOST_BYTES = 10_000_000
"""Of a notebook, and of an answer."""


@dataclass(frozen=True)
class Grade:
    """What became of one exercise of one learner.

    Attributes
    ----------
    learner, number : str
        Whose, and which exercise.
    result : Result
        Correct, not attempted, or not right yet.
    message : str
        What the check says.
    remark : str
        What went wrong with the notebook; empty if nothing did.
    """

    learner: str
    number: str
    result: Result
    message: str
    remark: str = ""


def learners(folder: Path) -> list[Path]:
    """List the learners: the folders directly in `folder`.

    Raises
    ------
    LifeboatError
        If there are none.
    """
    found = sorted(path for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    if not found:
        raise LifeboatError(
            f"{folder} holds no folders; expected: one for each learner, with notebooks such as 01_explore.ipynb."
        )
    return found


def grade(folder: Path, limits: Limits | None = None, workers: int | None = None) -> Iterator[Grade]:
    """Grade every learner in a folder.

    Parameters
    ----------
    folder : Path
        One folder per learner, named after the learner; notebooks are found by name, at any depth. A ``progress.json``
        in it says by which name the learner's samples were drawn; else it is the folder's name.
    limits : Limits, optional
        What each notebook may use.
    workers : int, optional
        How many notebooks run at a time; one per processor unless given.

    Yields
    ------
    Grade
        One for each exercise and learner, as the notebooks end.
    """
    jobs = [(path, name) for path in learners(folder) for name in _asked()]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count(), context, initializer=_end_with_the_grader) as pool:
        running = {pool.submit(grade_notebook, path, name, limits or Limits()): (path, name) for path, name in jobs}
        for done in as_completed(running):
            path, name = running[done]
            try:
                yield from done.result()
            except BrokenProcessPool:
                raise
            except Exception as error:  # whatever one learner's answers do to a check costs that learner alone
                yield from _all(path.name, name, f"could not be graded: {type(error).__name__}")


def _end_with_the_grader() -> None:
    """End this worker when the process that started it has ended; one that was killed cannot say so itself."""
    grader = multiprocessing.parent_process()
    threading.Thread(target=lambda: (grader.join(), os._exit(1)), daemon=True).start()


def how_many(folder: Path) -> int:
    """Return how many grades `grade` yields for a folder."""
    return len(learners(folder)) * len(source.tasks())


def _asked() -> dict[str, dict[str, list[str]]]:
    """For each notebook the expressions that our own copy of its checks asks for."""
    return {name: {task.number: list(task.asked) for task in tasks} for name, tasks in source.by_notebook().items()}


def grade_notebook(folder: Path, name: str, limits: Limits) -> list[Grade]:
    """Run one learner's notebook in a process of its own, then judge the answers that it left.

    Parameters
    ----------
    folder : Path
        The learner's.
    name : str
        The notebook, such as ``01_explore``.
    limits : Limits
        What it may use.
    """
    found = sorted(folder.rglob(f"{name}.ipynb"), key=lambda path: (len(path.parts), path))
    if not found:
        return _all(folder.name, name, "was not handed in")
    if (fault := _fault(found[0])) is not None:
        return _all(folder.name, name, fault)
    seeded, asked = _seeded_by(folder), _asked()[name]
    with tempfile.TemporaryDirectory(prefix="lifeboat-grade-", ignore_cleanup_errors=True) as temporary:
        desk = Path(temporary)
        shutil.copy(found[0], desk / "notebook.ipynb")
        ended = confinement.run(desk, asked, seeded, limits)
        remark = "; ".join(filter(None, [ended, *_errors(desk)]))
        answers = {number: _answer(desk / f"{number}.json") for number in asked}
    with as_learner(seeded):
        verdicts = [judge(number, *answer) for number, answer in answers.items()]
    return [Grade(folder.name, each.number, each.result, each.message, remark) for each in verdicts]


def _fault(notebook: Path) -> str | None:
    """Why a file is no notebook; None if it is one."""
    if notebook.is_symlink() or not notebook.is_file() or notebook.stat().st_size > MOST_BYTES:
        return "is no file of ordinary size"
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    except (ValueError, KeyError, TypeError, RecursionError):
        return "is no notebook"
    return None


def _seeded_by(folder: Path) -> str:
    """The name that seeds the learner's samples."""
    for path in sorted(folder.rglob("progress.json")):
        try:
            if path.is_file() and path.stat().st_size < MOST_BYTES:
                return progress.read(path.read_text(encoding="utf-8")).learner
        except ValueError:
            continue
    return folder.name


def _errors(desk: Path) -> list[str]:
    """What the cells of a notebook raised, as it was written down."""
    try:
        return list(map(str, json.loads((desk / "errors.json").read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError):
        return []


def _answer(path: Path) -> list:
    """The answer in a file; blank if it is not there or not ours."""
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            return [...]
        return [plain.loads(text) for text in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return [...]


def _all(learner: str, name: str, remark: str) -> list[Grade]:
    numbers = _asked()[name]
    return [Grade(learner, number, Result.not_attempted, f"{name} {remark}.", f"{name} {remark}") for number in numbers]
