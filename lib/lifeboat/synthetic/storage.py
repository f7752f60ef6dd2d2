"""A fitted generator on disk: an npz file of plain arrays with a version, checked when read."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from lifeboat.synthetic.errors import SyntheticDataError
from lifeboat.synthetic.joint import BANDS, CODES, Joint, Numbers

FORMAT = "lifeboat.PassengerGenerator"
VERSION = 1
_COLUMNS = ["survived", *CODES, "age_row", "age_band", "fare_row", "fare_band"]
_DAMAGE = (OSError, ValueError, KeyError, EOFError, IndexError, TypeError, zipfile.BadZipFile, zlib.error)


def save(joint: Joint, caution: float, path: Path) -> Path:
    """Write the file, all of it or nothing."""
    header = json.dumps({"format": FORMAT, "version": VERSION, "caution": caution})
    arrays = {"header": np.array(header), "weights": joint.weights}
    arrays["cells"] = joint.cells[_COLUMNS].to_numpy(dtype=np.int32)
    for name in ("age", "fare"):
        numbers: Numbers = getattr(joint, name)
        arrays |= {f"{name}_{part}": getattr(numbers, part) for part in ("values", "shares", "bands")}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, **arrays)
    return partial.replace(path)


def load(path: Path) -> tuple[Joint, float]:
    """Return the joint distribution and the caution it was learned with."""
    if not path.is_file():
        raise SyntheticDataError(f"There is no saved generator at {path}: write one with PassengerGenerator.save().")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays["header"]))
        found = header["format"], header["version"]
    except _DAMAGE as error:
        raise _damaged(path, str(error)) from error
    if found != (FORMAT, VERSION):
        raise SyntheticDataError(
            f"{path} holds {found[0]} version {found[1]}; this program reads {FORMAT} version {VERSION}: "
            "fit a generator and save it again."
        )
    return _checked(path, arrays), float(header["caution"])


def _checked(path: Path, arrays: dict[str, np.ndarray]) -> Joint:
    """Rebuild the joint distribution, and refuse what no `save` writes."""
    try:
        cells = pd.DataFrame(arrays["cells"], columns=_COLUMNS).astype(np.int64)
        numbers = {
            name: Numbers(*(arrays[f"{name}_{part}"] for part in ("values", "shares", "bands")))
            for name in ("age", "fare")
        }
        joint = Joint(cells, arrays["weights"], **numbers)
        problem = _problem(joint)
    except _DAMAGE as error:
        raise _damaged(path, str(error)) from error
    if problem:
        raise _damaged(path, problem)
    return joint


def _problem(joint: Joint) -> str | None:
    """Name what is wrong with a joint distribution, if anything."""
    if joint.weights.shape != (len(joint.cells),) or not _is_distribution(joint.weights):
        return "the weights of its cells are no distribution"
    ranges = dict.fromkeys(CODES, 100) | {"survived": 2, "sex": 2, "embarked": 4, "age_band": BANDS, "fare_band": BANDS}
    ranges |= {"age_row": len(joint.age.shares), "fare_row": len(joint.fare.shares)}
    for name, end in ranges.items():
        if not joint.cells[name].between(0, end - 1).all():
            return f"column {name} of its cells is out of range"
    for name, numbers in (("age", joint.age), ("fare", joint.fare)):
        fits = numbers.shares.shape == numbers.bands.shape == (len(numbers.shares), len(numbers.values))
        if not fits or not np.isfinite(numbers.shares).all() or (numbers.shares < 0).any():
            return f"its {name} tables do not fit"
        if not ((numbers.bands >= 0) & (numbers.bands < BANDS)).all():
            return f"its bands of {name} are out of range"
    return None


def _is_distribution(weights: np.ndarray) -> bool:
    return bool(np.isfinite(weights).all() and (weights >= 0).all() and abs(weights.sum() - 1) < 1e-6)


def _damaged(path: Path, why: str) -> SyntheticDataError:
    return SyntheticDataError(f"{path} is damaged or no saved generator ({why}): fit a generator and save it again.")
