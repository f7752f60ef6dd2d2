"""What every notebook owes its reader."""

import ast
import base64
import re
import statistics
from itertools import pairwise

import nbformat
import pytest

from lifeboat.operate import notebooks
from lifeboat.store import project_folder

PATHS = notebooks.paths()
BOOKS = {path.stem: nbformat.read(path, as_version=4) for path in PATHS}
START = "00_start_here"
every_notebook = pytest.mark.parametrize("name", BOOKS)
lesson = pytest.mark.parametrize("name", [name for name in BOOKS if name != START])


def code(name):
    return [cell for cell in BOOKS[name].cells if cell.cell_type == "code"]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def prose(name):
    return [cell for cell in BOOKS[name].cells if cell.cell_type == "markdown"]


def test_the_lessons_are_there():
    assert [name[:2] for name in BOOKS] == ["00", "01", "02", "03", "04", "05", "06", "07", "08"]


@every_notebook
def test_it_opens_with_goal_place_needs_and_time(name):
    first = BOOKS[name].cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {name[:2]} ")
    for part in ("you will", f"[{name[:2]} ", "**Needs**", "**Takes**"):
        assert part in first.source


@every_notebook
def test_it_ends_with_what_was_written_and_where_to_go(name):
    last = BOOKS[name].cells[-1]
    assert last.cell_type == "markdown"
    assert "**Written:**" in last.source
    assert "**Next:**" in last.source or "**Reads it next:**" in last.source


@every_notebook
def test_it_has_one_parameters_cell(name):
    tagged = [cell for cell in code(name) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1


@every_notebook
def test_it_was_executed_from_top_to_bottom_without_error(name):
    assert [cell.execution_count for cell in code(name)] == list(range(1, len(code(name)) + 1))
    outputs = [output for cell in code(name) for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


@every_notebook
def test_outputs_hold_no_address_path_or_time_of_the_day(name):
    shown = "".join(
        str(output) for cell in code(name) for output in cell.outputs if "image/png" not in output.get("data", {})
    )
    assert not re.search(
        r"127\.0\.0\.1|localhost|https://\S+:\d|/home/|/tmp/|" + re.escape(str(project_folder())), shown
    )


@every_notebook
def test_cells_are_short_and_led_by_prose(name):
    cells = BOOKS[name].cells
    assert max(len(lines(cell)) for cell in code(name)) <= 15
    assert statistics.median(len(lines(cell)) for cell in code(name)) <= 5
    led = sum(before.cell_type == "markdown" for before, cell in pairwise(cells) if cell.cell_type == "code")
    assert led >= 0.8 * len(code(name))
    assert len(cells) <= 60


@lesson
def test_it_has_room_for_its_subject(name):
    assert len(BOOKS[name].cells) >= 20


@every_notebook
def test_it_defines_no_functions_and_touches_no_path(name):
    for cell in code(name):
        tree = ast.parse(cell.source)
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        assert "sys.path" not in cell.source


@every_notebook
def test_links_lead_to_files_that_exist(name):
    text = "".join(cell.source for cell in BOOKS[name].cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (project_folder() / "notebooks" / target).exists(), target


@every_notebook
def test_metadata_say_only_what_the_notebook_is(name):
    assert set(BOOKS[name].metadata) == {"kernelspec", "language_info"}
    assert all(set(cell.metadata) <= {"tags"} for cell in BOOKS[name].cells)


GUESS = "> **Guess first.**"


@lesson
def test_it_asks_for_guesses_each_answered_by_the_next_cell(name):
    asked = [place for place, cell in enumerate(BOOKS[name].cells) if cell.source.startswith(GUESS)]
    assert len(asked) >= 5
    for place in asked:
        question, answer = BOOKS[name].cells[place : place + 2]
        assert all(f"{option}) " in question.source for option in "abc"), question.source
        assert answer.cell_type == "code" and answer.outputs
        assert any(cell.cell_type == "markdown" for cell in BOOKS[name].cells[place + 2 : place + 4])


EMPHASIS = {
    "and", "are", "both", "cultivars", "drawn", "draws", "evenly", "every", "fair", "file", "how good", "its",
    "its own", "left", "more", "new", "on the evening of the 11th", "real", "replace",
    "restart kernel and run all cells", "simplest", "such", "terminal", "which of two is better", "within", "women",
}  # fmt: skip
"""What lessons set in italics without naming a term of the field by it."""


@every_notebook
def test_terms_are_in_the_glossary(name):
    glossary = (project_folder() / "docs" / "glossary.md").read_text(encoding="utf-8")
    known = [term.casefold() for term in re.findall(r"^\| ([^|]+) \|", glossary, re.MULTILINE)]
    for cell in prose(name):
        for term in map(str.casefold, re.findall(r"(?<![*\w])\*([^*`=?]+)\*(?!\*)", " ".join(cell.source.split()))):
            stem = term.removesuffix("s").removesuffix("ed")  # folds, calibrated
            assert term in EMPHASIS or any(f" {stem}" in f" {entry}" for entry in known), term


CLIENT = {
    "get_feature_store", "get_or_create_feature_group", "get_feature_group", "insert", "select_all",
    "compute_statistics", "get_or_create_feature_view", "get_feature_view", "get_batch_data",
    "create_training_data", "get_training_data", "get_training_datasets",
    "get_model_registry", "create_model", "save", "get_model", "get_models", "download",
}  # fmt: skip
"""Methods whose names belong to the client alone; `read`, `filter`, `select` and `join` others have too."""


@pytest.mark.parametrize(
    ("name", "fewest"),
    [
        ("02_feature_group", 6),
        ("03_training", 6),
        ("05_batch_inference", 4),
        ("07_operate", 3),
        ("08_make_it_yours", 3),
    ],
    ids=str,
)
def test_the_work_is_shown_with_the_calls_of_the_client(name, fewest):
    called = [node.func.attr for cell in code(name) for node in ast.walk(ast.parse(cell.source)) if _is_method(node)]
    assert sum(attribute in CLIENT for attribute in called) >= fewest
    assert len(CLIENT & set(called)) >= fewest - 1  # not one call over and over


def _is_method(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


@every_notebook
def test_side_remarks_are_of_four_kinds(name):
    quoted = [line for cell in prose(name) for line in cell.source.splitlines() if line.startswith("> **")]
    kinds = {line.split("**")[1].rstrip(":.") for line in quoted}
    assert kinds <= {"Note", "Tip", "Caution", "Warning", "Guess first"}


@every_notebook
def test_headings_go_down_one_level_at_a_time(name):
    lines_of_prose = [line for cell in prose(name) for line in cell.source.split("```")[0].splitlines()]
    levels = [len(line.split(" ")[0]) for line in lines_of_prose if re.match("#+ ", line)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_notebook
def test_each_figure_has_an_alternative_in_words(name):
    shown = [output for cell in code(name) for output in cell.outputs if "image/png" in output.get("data", {})]
    for output in shown:
        alternative = output.metadata["image/png"]["alt"]
        assert len(alternative) > 20
        assert output.data["text/plain"] == f"Figure: {alternative}"


@every_notebook
def test_it_is_smaller_than_a_megabyte(name):
    (path,) = [path for path in PATHS if path.stem == name]
    assert path.stat().st_size < 1_000_000


def test_the_figure_in_the_readme_is_that_of_notebook_01():
    (drawn,) = [cell for cell in code("01_explore") if "survival_by_sex_and_class" in cell.source]
    (image,) = [output.data["image/png"] for output in drawn.outputs if "image/png" in output.get("data", {})]
    assert base64.b64decode(image) == (project_folder() / "docs" / "images" / "survival.png").read_bytes()
