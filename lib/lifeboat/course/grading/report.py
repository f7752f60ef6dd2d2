"""What a teacher sees of the grades: a table with a row per learner, and a CSV file with a row per exercise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table

from lifeboat.course.exercise import Result, lesson_of
from lifeboat.course.grading.grade import Grade

_LONGEST_REMARK = 120


def frame(grades: Sequence[Grade]) -> pd.DataFrame:
    """Return the grades as a table, sorted by learner and exercise.

    Returns
    -------
    DataFrame
        ``learner``, ``lesson``, ``exercise``, ``result``, ``message``, ``remark``.
    """
    rows = [(g.learner, lesson_of(g.number), g.number, str(g.result), g.message, g.remark) for g in grades]
    table = pd.DataFrame(rows, columns=["learner", "lesson", "exercise", "result", "message", "remark"])
    return table.sort_values(["learner", "lesson", "exercise"], ignore_index=True)


def write_csv(grades: Sequence[Grade], path: Path) -> None:
    """Write the grades as CSV; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    table = frame(grades)
    for name in ("learner", "message", "remark"):
        risky = table[name].str.match(r"[=+\-@\t\r]")
        table[name] = table[name].mask(risky, "'" + table[name])
    table.to_csv(path, index=False)


def render(grades: Sequence[Grade]) -> Table:
    """Draw the grades: for each learner how many exercises of each lesson are correct, and what went wrong."""
    table = frame(grades).assign(correct=lambda f: f["result"] == Result.correct)
    lessons = sorted(table["lesson"].unique())
    drawn = Table("learner", *lessons, "correct", "remarks", box=box.SIMPLE_HEAD)
    for learner, part in table.groupby("learner"):
        by_lesson = part.groupby("lesson")["correct"].agg(["sum", "size"])
        cells = [f"{by_lesson['sum'][lesson]}/{by_lesson['size'][lesson]}" for lesson in lessons]
        remarks = part.drop_duplicates("lesson")
        said = [f"{row.lesson}: {row.remark}"[:_LONGEST_REMARK] for row in remarks.itertuples() if row.remark]
        total = f"{part['correct'].sum()} of {len(part)}"
        drawn.add_row(escape(str(learner)), *cells, total, escape("\n".join(said)))
    return drawn
