"""Where a learner stands: what is done in each lesson, what comes next, and the test that lets one skip a lesson."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.prompt import Prompt
from rich.table import Table

from lifeboat.course import progress, source
from lifeboat.course.exercise import lesson_of
from lifeboat.course.quizzes import Question, quiz, two_digits
from lifeboat.errors import LifeboatError


@dataclass(frozen=True)
class Lesson:
    """A lesson and what a learner has done of it.

    Attributes
    ----------
    name : str
        As its notebooks are called, such as ``01_explore``.
    tasks : tuple of source.Task
        Its exercises.
    solved : tuple of bool
        Which of them are solved.
    passed : bool
        Whether its test was passed, so that the exercises may be skipped.
    """

    name: str
    tasks: tuple[source.Task, ...]
    solved: tuple[bool, ...]
    passed: bool

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.passed or all(self.solved)

    @property
    def notebook(self) -> Path:
        """The notebook of its exercises."""
        return source.file("exercises", self.name)


def lessons() -> list[Lesson]:
    """List the lessons that have exercises, in their order."""
    done = progress.load()
    return [
        Lesson(name, tuple(tasks), tuple(t.number in done.solved for t in tasks), name[:2] in done.passed)
        for name, tasks in source.by_notebook().items()
    ]


def next_task() -> source.Task | None:
    """Return the first exercise that is not solved, of the first lesson that is not done; None at the end."""
    for lesson in lessons():
        if not lesson.done:
            return lesson.tasks[lesson.solved.index(False)]
    return None


def overview() -> RenderableType:
    """Draw what is done in each lesson, and say what comes next."""
    table = Table("lesson", "exercises", "solved", "skipped by test", box=box.SIMPLE_HEAD)
    for lesson in lessons():
        marks = "".join("[green]●[/]" if solved else "○" for solved in lesson.solved)
        table.add_row(lesson.name, marks, f"{sum(lesson.solved)} of {len(lesson.solved)}", "passed" * lesson.passed)
    return Group(table, _what_next())


def _what_next() -> str:
    task = next_task()
    if task is None:
        solved = sum(sum(lesson.solved) for lesson in lessons())
        return (
            f"[green]That was all: {solved} exercises solved.[/] You can build such a system, run it, and say how far "
            "it can be trusted.\nFair winds! The best next exercise is data of your own."
        )
    name = f"notebooks/exercises/{task.notebook}.ipynb"
    lesson = lesson_of(task.number)
    return (
        f"Next: {task.number} {escape(task.title)}, in {name}; read notebooks/{task.notebook}.ipynb first\n"
        f"`lifeboat learn --open` opens it; `lifeboat learn --skip {lesson}` lets you skip lesson {lesson} by a test."
    )


def take_test(lesson: str | int, ask: Callable[[int, Question], int]) -> list[str]:
    """Ask the questions of a lesson's quiz; if all are answered right, its exercises may be skipped.

    Parameters
    ----------
    lesson : str or int
        Its number, such as ``02`` or ``2``.
    ask : callable
        Takes the number of a question and the question; returns the place of the chosen option.

    Returns
    -------
    list of str
        For each wrong answer why it is wrong; empty if the test is passed.

    Raises
    ------
    LifeboatError
        If there is no such lesson.
    """
    questions = quiz(lesson)
    wrong = []
    for number, question in enumerate(questions, start=1):
        chosen = ask(number, question)
        if not 0 <= chosen < len(question.options):
            raise LifeboatError(f"the option is {chosen}; allowed: 0 to {len(question.options) - 1}.")
        if not question.options[chosen].right:
            wrong.append(f"{number}. {question.options[chosen].why}")
    if not wrong:
        progress.record(passed=two_digits(lesson))
    return wrong


def ask(console: Console, number: int, question: Question) -> int:
    """Ask a question of a test in a terminal; returns the place of the chosen option."""
    console.print(f"\n{number}. {question.question}", markup=False, soft_wrap=True)
    for letter, option in question.lettered.items():
        console.print(f"  {letter}) {option.text}", markup=False, soft_wrap=True)
    letters = list(question.lettered)
    return letters.index(Prompt.ask("Your answer", choices=letters, console=console))
