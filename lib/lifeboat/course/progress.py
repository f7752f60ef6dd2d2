"""Progress: which exercises and quizzes are done, in one file of the project's folder."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from lifeboat import store


@dataclass
class Progress:
    """What a learner has done.

    Attributes
    ----------
    learner : str
        The learner's name, drawn at random unless ``LIFEBOAT_LEARNER`` gives one.
    solved : list of str
        Numbers of exercises, in the order in which they were solved.
    passed : list of str
        Lessons whose test was passed.
    """

    learner: str = field(default_factory=lambda: secrets.token_hex(4))
    solved: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def path() -> Path:
    """Return the file: ``LIFEBOAT_PROGRESS``, or ``progress/progress.json`` in the project's folder."""
    return Path(os.environ.get("LIFEBOAT_PROGRESS") or store.project_folder() / "progress" / "progress.json")


def load() -> Progress:
    """Read the progress; the first time, and if the file is damaged, it begins again (a damaged file is kept aside)."""
    with _lock():
        return _load()


def record(*, solved: str | None = None, passed: str | None = None) -> None:
    """Note an exercise that was solved, or a lesson whose test was passed; a second time changes nothing."""
    with _lock():
        progress = _load()
        for done, new in ((progress.solved, solved), (progress.passed, passed)):
            if new and new not in done:
                done.append(new)
        _save(progress)


def _lock() -> FileLock:
    path().parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path().with_suffix(".lock"), timeout=10)


def _load() -> Progress:
    try:
        return read(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass
    except ValueError:
        path().replace(path().with_suffix(".damaged"))
    progress = Progress()
    _save(progress)
    return progress


def read(text: str) -> Progress:
    """Read the content of a progress file.

    Raises
    ------
    ValueError
        If it is not what `record` writes.
    """
    with suppress(TypeError, AttributeError):
        progress = Progress(**json.loads(text))
        lists = (progress.solved, progress.passed)
        if isinstance(progress.learner, str) and all(isinstance(item, str) for each in lists for item in each):
            return progress
    raise ValueError("not a progress file")


def _save(progress: Progress) -> None:
    new = path().with_suffix(".new")
    new.write_text(json.dumps(asdict(progress), indent=1), encoding="utf-8")
    new.replace(path())
