"""Make the notebooks of exercises and solutions from their sources."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lifeboat import store
from lifeboat.course import source
from lifeboat.operate import notebooks

MAKERS = {"exercises": source.exercise_book, "solutions": source.solution_book}
EXAMPLE_LEARNER = "example"
"""Whose samples the committed solutions show."""


def build() -> Iterator[Path]:
    """Write both notebooks of every source: exercises without outputs, solutions executed.

    Yields
    ------
    Path
        Each notebook that was written.
    """
    for path in source.paths():
        for kind, make in MAKERS.items():
            book = make(path.read_text(encoding="utf-8"), path.stem)
            if kind == "solutions":
                _execute(book)
            target = source.file(kind, path.stem)
            target.parent.mkdir(exist_ok=True)
            target.write_text(written(book), encoding="utf-8")
            yield target


def written(book: NotebookNode) -> str:
    """Return a notebook as the text of its file."""
    return nbformat.writes(book) + "\n"


def out_of_step() -> list[str]:
    """List the notebooks whose cells are not those of their source, and those without a source."""
    found: list[str] = []
    for kind, make in MAKERS.items():
        expected = {path.stem: make(path.read_text(encoding="utf-8"), path.stem) for path in source.paths()}
        there = {path.stem: nbformat.read(path, as_version=4) for path in source.folder(kind).glob("*.ipynb")}
        both = expected.keys() & there.keys()
        same = {name for name in both if bare(there[name]) == bare(expected[name])}
        found += [f"{kind}/{name}" for name in sorted((expected.keys() | there.keys()) - same)]
    return found


def bare(book: NotebookNode) -> str:
    """Return the text of a notebook without its outputs."""
    copy = nbformat.from_dict(book)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return written(copy)


def _execute(book: NotebookNode) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LIFEBOAT_LEARNER": EXAMPLE_LEARNER, "LIFEBOAT_PROGRESS": f"{folder}/progress.json"}
        with store.in_environment(settings):
            notebooks.execute(book, source.folder("sources"))
