"""What every notebook owes its reader."""

import ast
import re
import statistics
from itertools import pairwise

import nbformat
import pytest

from lifeboat.operate import notebooks
from lifeboat.store import project_folder

PATHS = notebooks.paths()
BOOKS = {path.stem: nbformat.read(path, as_version=4) for path in PATHS}
every_notebook = pytest.mark.parametrize("name", BOOKS)


def code(name):
    return [cell for cell in BOOKS[name].cells if cell.cell_type == "code"]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def test_the_five_lessons_are_there():
    assert [name[:2] for name in BOOKS] == ["01", "02", "03", "04", "05"]


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
    assert 20 <= len(cells) <= 60


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
