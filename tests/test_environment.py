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
DIRECT = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
LOCKED = [
    Requirement(line.rstrip(" \\"))
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    if re.match(r"^[a-zA-Z0-9]", line)
]


@pytest.mark.parametrize("direct", DIRECT, ids=lambda requirement: requirement.name)
def test_every_direct_dependency_is_locked_within_its_bounds(direct):
    pins = [pin for pin in LOCKED if canonicalize_name(pin.name) == canonicalize_name(direct.name)]
    assert pins
    for pin in pins:
        version = str(pin.specifier).removeprefix("==")
        assert direct.specifier.contains(version), f"{pin} is outside {direct}: run `make lock`"


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
    "python-multipart": "starlette reads uploads with it",
    "pytest-xdist": "make test",
    "pytest-timeout": "make test",
    "nbval": "make test",
    "ruff": "make lint",
    **dict.fromkeys(("sphinx", "myst-nb", "sphinx-book-theme"), "make book"),
    "deltalake": "stands in for hops-deltalake where that has no wheel",
}
"""Direct dependencies that no module imports, and what needs them."""

OURS = {"lifeboat", "hopsworks_local", *(path.stem for path in ROOT.glob("tests/**/*.py"))}
OF_THE_CLIENT = {"hops-deltalake": "hopsworks"}
EXTRAS = {"sdv", "sdmetrics", "lightgbm", "polars"}
OF_AN_ENVIRONMENT_OF_ITS_OWN = {"anonymeter", "arfpy", "torch"}
"""What benchmarks/privacy_attacks.py imports: Anonymeter needs an older numpy."""


def imported() -> Iterator[str]:
    """The distribution of each module that our code imports."""
    distributions = packages_distributions()
    for folder in ("lib", "spaces", "scheduled", "tests", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                for name in {module.split(".")[0] for module in modules} - OURS - EXTRAS - OF_AN_ENVIRONMENT_OF_ITS_OWN:
                    if name not in sys.stdlib_module_names:
                        distribution = canonicalize_name(distributions[name][0])
                        yield OF_THE_CLIENT.get(distribution, distribution)


def test_what_is_imported_is_declared_and_what_is_declared_is_used():
    declared, used = {canonicalize_name(direct.name) for direct in DIRECT}, set(imported())
    assert used - declared == set(), "declare these in pyproject.toml, then run `make lock`"
    assert declared - used == set(NOT_IMPORTED), "nothing imports these: remove them from pyproject.toml"
