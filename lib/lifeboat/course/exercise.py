"""What an exercise is: a number, what to do, hints, and a judge that says what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import escape
from importlib import import_module
from pkgutil import iter_modules

from lifeboat.errors import check_name


class Wrong(Exception):
    """Raised by a judge: the message says what is wrong with an answer, and never what would be right."""


class Result(StrEnum):
    """What became of an answer."""

    correct = "correct"
    not_attempted = "not attempted"
    wrong = "not right yet"


@dataclass(frozen=True)
class Verdict:
    """The result of a check, which a notebook shows."""

    number: str
    result: Result
    message: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.number} {self.result}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        colour = {Result.correct: "#2e7d32", Result.wrong: "#c62828"}.get(self.result, "#888")
        said = f"<b>{self.number} {self.result}:</b> {escape(self.message)}"
        return f'<div style="border-left: 4px solid {colour}; padding-left: 0.7em">{said}</div>'


@dataclass(frozen=True)
class Exercise:
    """An exercise of the course.

    Attributes
    ----------
    number : str
        Lesson and place, such as ``1.2``; the heading in the notebook begins with it.
    judge : callable
        Takes the answer, and raises `Wrong` unless it is right.
    todo : str
        What to do, said to those who have not begun.
    why : str
        Why it matters, said to those who got it right.
    hints : tuple of str
        From vague to plain; none gives the answer.
    """

    number: str
    judge: Callable[..., None]
    todo: str
    why: str
    hints: tuple[str, ...]


def lesson_of(number: str) -> str:
    """Return the lesson of an exercise in two digits.

    Examples
    --------
    >>> lesson_of("1.2")
    '01'
    """
    return number.split(".")[0].zfill(2)


_exercises: dict[str, Exercise] = {}


def exercise(number: str, *, todo: str, why: str, hints: tuple[str, ...]) -> Callable:
    """Register the function that follows as the judge of an exercise; see `Exercise`."""

    def register(judge: Callable[..., None]) -> Callable[..., None]:
        if number in _exercises:
            raise ValueError(f"two judges for exercise {number}")
        _exercises[number] = Exercise(number, judge, todo, why, hints)
        return judge

    return register


@cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by number, in their order; the modules of `lifeboat.course.lessons` hold them."""
    from lifeboat.course import lessons

    for module in iter_modules(lessons.__path__):
        import_module(f"{lessons.__name__}.{module.name}")
    return dict(sorted(_exercises.items(), key=lambda item: tuple(map(int, item[0].split(".")))))


def get_exercise(number: str) -> Exercise:
    """Return an exercise by number.

    Raises
    ------
    LifeboatError
        If there is none of that number.
    """
    found = exercises()
    check_name("exercise", number, found)
    return found[number]
