"""Saving and loading a fitted pipeline with skops, which runs no code from the file."""

import zipfile
from pathlib import Path

from sklearn.pipeline import Pipeline

from lifeboat.errors import LifeboatError
from lifeboat.survival.preprocessing import PREPARATION_VERSION

TRUSTED = (
    "lifeboat.survival.traits.PassengerTraits",
    "lifeboat.survival.preprocessing.FieldMatrix",
    "lifeboat.survival.preprocessing.PassengerMatrix",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
"""Every type beyond skops' own list that one of our pipelines holds."""

MOVED = {"lifeboat.survival.features": "lifeboat.survival.traits"}
"""Modules that model files from before 0.2 name, and where their content is now."""


class UntrustedModel(LifeboatError):
    """A model file that is damaged or holds a type that is not on the list."""


class OutdatedModel(LifeboatError):
    """A model file that an earlier version of Lifeboat saved and this one cannot load."""


def save(pipeline: Pipeline, path: str | Path) -> Path:
    """Save a fitted pipeline as a skops file and return its path.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.
    path : str or Path
        The file, which is overwritten; its folder must exist.

    Raises
    ------
    UntrustedModel
        If the pipeline holds a type that `load` would refuse; nothing is written.
    """
    import skops.io  # imported here and below: it takes more than a second, and few need it

    content = skops.io.dumps(pipeline)
    _check_trusted(skops.io.get_untrusted_types(data=content), Path(path))
    Path(path).write_bytes(content)
    return Path(path)


def load(path: str | Path) -> Pipeline:
    """Load a pipeline from a skops file, if every type in it is trusted.

    Raises
    ------
    OutdatedModel
        If the file names a module that has moved since (`MOVED`), or the model was fitted on passengers who were
        prepared in another way than today.
    UntrustedModel
        If the file is not a skops file, or holds a type that is neither in `TRUSTED` nor trusted by skops itself.
    """
    import skops.io

    try:
        found = skops.io.get_untrusted_types(file=path)
        _check_current(found, Path(path))
        _check_trusted(found, Path(path))
        pipeline = skops.io.load(path, trusted=found)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UntrustedModel(f"{Path(path).name} cannot be read as a skops file: {error}") from error
    _check_preparation(pipeline, Path(path))
    return pipeline


def _check_current(found: list[str], path: Path) -> None:
    for module in sorted(MOVED.keys() & {name.rpartition(".")[0] for name in found}):
        raise OutdatedModel(
            f"{path.name} names {module}, which is now {MOVED[module]}: an earlier version of Lifeboat saved it. "
            "Train the model again with `lifeboat train`."
        )


def _check_preparation(pipeline: Pipeline, path: Path) -> None:
    """Other codes for the same passenger would not fail: they would give other predictions."""
    found = getattr(pipeline[0], "preparation_", 1)  # the first version was not written down
    if found != PREPARATION_VERSION:
        raise OutdatedModel(
            f"{path.name} was trained with version {found} of the preparation of passengers, which is now at version "
            f"{PREPARATION_VERSION}. Train the model again with `lifeboat train`."
        )


def _check_trusted(found: list[str], path: Path) -> None:
    strange = sorted(set(found) - set(TRUSTED))
    if strange:
        raise UntrustedModel(
            f"{path.name} holds {', '.join(strange)}, which is not trusted; only load models that Lifeboat saved. "
            "A new estimator adds its types to lifeboat.survival.persistence.TRUSTED."
        )
