"""The notebooks of the course, run once for all tests."""

import tempfile
from functools import cache
from types import SimpleNamespace

from lifeboat import store
from lifeboat.course import source
from lifeboat.course.build import MAKERS
from lifeboat.course.learner import as_learner

LEARNER = "tester"


@cache
def run_notebook(kind: str, name: str, learner: str = LEARNER) -> SimpleNamespace:
    """The names that the cells of an exercise or solution notebook leave behind, from top to bottom."""
    path = source.folder("sources") / f"{name}.py"
    names: dict = {"__name__": "notebook"}
    with (
        as_learner(learner),
        tempfile.TemporaryDirectory() as elsewhere,
        store.in_environment({"LIFEBOAT_PROGRESS": f"{elsewhere}/progress.json"}),
    ):
        for cell in MAKERS[kind](path.read_text(encoding="utf-8"), name).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{kind}/{name}", "exec"), names)
    return SimpleNamespace(**names)


def answer_to(number: str, kind: str = "solutions") -> tuple:
    """What the check of an exercise is given in a notebook."""
    task = source.tasks()[number]
    names = vars(run_notebook(kind, task.notebook))
    return tuple(eval(expression, names) for expression in task.asked)
