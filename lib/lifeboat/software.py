"""What a model was made with: versions of packages and the revision of the code, compared when it is loaded."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from lifeboat.store import project_folder

PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "skops")


class OtherVersions(UserWarning):
    """A model was made with other versions of packages than those installed here."""


def versions() -> dict[str, str]:
    """Return the installed versions of Python and of the packages that a prediction depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def revision() -> str:
    """Return the git revision of the code, with ``-dirty`` if files were changed since; ``unknown`` outside git."""
    command = ["git", "-C", str(project_folder()), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def differences(recorded: Mapping[str, str]) -> list[str]:
    """List how the versions installed here differ from recorded ones, in words; patch releases of Python do not count.

    Parameters
    ----------
    recorded : mapping
        As `versions` returned it when the model was made.
    """
    here = versions()
    return [
        f"{name} {recorded[name]} (here {here.get(name, 'none')})"
        for name in recorded
        if _comparable(name, recorded[name]) != _comparable(name, here.get(name, "none"))
    ]


def unlike_the_lock() -> list[str]:
    """List the packages whose version here is not the one locked in ``requirements.txt``; none without the file."""
    lock = project_folder() / "requirements.txt"
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.exists() else []
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    here = {pin: _installed(pin.name) for pin in pins if pin.marker is None or pin.marker.evaluate()}
    return [f"{pin.name} {found} (locked {pin.specifier})" for pin, found in here.items() if found not in pin.specifier]


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "0"


def _comparable(name: str, number: str) -> str:
    return number.rsplit(".", 1)[0] if name == "python" else number
