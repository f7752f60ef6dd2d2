"""The three descriptions of the environment agree: pyproject.toml, requirements.txt and environment.yml."""

import re
import tomllib
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
