"""One source, two notebooks."""

import pytest

import lifeboat
from lifeboat.course import build, source

TEXT = """# %% [markdown]
# ## 9.1 A title
#
# Set `x`.

# %%
given = 1

# solution
helper = given + 1
x = helper
y: int = 3
# end

# %%
check("9.1", x, y)

# %% [markdown] tags=["solution"]
# What follows from it.
"""


def cells(book):
    return [cell.source for cell in book.cells]


def test_the_exercise_has_blanks_for_what_is_asked_and_no_solution():
    assert cells(source.exercise_book(TEXT, "09_x")) == [
        "## 9.1 A title\n\nSet `x`.",
        "given = 1\n\nx = ...\ny = ...",
        'check("9.1", x, y)',
    ]


def test_the_solution_has_code_and_interpretation_without_markers():
    made = cells(source.solution_book(TEXT, "09_x"))
    assert made[1] == "given = 1\n\nhelper = given + 1\nx = helper\ny: int = 3"
    assert made[-1] == "What follows from it."


def test_a_task_knows_its_title_what_is_asked_and_its_solution():
    (task,) = source.tasks_of(TEXT, "09_x")
    assert (task.number, task.title, task.asked) == ("9.1", "A title", ("x", "y"))
    assert task.solution.startswith("helper = given + 1")


@pytest.mark.parametrize("check", ['check("9.2", x, y)', "pass", 'check("9.1", x)\ncheck("9.1", y)'])
def test_a_check_belongs_to_the_exercise_above_it(check):
    with pytest.raises(lifeboat.LifeboatError, match=r"exercise 9\.1 has the checks"):
        source.tasks_of(TEXT.replace('check("9.1", x, y)', check), "09_x")


def test_the_same_source_gives_the_same_text():
    once, again = (build.written(source.exercise_book(TEXT, "09_x")) for _ in range(2))
    assert once == again


def test_a_change_by_hand_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "folder", lambda kind: tmp_path / kind)
    for kind in ("sources", *build.MAKERS):
        (tmp_path / kind).mkdir()
    (tmp_path / "sources" / "09_x.py").write_text(TEXT)
    for kind, make in build.MAKERS.items():
        (tmp_path / kind / "09_x.ipynb").write_text(build.written(make(TEXT, "09_x")))
    assert build.out_of_step() == []
    changed = build.written(source.exercise_book(TEXT.replace("given = 1", "given = 2"), "09_x"))
    (tmp_path / "exercises" / "09_x.ipynb").write_text(changed)
    (tmp_path / "solutions" / "10_other.ipynb").write_text(changed)
    assert build.out_of_step() == ["exercises/09_x", "solutions/10_other"]
