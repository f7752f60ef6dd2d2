"""How long it takes to grade a class: ``python -m benchmarks.grading [LEARNERS]``; it prints one line."""

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from lifeboat.course import source
from lifeboat.course.exercise import Result
from lifeboat.course.grading import Limits, grade

LIMITS = Limits(seconds=60, cell_seconds=20)
DISASTERS = {"loops": "while True:\n    pass", "crashes": "import os; os._exit(1)"}
"""Cells that some learners put before all others."""


def make_class(folder: Path, learners: int) -> None:
    """Three of four learners hand in solutions, the others the untouched exercises; one loops, one crashes."""
    for number in range(learners):
        desk = folder / f"learner{number:02}"
        shutil.copytree(source.folder("exercises" if number % 4 == 3 else "solutions"), desk)
    for number, cell in enumerate(DISASTERS.values()):
        for path in (folder / f"learner{number:02}").glob("*.ipynb"):
            book = json.loads(path.read_text(encoding="utf-8"))
            book["cells"].insert(0, {"cell_type": "code", "source": cell})
            path.write_text(json.dumps(book), encoding="utf-8")


def main(learners: int = 40) -> None:
    """Grade the class and print the time."""
    with tempfile.TemporaryDirectory() as folder:
        make_class(Path(folder), learners)
        begun = time.monotonic()
        grades = list(grade(Path(folder), LIMITS))
    seconds = time.monotonic() - begun
    notebooks = learners * len(source.paths())
    results = ", ".join(f"{count} {result}" for result, count in Counter(each.result for each in grades).items())
    print(f"{learners} learners, {notebooks} notebooks: {seconds / 60:.1f} minutes, {results}")
    for each in grades:
        if each.result is Result.wrong:  # nobody has handed in a wrong answer
            print(f"{each.learner} {each.number}: {each.message} {each.remark}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
