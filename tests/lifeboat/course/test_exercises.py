"""Every exercise: the solution passes, the blank is not attempted, each mistake gets a message, none the answer."""

import math
import re
from collections import Counter
from functools import cache

import nbformat
import numpy as np
import pandas as pd
import pytest
from course_helpers import answer_to, run_notebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mistakes import MISTAKES

from lifeboat.course import build, checking, source
from lifeboat.course.exercise import Result, exercises
from lifeboat.course.grading import plain
from lifeboat.course.learner import as_learner
from lifeboat.store import project_folder

every_exercise = pytest.mark.parametrize("number", exercises())


def as_arguments(answer):
    return answer if isinstance(answer, tuple) else (answer,)


@cache
def refused(number):
    """What the check says of each mistake: verdict and the phrase that it must contain."""
    solved = run_notebook("solutions", source.tasks()[number].notebook)
    made = [(make(solved), phrase) for each, make, phrase in MISTAKES if each == number]
    return {phrase: checking.judge(number, *as_arguments(answer)) for answer, phrase in made}


def test_every_exercise_of_the_notebooks_has_a_judge_and_every_judge_an_exercise():
    assert set(source.tasks()) == set(exercises())


def test_numbers_count_on_within_each_lesson():
    for name, tasks in _by_notebook().items():
        assert [task.number for task in tasks] == [f"{int(name[:2])}.{place}" for place in range(1, len(tasks) + 1)]
        assert 3 <= len(tasks) <= 5


def test_each_name_that_a_check_asks_for_is_asked_for_once():
    for name, tasks in _by_notebook().items():
        counts = Counter(expression for task in tasks for expression in task.asked)
        assert max(counts.values()) == 1, (name, counts)


def _by_notebook():
    found: dict = {}
    for task in source.tasks().values():
        found.setdefault(task.notebook, []).append(task)
    return found


@every_exercise
def test_the_solution_passes(number):
    assert checking.judge(number, *answer_to(number)).result is Result.correct


@every_exercise
def test_the_solution_passes_when_it_is_graded(number):
    """What leaves a learner's process is plain text."""
    written = [plain.dumps(answer) for answer in answer_to(number)]
    assert checking.judge(number, *map(plain.loads, written)).result is Result.correct


@every_exercise
def test_the_untouched_exercise_is_not_attempted_and_says_what_to_do(number):
    blanks = answer_to(number, "exercises")
    verdict = checking.judge(number, *blanks)
    assert set(blanks) == {...}
    assert verdict.result is Result.not_attempted
    assert exercises()[number].todo in verdict.message


@pytest.mark.parametrize(("number", "phrase"), [(number, phrase) for number, _, phrase in MISTAKES])
def test_a_mistake_is_refused_with_its_own_message(number, phrase):
    verdict = refused(number)[phrase]
    assert verdict.result is Result.wrong
    assert phrase in verdict.message


@every_exercise
def test_two_mistakes_at_least_are_told_apart(number):
    assert len({verdict.message for verdict in refused(number).values()}) >= 2


@every_exercise
def test_no_message_contains_the_answer(number):
    exercise = exercises()[number]
    said = [exercise.todo, exercise.why, *exercise.hints]
    said += [verdict.message for verdict in refused(number).values()]
    for secret in secrets(answer_to(number)):
        assert not [text for text in said if secret in text], secret


def secrets(answers):
    """How a right answer could be written: numbers in several forms, texts in quotes, lists as they are."""
    for answer in answers:
        if isinstance(answer, int | float | np.number):
            value = float(answer)
            forms = {f"{value:.3f}", f"{value:.2f}", f"{value:.1%}", f"{100 * value:.1f}", f"{value:,.0f}"}
            yield from (form for form in forms if len(form) > 2)
        elif isinstance(answer, str):
            yield answer
        elif isinstance(answer, list):
            yield str(answer)


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=4),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from(
        [
            pd.DataFrame(),
            pd.DataFrame({"passenger_id": ["a", None]}),
            pd.DataFrame([[1, 2], [3, 4]], columns=["survived", "survived"]),
            pd.Series([1, None, "x"]),
            pd.Series([], dtype=float),
            np.zeros((2, 3)),
            np.array(1.5),
            pd.NA,
            pd.NaT,
            object,
            print,
            math,
            {1, "a"},
            10**400,
        ]
    ),
)


@every_exercise
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_breaks_a_check(number, data):
    answer = [data.draw(anything) for _ in source.tasks()[number].asked]
    verdict = checking.judge(number, *answer)
    assert verdict.result is Result.wrong
    assert verdict.message


SEEDED = [name for name in _by_notebook() if "practice()" not in (source.folder("sources") / f"{name}.py").read_text()]


@pytest.mark.parametrize("name", SEEDED)
def test_other_learners_have_other_samples_and_the_same_messages(name, learner="anna"):
    """A mistake is recognised by its number, so it may coincide with the right one for no learner."""
    with as_learner(learner):
        solved = run_notebook("solutions", name, learner)
        for number, make, phrase in MISTAKES:
            if source.tasks()[number].notebook == name:
                assert phrase in checking.judge(number, *as_arguments(make(solved))).message


def test_the_best_of_a_hundred_thresholds_is_accepted_of_everybody():
    """For this learner a finer search finds a cost that is five percent lower."""
    with as_learner("learner37"):
        solved = run_notebook("solutions", "06_understand", "learner37")
        assert checking.judge("6.2", solved.threshold).result is Result.correct


def test_notebooks_are_in_step_with_their_sources():
    assert build.out_of_step() == [], "run `lifeboat exercises`"


@pytest.mark.parametrize("name", _by_notebook())
def test_solutions_are_committed_executed_and_exercises_without_outputs(name):
    books = {kind: nbformat.read(source.folder(kind) / f"{name}.ipynb", as_version=4) for kind in build.MAKERS}
    code = {kind: [cell for cell in book.cells if cell.cell_type == "code"] for kind, book in books.items()}
    assert [cell.execution_count for cell in code["solutions"]] == list(range(1, len(code["solutions"]) + 1))
    assert not any(cell.outputs or cell.execution_count for cell in code["exercises"])
    outputs = [output for cell in code["solutions"] for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert str(outputs).count(f" {Result.correct}: ") == len(_by_notebook()[name])
    assert not re.search(r"127\.0\.0\.1|localhost|/home/|/tmp/|" + re.escape(str(project_folder())), str(outputs))
