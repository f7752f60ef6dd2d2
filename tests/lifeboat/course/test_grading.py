"""Grading: whatever one learner hands in costs that learner alone, and our own checks judge it."""

import csv
import json
import shutil
import subprocess
import sys
import time

import nbformat
import numpy as np
import pandas as pd
import psutil
import pytest
from rich.console import Console

import lifeboat
from lifeboat.course import source
from lifeboat.course.exercise import Result
from lifeboat.course.grading import Grade, Limits, desk, grade, grade_notebook, plain, render, write_csv
from lifeboat.course.learner import as_learner

NAME = "01_explore"
SHORT = Limits(seconds=25, cell_seconds=3)


@pytest.fixture
def hand_in(tmp_path):
    """Hand in the solutions of lesson 01 with some cells exchanged, and return what each exercise is worth."""

    def graded(changes=None, keep=lambda _: True, limits=SHORT):
        book = nbformat.read(source.folder("solutions") / f"{NAME}.ipynb", as_version=4)
        book.cells = [cell for cell in book.cells if keep(cell.source)]
        for cell in book.cells:
            for old, new in (changes or {}).items():
                cell.source = cell.source.replace(old, new)
        folder = tmp_path / "anna"
        folder.mkdir(exist_ok=True)
        nbformat.write(book, folder / f"{NAME}.ipynb")
        return {each.number: each for each in grade_notebook(folder, NAME, limits)}

    return graded


def correct(grades):
    return [number for number, each in grades.items() if each.result is Result.correct]


EVERY = ["1.1", "1.2", "1.3", "1.4", "1.5"]
SHARE = 'share = 1 - mine["survived"].mean()'


def test_solutions_are_correct(hand_in):
    grades = hand_in()
    assert correct(grades) == EVERY
    assert {each.remark for each in grades.values()} == {""}


def test_a_deleted_check_changes_nothing(hand_in):
    assert correct(hand_in(keep=lambda code: not code.startswith("check"))) == EVERY


def test_deleted_prose_changes_nothing(hand_in):
    assert correct(hand_in(keep=lambda code: not code.startswith("##"))) == EVERY


@pytest.mark.parametrize(
    "fraud",
    [
        "share = 0.1\ncheck = lambda *_: 'correct'",
        "share = 0.1\nfrom lifeboat.course import exercise\nexercise._exercises.clear()",
        "share = 0.1\nfrom lifeboat.course.lessons import lesson01\nlesson01.expect = lambda *_: None",
        "import pathlib\nshare = 0.1\npathlib.Path('1.1.json').write_text('[\"0.5\"]')",
    ],
)
def test_an_overwritten_check_does_not_make_an_answer_correct(hand_in, fraud):
    assert correct(hand_in({SHARE: fraud})) == EVERY[1:]


@pytest.mark.parametrize("ending", ["exit()", "quit()", "raise SystemExit", "raise KeyboardInterrupt", "1 / 0", "if :"])
def test_a_cell_that_ends_early_costs_its_exercise_alone(hand_in, ending):
    grades = hand_in({SHARE: ending})
    assert correct(grades) == EVERY[1:]
    assert grades["1.1"].result is Result.not_attempted


@pytest.mark.parametrize("crash", ["import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"])
def test_what_was_there_before_a_crash_counts(hand_in, crash):
    grades = hand_in({'unknown = data["age"].isna()': crash})
    assert correct(grades) == EVERY[:2]
    assert "the process ended early" in grades["1.3"].remark


def test_an_endless_loop_costs_its_exercise_alone(hand_in):
    grades = hand_in({SHARE: "while True:\n    pass"})
    assert correct(grades) == EVERY[1:]
    assert "took too long" in grades["1.1"].remark


def test_a_loop_that_cannot_be_interrupted_costs_what_follows(hand_in):
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(9)\n    except BaseException:\n        pass"
    grades = hand_in({'unknown = data["age"].isna()': stubborn}, limits=Limits(seconds=6, cell_seconds=1))
    assert correct(grades) == EVERY[:2]
    assert "stopped after 6 seconds" in grades["1.3"].remark


def test_memory_is_limited(hand_in):
    grades = hand_in({SHARE: "hog = bytearray(2**34)"})
    assert "MemoryError" in grades["1.1"].remark
    assert correct(grades) == EVERY[1:]


def test_nothing_that_a_notebook_started_outlives_it(hand_in):
    hand_in({SHARE: "import subprocess\nsubprocess.Popen(['sleep', '61234'], start_new_session=True)"})
    assert not [process for process in psutil.process_iter() if "61234" in _command(process)]


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_there_is_no_network_beyond_this_machine(hand_in):
    grades = hand_in({SHARE: "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=2)"})
    assert "unreachable" in grades["1.1"].remark or "no network" in grades["1.1"].remark


def test_the_environment_holds_no_key(hand_in, monkeypatch):
    monkeypatch.setenv("HOPSWORKS_API_KEY", "secret")
    grades = hand_in({SHARE: "import os\nassert 'HOPSWORKS_API_KEY' not in os.environ, 'a key'\n" + SHARE})
    assert correct(grades) == EVERY


def test_an_answer_that_a_later_cell_completes_counts(hand_in):
    check, three = 'check("1.4", accuracy, leaks)', '["companions_saved", "recovered", "usual_outcome"]'
    graded = hand_in({f"leaks = {three}": "leaks = []", check: f"leaks += {three}\n{check}"})
    assert correct(graded) == EVERY


@pytest.mark.parametrize(
    ("event", "arguments"),
    [("socket.connect", (None, ("192.0.2.1", 80))), ("socket.getaddrinfo", ("example.org", 80, 0, 0, 0))],
)
def test_where_there_are_no_namespaces_a_guard_refuses_other_machines(event, arguments):
    with pytest.raises(PermissionError, match="no network"):
        desk._refuse_other_machines(event, arguments)
    desk._refuse_other_machines("socket.connect", (None, ("127.0.0.1", 80)))


