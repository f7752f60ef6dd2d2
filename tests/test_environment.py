"""The descriptions of the environment agree with each other and with what the code imports."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SERVICE = tomllib.loads((ROOT / "lib/hopsworks_local/pyproject.toml").read_text(encoding="utf-8"))
BY_PATH = {"hopsworks-local": "hopsworks_local"}
"""A dependency that comes along in lib/, not from an index."""
DIRECT, OF_THE_SERVICE = (
    [Requirement(line) for line in each["project"]["dependencies"]] for each in (PROJECT, SERVICE)
)
LOCKED = [
    Requirement(line.rstrip(" \\"))
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    if re.match(r"^[a-zA-Z0-9]", line)
]


FROM_AN_INDEX = [requirement for requirement in DIRECT + OF_THE_SERVICE if requirement.name not in BY_PATH]


@pytest.mark.parametrize("direct", FROM_AN_INDEX, ids=lambda requirement: requirement.name)
def test_every_direct_dependency_is_locked_within_its_bounds(direct):
    pins = [pin for pin in LOCKED if canonicalize_name(pin.name) == canonicalize_name(direct.name)]
    assert pins
    for pin in pins:
        version = str(pin.specifier).removeprefix("==")
        assert direct.specifier.contains(version), f"{pin} is outside {direct}: run `make lock`"


def test_the_service_comes_from_its_folder_alone():
    assert PROJECT["tool"]["uv"]["sources"] == {"hopsworks-local": {"path": "lib/hopsworks_local", "editable": True}}
    assert not [pin for pin in LOCKED if pin.name in BY_PATH]
    for file in ("Makefile", "README.md", "docs/elsewhere.md", "environment.yml", ".binder/postBuild"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert text.count("--no-deps -e ") == text.count("--no-deps -e lib/hopsworks_local -e .") > 0, file
    assert (ROOT / "lib/hopsworks_local/LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_every_locked_package_has_hashes_and_no_address():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") >= len(LOCKED)
    assert "://" not in text


@pytest.mark.parametrize(
    ("platform", "machine", "expected"),
    [
        ("linux", "x86_64", "hops-deltalake"),
        ("linux", "aarch64", "deltalake"),
        ("darwin", "arm64", "hops-deltalake"),
        ("darwin", "x86_64", "deltalake"),
        ("win32", "AMD64", "deltalake"),
    ],
)
def test_exactly_one_delta_library_is_installed_on_each_platform(platform, machine, expected):
    where = {"sys_platform": platform, "platform_machine": machine}
    candidates = [pin for pin in LOCKED if pin.name in ("hops-deltalake", "deltalake")]
    assert [pin.name for pin in candidates if pin.marker.evaluate(where)] == [expected]


def test_conda_users_get_the_same_environment():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = conda["dependencies"]
    assert conda["channels"] == ["conda-forge"]
    assert python == f"python {PROJECT['project']['requires-python']}"
    assert pip == "pip"
    assert packages == {"pip": ["-r requirements.txt"]}


NOT_IMPORTED = {
    "jupyterlab": "make lab",
    "pytest-xdist": "make test",
    "pytest-timeout": "make test",
    "nbval": "make test",
    "ruff": "make lint",
    **dict.fromkeys(("sphinx", "myst-nb", "sphinx-book-theme"), "make book"),
    "deltalake": "stands in for hops-deltalake where that has no wheel",
}
"""Direct dependencies that no module imports, and what needs them."""
NOT_IMPORTED_BY_THE_SERVICE = {
    "python-multipart": "starlette reads uploads with it",
    "deltalake": "stands in for hops-deltalake where that has no wheel",
}

OURS = {"lifeboat", "benchmarks", *(path.stem for path in ROOT.glob("tests/**/*.py"))}
SERVICE_FOLDER = ROOT / "lib/hopsworks_local"
OF_THE_CLIENT = {"hops-deltalake": "hopsworks"}
EXTRAS = {"sdv", "sdmetrics", "lightgbm", "polars", "anonymeter", "arfpy", "torch", "feast"}
"""What benchmarks alone need; some make an environment of their own."""


def imported(files: Iterator[Path], ours: set[str]) -> Iterator[str]:
    """The distribution of each module that some files import."""
    distributions = {**packages_distributions(), "hopsworks_local": ["hopsworks-local"]}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in {module.split(".")[0] for module in modules} - ours - EXTRAS:
                if name not in sys.stdlib_module_names:
                    yield canonicalize_name(distributions[name][0])


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def test_what_is_imported_is_declared_and_what_is_declared_is_used():
    folders = ("lib/lifeboat", "spaces", "scheduled", "tests", "benchmarks")
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    used = {OF_THE_CLIENT.get(name, name) for name in imported(files, OURS)}
    assert used - names(DIRECT) == set(), "declare these in pyproject.toml, then run `make lock`"
    assert names(DIRECT) - used == set(NOT_IMPORTED), "nothing imports these: remove them from pyproject.toml"


def test_the_service_declares_what_it_imports_for_itself():
    used = set(imported(SERVICE_FOLDER.rglob("*.py"), {"hopsworks_local"}))
    tests = {"pytest", "hopsworks"}  # the plugin is imported where there are both
    assert used - names(OF_THE_SERVICE) == tests, "declare these in lib/hopsworks_local/pyproject.toml"
    assert names(OF_THE_SERVICE) - used == set(NOT_IMPORTED_BY_THE_SERVICE)


def test_the_service_lists_its_packages():
    found = {path.parent.relative_to(ROOT / "lib") for path in SERVICE_FOLDER.rglob("__init__.py")}
    assert set(SERVICE["tool"]["setuptools"]["packages"]) == {".".join(folder.parts) for folder in found}
