"""Progress: what a check notes, what `lifeboat learn` shows, how a lesson is skipped, and the end."""

import json

import pytest
from course_helpers import answer_to
from rich.console import Console

import lifeboat
from lifeboat.course import check, curriculum, hint, learner, my_passengers, progress, solution, source
from lifeboat.course.exercise import Result, exercises
from lifeboat.course.quizzes import quiz


def shown():
    console = Console(width=100)
    with console.capture() as capture:
        console.print(curriculum.overview())
    return capture.get()


def right(_, question):
    return question.answer


def test_a_correct_answer_is_noted_once():
    check("1.1", *answer_to("1.1"))
    check("1.1", *answer_to("1.1"))
    assert progress.load().solved == ["1.1"]


@pytest.mark.parametrize("answer", [..., 0.5])
def test_an_answer_that_is_not_correct_is_not_noted(answer):
    assert check("1.1", answer).result is not Result.correct
    assert progress.load().solved == []


def test_learn_counts_what_is_solved_and_names_the_next_exercise():
    progress.record(solved="1.1")
    assert "1 of 5" in shown()
    assert "Next: 1.2" in shown()
    assert "notebooks/exercises/01_explore.ipynb" in shown()
    assert curriculum.lessons()[0].notebook.exists()


@pytest.mark.parametrize("lesson", ["01", "1", 1])
def test_a_lesson_is_skipped_by_answering_its_test(lesson):
    assert curriculum.take_test(lesson, right) == []
    assert progress.load().passed == ["01"]
    assert curriculum.next_task().number == "2.1"
    assert "passed" in shown()


def test_a_wrong_answer_is_explained_and_skips_nothing():
    wrong = curriculum.take_test("01", lambda number, question: (question.answer + (number == 2)) % 3)
    assert len(wrong) == 1
    assert wrong[0].startswith("2. ")
    assert curriculum.next_task().number == "1.1"


def test_an_option_that_is_not_there_is_refused():
    with pytest.raises(lifeboat.LifeboatError, match="option is 9"):
        curriculum.take_test("01", lambda *_: 9)


def test_there_is_a_quiz_to_skip_every_lesson_with_exercises():
    for lesson in curriculum.lessons():
        assert quiz(lesson.name[:2])


def test_the_end_is_friendly():
    for number in exercises():
        progress.record(solved=number)
    assert curriculum.next_task() is None
    assert f"{len(exercises())} exercises solved" in shown()
    assert "Fair winds" in shown()


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", '{"learner": 1}', '{"other": 1}', '{"learner": "a", "solved": [1]}']
)
def test_a_damaged_file_is_kept_aside_and_progress_begins_again(damaged):
    progress.path().write_text(damaged)
    assert progress.load().solved == []
    assert progress.path().with_suffix(".damaged").read_text() == damaged
    progress.record(solved="1.1")
    assert json.loads(progress.path().read_text())["solved"] == ["1.1"]


def test_without_a_name_one_is_drawn_and_kept(monkeypatch):
    monkeypatch.delenv("LIFEBOAT_LEARNER")
    assert learner.learner() == learner.learner() == progress.load().learner


def test_two_learners_are_asked_about_different_passengers():
    with learner.as_learner("anna"):
        hers = my_passengers("1.1")
    with learner.as_learner("ben"):
        his = my_passengers("1.1")
    assert len(hers) == len(his)
    assert not hers["passenger_id"].equals(his["passenger_id"])


def test_hints_go_in_steps_and_stay_at_the_last():
    hints = exercises()["1.3"].hints
    said = [repr(hint("1.3")) for _ in range(len(hints) + 1)]
    assert [text in told for text, told in zip(hints, said, strict=False)] == [True] * len(hints)
    assert hints[-1] in said[-1]


def test_the_solution_is_the_code_of_the_source():
    text = (source.folder("sources") / "01_explore.py").read_text()
    assert repr(solution("1.1")) == 'share = 1 - mine["survived"].mean()'
    assert repr(solution("1.1")) in text


@pytest.mark.parametrize("ask", [check, hint, solution])
def test_an_unknown_exercise_is_refused_with_those_allowed(ask):
    with pytest.raises(lifeboat.LifeboatError, match=r"exercise is '9\.9'; allowed: 1\.1, 1\.2"):
        ask("9.9")
