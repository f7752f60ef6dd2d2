"""What a model was made with: versions of packages and the revision of the code, compared when it is loaded."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version

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


def _comparable(name: str, number: str) -> str:
    return number.rsplit(".", 1)[0] if name == "python" else number
