"""Quizzes: questions with options, folded in a notebook; an option opens to say whether it is right, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

import yaml

from lifeboat.errors import check_name


@dataclass(frozen=True)
class Option:
    """An answer to choose, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its options, one of which is right."""

    id: str
    question: str
    options: tuple[Option, ...]

    @property
    def lettered(self) -> dict[str, Option]:
        """The options by letter."""
        return dict(zip("abcdef", self.options, strict=False))

    @property
    def answer(self) -> int:
        """The place of the right option."""
        return next(place for place, option in enumerate(self.options) if option.right)


class Quiz(tuple[Question, ...]):
    """The questions of a lesson; a notebook shows them folded, in plain HTML."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say the questions and options as text, without what is right."""
        return "\n\n".join(
            "\n".join([question.question, *(f"  {letter}) {o.text}" for letter, o in question.lettered.items())])
            for question in self
        )

    def _repr_html_(self) -> str:
        return "\n".join(_folded(number, question) for number, question in enumerate(self, start=1))


def _folded(number: int, question: Question) -> str:
    options = "".join(
        f"<details style='margin-left: 1.5em'><summary>{letter}) {_html(option.text)}</summary>"
        f"<p style='margin-left: 1.5em'><b>{'Right' if option.right else 'No'}.</b> {_html(option.why)}</p></details>"
        for letter, option in question.lettered.items()
    )
    return f"<details><summary><b>{number}.</b> {_html(question.question)}</summary>{options}</details>"


def _html(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


@cache
def quizzes() -> dict[str, Quiz]:
    """Return the quiz of each lesson, from ``quizzes.yml``."""
    table = yaml.safe_load(files("lifeboat.course").joinpath("quizzes.yml").read_text(encoding="utf-8"))
    return {
        lesson: Quiz(
            Question(row["id"], row["question"], tuple(Option(**option) for option in row["options"])) for row in rows
        )
        for lesson, rows in table.items()
    }


def two_digits(lesson: str | int) -> str:
    """Return the number of a lesson as it is written: ``3`` and ``"3"`` mean ``"03"``."""
    return f"{lesson:0>2}"


def quiz(lesson: str | int) -> Quiz:
    """Return the quiz of a lesson; as the last line of a cell it is shown folded.

    Parameters
    ----------
    lesson : str or int
        Its number, such as ``03`` or ``3``.

    Raises
    ------
    LifeboatError
        If there is no such quiz.
    """
    lesson = two_digits(lesson)
    check_name("quiz", lesson, quizzes())
    return quizzes()[lesson]
