"""What a learner calls in a notebook: `check` an answer, ask for a `hint`, look at the `solution`."""

from __future__ import annotations

from typing import Any

from lifeboat.course import progress
from lifeboat.course.answers import is_blank
from lifeboat.course.exercise import Result, Verdict, Wrong, get_exercise

_hints_given: dict[str, int] = {}


class Note(str):
    """A text that a notebook shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the text as it is."""
        return str(self)


def judge(number: str, *answer: Any) -> Verdict:
    """Judge an answer: correct, not attempted, or wrong and why.

    Parameters
    ----------
    number : str
        The exercise.
    *answer : object
        Anything at all; an answer that the judge cannot read is wrong.
    """
    exercise = get_exercise(number)
    if not answer or any(map(is_blank, answer)):
        return Verdict(number, Result.not_attempted, f"{exercise.todo} `hint({number!r})` helps.")
    try:
        exercise.judge(*answer)
    except Wrong as wrong:
        return Verdict(number, Result.wrong, str(wrong))
    except Exception as error:  # a learner's answer may be any object, and break any calculation
        kind = ", ".join(type(each).__name__ for each in answer)
        return Verdict(number, Result.wrong, f"The answer ({kind}) cannot be used here: {type(error).__name__}.")
    return Verdict(number, Result.correct, exercise.why)


def check(number: str, *answer: Any) -> Verdict:
    """Judge an answer, and note it in the progress if it is correct; see `judge`."""
    verdict = judge(number, *answer)
    if verdict.result is Result.correct:
        progress.record(solved=number)
    return verdict


def hint(number: str) -> Note:
    """Return the next hint for an exercise; after the last, the last one again."""
    hints = get_exercise(number).hints
    given = min(_hints_given.get(number, 0), len(hints) - 1)
    _hints_given[number] = given + 1
    more = "" if given + 1 == len(hints) else " (Ask again for more.)"
    return Note(f"Hint {given + 1} of {len(hints)} for {number}: {hints[given]}{more}")


def solution(number: str) -> Note:
    """Return the code that solves an exercise, as it stands in the source of the notebook."""
    from lifeboat.course import source  # with jupytext, which a notebook that only checks need not wait for

    get_exercise(number)
    return Note(source.tasks()[number].solution)
