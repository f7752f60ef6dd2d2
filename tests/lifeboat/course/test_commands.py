"""The commands of the course, as a learner and a teacher call them."""

import csv
import shutil

import pytest
from rich.console import Console

from lifeboat import cli
from lifeboat.course import progress, source
from lifeboat.course.quizzes import quiz


@pytest.fixture
def lifeboat(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(cli, "console", Console(width=160))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["lifeboat", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code or 0, *capsys.readouterr()

    return run


def test_learn_shows_what_comes_next(lifeboat):
    progress.record(solved="1.1")
    code, shown, _ = lifeboat("learn")
    assert code == 0
    assert "Next: 1.2" in shown


@pytest.mark.parametrize(("shift", "passed"), [(0, ["02"]), (1, [])])
def test_learn_skips_a_lesson_after_its_test(lifeboat, monkeypatch, shift, passed):
    answers = iter("abcd"[(question.answer + shift) % 3] for question in quiz("02"))
    monkeypatch.setattr("builtins.input", lambda *_: next(answers))
    code, shown, _ = lifeboat("learn", "--skip", "02")
    assert code == 0
    assert progress.load().passed == passed
    assert ("counts as done" in shown) == bool(passed)


def test_learn_refuses_a_lesson_that_has_no_test(lifeboat):
    code, _, error = lifeboat("learn", "--skip", "77")
    assert code == 1
    assert "quiz is '77'; allowed: 01, 02" in error


def test_grade_refuses_a_folder_without_learners(lifeboat, tmp_path):
    code, _, error = lifeboat("grade", tmp_path)
    assert code == 1
    assert "one for each learner" in error


@pytest.mark.slow
def test_grade_prints_a_table_and_writes_csv(lifeboat, tmp_path):
    (tmp_path / "class" / "anna").mkdir(parents=True)
    shutil.copy(source.folder("solutions") / "01_explore.ipynb", tmp_path / "class" / "anna")
    code, shown, _ = lifeboat("grade", tmp_path / "class", "--csv", tmp_path / "grades.csv", "--seconds", "60")
    assert code == 0
    assert "5/5" in next(line for line in shown.splitlines() if "anna" in line)
    rows = list(csv.DictReader((tmp_path / "grades.csv").open()))
    assert [row["result"] for row in rows[:5]] == ["correct"] * 5
    assert len(rows) == len(source.tasks())