@pytest.mark.parametrize(
    "content", ["no notebook", "[]", "{}", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}', "[" * 9999]
)
def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path, content):
    (tmp_path / f"{NAME}.ipynb").write_text(content)
    grades = grade_notebook(tmp_path, NAME, SHORT)
    assert {each.result for each in grades} == {Result.not_attempted}
    assert all("is no notebook" in each.remark for each in grades)


def test_a_notebook_that_is_not_there_was_not_handed_in(tmp_path):
    assert all("was not handed in" in each.remark for each in grade_notebook(tmp_path, NAME, SHORT))


def test_the_samples_are_those_of_the_progress_file(hand_in, tmp_path):
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "progress.json").write_text(json.dumps({"learner": "bob", "solved": [], "passed": []}))
    with as_learner("bob"):
        from lifeboat.course import my_passengers

        share = 1 - my_passengers("1.1")["survived"].mean()
    assert correct(hand_in({SHARE: f"share = {share}"})) == EVERY


@pytest.mark.slow
def test_a_class_is_graded_and_one_learner_does_not_disturb_another(tmp_path):
    for name, kind in (("anna", "solutions"), ("ben", "exercises"), ("chi", None)):
        (tmp_path / name).mkdir()
        if kind:
            shutil.copy(source.folder(kind) / f"{NAME}.ipynb", tmp_path / name)
    (tmp_path / "chi" / f"{NAME}.ipynb").write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": "import os; os._exit(1)"}]})
    )
    grades = [each for each in grade(tmp_path, SHORT, workers=2) if each.number.startswith("1.")]
    results = {name: {each.result for each in grades if each.learner == name} for name in ("anna", "ben", "chi")}
    assert results == {"anna": {Result.correct}, "ben": {Result.not_attempted}, "chi": {Result.not_attempted}}


def test_a_folder_without_learners_is_refused(tmp_path):
    with pytest.raises(lifeboat.LifeboatError, match="one for each learner"):
        list(grade(tmp_path))


GRADES = [
    Grade("ben", "1.2", Result.wrong, "=1+1", "code cell 3: NameError: [x]"),
    Grade("anna", "1.1", Result.correct, "well"),
    Grade("anna", "1.2", Result.correct, "well"),
    Grade("ben", "1.1", Result.correct, "well", "code cell 3: NameError: [x]"),
]


def test_the_table_counts_correct_exercises_and_shows_remarks():
    console = Console(width=120)
    with console.capture() as shown:
        console.print(render(GRADES))
    anna, ben = (line.split() for line in shown.get().splitlines() if line.split()[:1] in (["anna"], ["ben"]))
    assert anna[:5] == ["anna", "2/2", "2", "of", "2"]
    assert ben[1] == "1/2"
    assert "NameError: [x]" in shown.get()


def test_the_csv_has_a_row_per_exercise_and_no_formula(tmp_path):
    write_csv(GRADES, tmp_path / "grades.csv")
    rows = list(csv.DictReader((tmp_path / "grades.csv").open()))
    assert [(row["learner"], row["exercise"]) for row in rows] == [
        (n, e) for n in ("anna", "ben") for e in ("1.1", "1.2")
    ]
    assert rows[3]["message"] == "'=1+1"


@pytest.mark.parametrize(
    "answer",
    [
        ...,
        None,
        True,
        3,
        2.5,
        "text",
        [1, "a", None],
        {"a": 1, 2: [3]},
        pd.Timestamp("2026-11-25"),
    ],
)
def test_plain_answers_come_back_as_they_were(answer):
    back = plain.loads(plain.dumps(answer))
    assert back is answer or (type(back), back) == (type(answer), answer)


def test_tables_and_columns_come_back_with_labels_and_missing_values():
    table = pd.DataFrame({"a": [1.5, np.nan], ("b", 1): ["x", None]}, index=[3, 5])
    back = plain.loads(plain.dumps(table))
    assert back.columns.tolist() == table.columns.tolist()
    assert back["a"].equals(table["a"])
    assert plain.loads(plain.dumps(table["a"])).equals(table["a"])


def test_what_is_no_plain_data_does_not_come_back():
    assert isinstance(plain.loads(plain.dumps(print)), plain.Unreadable)


@pytest.mark.parametrize("text", ["", "{", '{"kind": "table"}', '{"no": "kind"}', '{"kind": "mapping", "items": 3}'])
def test_text_that_is_no_answer_is_refused(text):
    with pytest.raises(ValueError):
        plain.loads(text)


KILLED = """
import sys
from pathlib import Path
from lifeboat.course.grading import Limits, grade
if __name__ == "__main__":
    list(grade(Path(sys.argv[1]), Limits(seconds=5, cell_seconds=4), workers=1))
"""


def test_a_grader_that_is_killed_leaves_no_process_behind(tmp_path):
    (tmp_path / "class" / "anna").mkdir(parents=True)
    (tmp_path / "grader.py").write_text(KILLED)
    cells = [nbformat.v4.new_code_cell("while True:\n    pass")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "class" / "anna" / f"{NAME}.ipynb")
    grader = subprocess.Popen([sys.executable, tmp_path / "grader.py", tmp_path / "class"])
    process = psutil.Process(grader.pid)
    deadline = time.monotonic() + 60
    while not any("desk" in " ".join(each.cmdline()) for each in process.children(recursive=True)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    started = process.children(recursive=True)
    grader.kill()
    grader.wait()
    _, alive = psutil.wait_procs(started, timeout=30)
    for each in alive:
        each.kill()
    assert alive == []
