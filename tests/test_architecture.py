"""Imports point one way, and the documents name what exists."""

import ast
import importlib
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "lib" / "lifeboat"
DOCUMENTS = [
    path
    for path in [*ROOT.glob("*.md"), *sorted(ROOT.glob("[!.]*/**/*.md"))]
    if not path.name.startswith("model_card") and not {"build", "store", "runs"} & set(path.parts)
]
"""All documents but the templates of the model card, which are filled in beside the figures that they show."""
GENERATED = ["store/", "runs/"]  # by a run


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, as dotted names, at its top or inside a function; type hints do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hints = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    skipped = {inner for hint in hints for inner in ast.walk(hint)}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str | None:
    """The folder or module directly under `lifeboat` that a dotted name lies in."""
    parts = name.split(".")
    return parts[1] if parts[0] == "lifeboat" and len(parts) > 1 and _exists(parts[1]) else None


def _exists(part: str) -> bool:
    return (LIBRARY / part).is_dir() or (LIBRARY / f"{part}.py").exists()


def rooms() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for path in LIBRARY.rglob("*.py"):
        inside = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        found = {room(name) for name in imports(path)} - {None, inside}
        graph.setdefault(inside, set()).update(found)
    graph.pop("__init__")
    return graph


def test_imports_between_rooms_make_no_circle():
    assert list(TopologicalSorter(rooms()).static_order())


def test_the_vocabulary_depends_on_nothing_above_it():
    graph = rooms()
    assert graph["fields"] == set()
    assert graph["dataset"] <= {"errors", "fields"}
    assert graph["columns"] <= {"dataset"}
    assert graph["passengers"] <= {"errors", "fields", "dataset"}
    assert graph["bulk"] <= {"errors"}
    for name in ("survival", "synthetic"):
        assert graph[name] <= {"bulk", "errors", "fields", "dataset", "passengers", "intervals", "store", "provenance"}


def test_the_store_alone_knows_of_the_local_service():
    users = {path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*.py") if "hopsworks_local" in {
        name.split(".")[0] for name in imports(path)
    }}  # fmt: skip
    assert users == {"store.py"}


def test_the_local_service_knows_nothing_of_us():
    for path in (ROOT / "lib" / "hopsworks_local").rglob("*.py"):
        assert "lifeboat" not in {name.split(".")[0] for name in imports(path)}, path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document):
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_map_names_what_exists():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert text.count("\n") <= 120
    names = set(re.findall(r"`([a-z_]+(?:\.[A-Za-z_]+)+)`", text))
    assert names
    for name in names:
        assert _resolves(name), f"docs/architecture.md names {name}"
    for path in set(re.findall(r"`([\w/]+/(?:[\w]+\.(?:py|yml|css))?)`", text)):
        if path in GENERATED:
            continue
        candidates = [ROOT / path, LIBRARY / path, ROOT / "lib" / path]
        assert any(candidate.exists() for candidate in candidates), f"docs/architecture.md names {path}"


def _resolves(name: str) -> bool:
    """Whether a name such as `arrivals.board` or `lifeboat.login()` is a file, a module or something in one."""
    if any((base / name).exists() for base in (LIBRARY, ROOT)):
        return True
    parts = name.removeprefix("lifeboat.").split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(["lifeboat", *parts[:cut]]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False
