"""Who predicts, and since when: a small note in the store's Resources, to which every promotion is added."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from lifeboat.quiet_client import quiet

if TYPE_CHECKING:
    from hopsworks.hsml.model import Model
    from hopsworks.project import Project

    from lifeboat.gate import Verdict

FOLDER = "Resources"
NOTES = ("titanic_survival_champion.json", "titanic_survival_champion_copy.json")
"""The note and its copy: to overwrite a file, the client first removes it, and a kill may fall in between."""


NOT_JUDGED = "was never judged by the gate"


class Reason(StrEnum):
    """Why a version was made the champion."""

    PASSED = "passed the gate"
    BY_HAND = "promoted by hand"
    FORCED = "forced"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True)
class Promotion:
    """One entry of the note.

    Attributes
    ----------
    version : int
        Which version became the champion.
    registered : int
        When it was registered (milliseconds): the number of a deleted version may be given to another model.
    why : Reason
        What made it the champion.
    at : str
        When it became the champion, in UTC.
    """

    version: int
    registered: int
    why: Reason
    at: str

    @classmethod
    def of(cls, model: Model, why: Reason) -> Promotion:
        """Make the entry by which a version becomes the champion now; `record` stores it.

        Parameters
        ----------
        model : Model
            The registered version.
        why : Reason
            What made it the champion.
        """
        return cls(model.version, model.created, why, datetime.now(UTC).isoformat(timespec="seconds"))

    def means(self, model: Model) -> bool:
        """Whether this entry is about a registered model."""
        return (self.version, self.registered) == (model.version, model.created)


def history(project: Project) -> list[Promotion]:
    """Read all promotions, oldest first; the last names the champion. Empty if there never was one."""
    files = project.get_dataset_api()
    for name in NOTES:
        if files.exists(f"{FOLDER}/{name}"):
            with tempfile.TemporaryDirectory() as folder, quiet():
                note = json.loads(Path(files.download(f"{FOLDER}/{name}", folder)).read_text(encoding="utf-8"))
            return [Promotion(**entry | {"why": Reason(entry["why"])}) for entry in note["history"]]
    return []


def record(project: Project, model: Model, why: Reason) -> None:
    """Add a promotion to the note: from now on this version is the champion.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    model : Model
        The registered version.
    why : Reason
        What made it the champion.
    """
    promotions = [*history(project), Promotion.of(model, why)]
    note = {"version": model.version, "history": [asdict(promotion) for promotion in promotions]}
    with tempfile.TemporaryDirectory() as folder, quiet():
        for name in reversed(NOTES):  # the copy first: one of the two is complete at any time
            path = Path(folder) / name
            path.write_text(json.dumps(note, indent=1), encoding="utf-8")
            project.get_dataset_api().upload(str(path), FOLDER, overwrite=True)


def line_of_succession(promotions: list[Promotion]) -> list[Promotion]:
    """Return the champions that a rollback can go back to, the present one last.

    A rollback takes away the champion that it replaces, so that the next one goes further back.
    """
    line: list[Promotion] = []
    for promotion in promotions:
        if promotion.why is Reason.ROLLED_BACK:
            while line and _key(line[-1]) != _key(promotion):
                line.pop()
        else:
            line.append(promotion)
    return line


def _key(promotion: Promotion) -> tuple[int, int]:
    return promotion.version, promotion.registered


def standing(model: Model, promotions: list[Promotion], verdict: Verdict | None) -> str:
    """Say in one line whether a registered model predicts, and why (not).

    Parameters
    ----------
    model : Model
        The registered version.
    promotions : list of Promotion
        As `history` returns them.
    verdict : Verdict or None
        What the gate said of the model; None if it was never judged.
    """
    if promotions and promotions[-1].means(model):
        return f"predicts ({promotions[-1].why}); it {verdict or NOT_JUDGED}"
    if any(promoted.means(model) for promoted in promotions):
        return f"predicted before; version {promotions[-1].version} predicts now"
    if verdict and verdict.passed:
        return f"waits for approval: `lifeboat models promote {model.version}`; it {verdict}"
    return f"does not predict: it {verdict or NOT_JUDGED}"
