"""The sources of the exercises: one percent script a lesson, from which exercise and solution are both made.

Code between ``# solution`` and ``# end`` is left out of the exercise; the names that the check asks for become blanks,
``name = ...``. Prose tagged ``solution`` is left out too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from lifeboat import store
from lifeboat.errors import LifeboatError
from lifeboat.operate.notebooks import METADATA

_HEADING = re.compile(r"^## (\d+\.\d+) (.+)$", re.MULTILINE)
_SOLUTION = re.compile(r"^# solution\n(.*?)^# end$\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Task:
    """An exercise as it stands in its notebook.

    Attributes
    ----------
    number, title : str
        As in the heading.
    notebook : str
        The notebook's name without ending.
    asked : tuple of str
        The expressions that the check cell passes on, such as ``('share',)``.
    solution : str
        The code between the solution markers.
    """

    number: str
    title: str
    notebook: str
    asked: tuple[str, ...]
    solution: str


def folder(kind: str) -> Path:
    """Return a folder of the notebooks: ``sources``, ``exercises`` or ``solutions``."""
    return store.project_folder() / "notebooks" / kind


def file(kind: str, name: str) -> Path:
    """Return a notebook of ``exercises`` or ``solutions`` by its name without ending."""
    return folder(kind) / f"{name}.ipynb"


def paths() -> list[Path]:
    """List the sources in their order."""
    return sorted(folder("sources").glob("[0-9]*.py"))


@cache
def tasks() -> dict[str, Task]:
    """Return every exercise of the sources by number.

    Raises
    ------
    LifeboatError
        If the sources are not there, or an exercise has not exactly one check.
    """
    found = [task for path in paths() for task in tasks_of(path.read_text(encoding="utf-8"), path.stem)]
    if not found:
        raise LifeboatError(f"there are no exercises in {folder('sources')}: run this in a clone of the project.")
    return {task.number: task for task in found}


def by_notebook() -> dict[str, list[Task]]:
    """Return the exercises of each notebook."""
    found: dict[str, list[Task]] = {}
    for task in tasks().values():
        found.setdefault(task.notebook, []).append(task)
    return found


def tasks_of(text: str, notebook: str) -> list[Task]:
    """Return the exercises of one source.

    Raises
    ------
    LifeboatError
        If an exercise has not exactly one check of its own number.
    """
    found = []
    for number, title, cells in _sections(jupytext.reads(text, fmt="py:percent")):
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        checks = [call for source in code for call in checks_in(source)]
        if [check for check, _ in checks] != [number]:
            given = ", ".join(check for check, _ in checks) or "none"
            raise LifeboatError(f"{notebook}: exercise {number} has the checks {given}; allowed: one, {number}.")
        parts = [_SOLUTION.findall(source) for source in code]
        solved = "\n".join(part.strip() for each in parts for part in each)
        found.append(Task(number, title, notebook, checks[0][1], solved))
    return found


def _sections(book: NotebookNode) -> Iterator[tuple[str, str, list[NotebookNode]]]:
    """Number, title and cells of each exercise: from its heading to the next."""
    number, title, cells = "", "", []
    for cell in book.cells:
        heading = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            if number:
                yield number, title, cells
            (number, title), cells = heading.groups(), []
        cells.append(cell)
    if number:
        yield number, title, cells


def checks_in(source: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the number and the expressions of each `check` that a cell calls."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        (ast.literal_eval(call.args[0]), tuple(ast.unparse(argument) for argument in call.args[1:]))
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "check"
    ]


def solution_book(text: str, name: str) -> NotebookNode:
    """Make the notebook of the solutions from a source: without the markers."""
    cells = jupytext.reads(text, fmt="py:percent").cells
    for cell in cells:
        cell.source = _SOLUTION.sub(r"\1", cell.source).strip()
    return _tidy(cells, name)


def exercise_book(text: str, name: str) -> NotebookNode:
    """Make the notebook of the exercises from a source: as the solutions, with blanks."""
    cells = jupytext.reads(text, fmt="py:percent").cells
    asked = {name for task in tasks_of(text, name) for part in task.asked for name in _names(part)}
    kept = [cell for cell in cells if cell.cell_type == "code" or "solution" not in cell.metadata.get("tags", [])]
    for cell in kept:
        if cell.cell_type == "code":
            cell.source = _SOLUTION.sub(lambda part: _blanks(part[1], asked), cell.source).strip()
    return _tidy(kept, name)


def _blanks(code: str, asked: set[str]) -> str:
    """One ``name = ...`` for each name that the solution assigns and a check asks for, in their order."""
    stored = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    assigned = [node.id for node in sorted(stored, key=_place) if isinstance(node.ctx, ast.Store)]
    return "".join(f"{name} = ...\n" for name in dict.fromkeys(assigned) if name in asked)


def _place(node: ast.Name) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _names(expression: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)}


def _tidy(cells: list[NotebookNode], name: str) -> NotebookNode:
    """A notebook whose text depends on the source alone: ids count on, metadata say what it is."""
    book = nbformat.v4.new_notebook()
    book.metadata = nbformat.from_dict(METADATA)
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    book.cells = [
        make[cell.cell_type](cell.source, id=f"{name[:2]}-{place:03}") for place, cell in enumerate(cells, start=1)
    ]
    return book
