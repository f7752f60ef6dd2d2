"""The model registry: models are registered, found, loaded, promoted and rolled back here.

A registered version predicts only after it was promoted: by the gate, or by hand.
"""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import features, model_card, promotion, software, survival
from lifeboat.errors import LifeboatError
from lifeboat.gate import Verdict
from lifeboat.model_card import ModelCard
from lifeboat.promotion import Promotion, Reason
from lifeboat.store import quiet

if TYPE_CHECKING:
    from hopsworks.hsml.model import Model
    from hopsworks.project import Project

NAME = "titanic_survival"
_FILE = "model.skops"
_PASSED = "passed_gate"
_EXPECTED = "expected_accuracy"
_GATE_WORDS = {1.0: "passed", 0.0: "did not pass", None: "not judged"}


class NoModel(LifeboatError):
    """The registry holds no such model."""


class NotPassed(LifeboatError):
    """A model that did not pass the gate was about to predict."""


@dataclass(frozen=True)
class Champion:
    """A registered model, loaded: the fitted pipeline and what the registry says of it.

    Attributes
    ----------
    pipeline : Pipeline
        Takes a DataFrame of the seven raw features.
    version : int
        Version in the registry.
    metrics : dict
        Measured on the final test set.
    description : str
        Estimator, data and code.
    created : datetime
        When it was registered, in UTC.
    training_dataset_version : int
        The version of the training dataset that it was fitted on.
    card : ModelCard, optional
        Its evaluation, with intervals, slices, versions of packages and the revision of the code.
    """

    pipeline: Pipeline
    version: int
    metrics: dict[str, float]
    description: str
    created: datetime
    training_dataset_version: int
    card: ModelCard | None = None

    @property
    def verdict(self) -> Verdict | None:
        """What the gate said; None if it was registered before there was a gate."""
        return self.card.verdict if self.card else None


def registered(project: Project) -> list[Model]:
    """List the registered versions, oldest first."""
    return sorted(project.get_model_registry().get_models(NAME), key=lambda model: model.version)


def champion(project: Project) -> Champion:
    """Load the model that predicts: the version that was promoted last.

    Raises
    ------
    NoModel
        If no version was promoted yet, or that version is no longer registered.
    """
    return _load(_leader(registered(project), promotion.history(project)))


def load(project: Project, version: int) -> Champion:
    """Load one version.

    Raises
    ------
    NoModel
        If there is no such version.
    """
    return _load(_entry(registered(project), version))


def versions(project: Project) -> pd.DataFrame:
    """List the registered versions, newest first.

    Returns
    -------
    DataFrame
        Indexed by ``version``: ``champion`` (whether it predicts), ``gate`` (what the gate said, in a word),
        ``expected_accuracy`` (that of its card), ``description``, ``created`` (UTC) and its metrics on the test set.
    """
    models = registered(project)
    if not models:
        return pd.DataFrame(columns=["champion", "gate", _EXPECTED, "description", "created"]).rename_axis("version")
    promotions = promotion.history(project)
    rows = [
        {
            "version": m.version,
            "champion": bool(promotions) and promotions[-1].means(m),
            "gate": _GATE_WORDS[m.training_metrics.get(_PASSED)],
            _EXPECTED: m.training_metrics.get(_EXPECTED, float("nan")),
            "description": m.description,
            "created": _time(m.created),
        }
        | _measured(m)
        for m in reversed(models)
    ]
    return pd.DataFrame(rows).set_index("version")


def expected_accuracy(versions: pd.DataFrame) -> float | None:
    """Return the accuracy that the champion promised for passengers like those of its training; None if unknown.

    Parameters
    ----------
    versions : DataFrame
        As `versions` returns it, or with the version as a column.
    """
    promised = versions[versions["champion"].astype(bool)].get(_EXPECTED, pd.Series(dtype=float)).dropna()
    return None if promised.empty else float(promised.iloc[0])


def promote(project: Project, version: int, *, force: bool = False, by_hand: bool = True) -> int:
    """Make a version the champion, until another is promoted; return the version.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    version : int
        A registered version; nothing happens if it is the champion already.
    force : bool
        Whether a version that did not pass the gate may predict all the same; the promotion is recorded as forced.
    by_hand : bool
        Whether a person decided, rather than the gate.

    Raises
    ------
    NoModel
        If there is no such version.
    NotPassed
        If it did not pass the gate, and `force` is not set.
    """
    model = _entry(registered(project), version)
    promotions = promotion.history(project)
    if promotions and promotions[-1].means(model):
        return version
    verdict = _load(model).verdict
    if not (verdict and verdict.passed):
        if not force:
            remedy = f"Promote it all the same: `lifeboat models promote {version} --force`."
            raise NotPassed(f"version {version} {verdict or promotion.NOT_JUDGED}. {remedy}")
        why = Reason.FORCED
    else:
        why = Reason.BY_HAND if by_hand else Reason.PASSED
    promotion.record(project, model, why)
    return version


def rollback(project: Project) -> int:
    """Make the champion before the present one predict again, and return its version.

    Raises
    ------
    NoModel
        If there was no champion before, or it is no longer registered.
    """
    models, promotions = registered(project), promotion.history(project)
    earlier = promotion.line_of_succession(promotions)[:-1]
    candidates = [model for entry in earlier for model in models if entry.means(model)]
    if not candidates:
        leader = _leader(models, promotions).version
        raise NoModel(f"no champion before version {leader} to go back to; registered: {_numbers(models)}.")
    promotion.record(project, candidates[-1], Reason.ROLLED_BACK)
    return candidates[-1].version


def champion_version(project: Project) -> int | None:
    """Return the version that predicts, None if there is none."""
    try:
        return _leader(registered(project), promotion.history(project)).version
    except NoModel:
        return None


def was_promoted(project: Project, version: int) -> bool:
    """Say whether a registered version is or was the champion."""
    model = _entry(registered(project), version)
    return any(entry.means(model) for entry in promotion.history(project))


def standing(project: Project, model: Champion) -> str:
    """Say in one line whether a registered version predicts, and why (not).

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    model : Champion
        As `load` or `training.train` returns it.
    """
    entry = _entry(registered(project), model.version)
    return promotion.standing(entry, promotion.history(project), model.verdict)


def _leader(models: list[Model], promotions: list[Promotion]) -> Model:
    """The version that was promoted last."""
    if not models:
        raise NoModel("no model is registered yet: run notebook 03 (or `lifeboat train`) first.")
    remedy = f"Promote one: `lifeboat models promote V`; registered: {_numbers(models)}."
    if not promotions:
        raise NoModel(f"no model predicts yet: none that is registered was promoted. {remedy}")
    for model in models:
        if promotions[-1].means(model):
            return model
    raise NoModel(f"the champion, version {promotions[-1].version}, is no longer registered. {remedy}")


def _entry(models: list[Model], version: int) -> Model:
    for model in models:
        if model.version == version:
            return model
    raise NoModel(f"model version is {version}; registered: {_numbers(models)}.")


def _numbers(models: list[Model]) -> str:
    return ", ".join(str(model.version) for model in models) or "none"


def _promises(card: ModelCard) -> dict[str, float]:
    """What else the registry keeps beside the metrics: the expected accuracy, and whether the gate was passed."""
    promises = {_EXPECTED: card.expected_accuracy, _PASSED: card.verdict and card.verdict.passed}
    return {name: float(value) for name, value in promises.items() if value is not None}


def _measured(model: Model) -> dict[str, float]:
    """The metrics on the test set, without what is kept beside them."""
    return {name: value for name, value in model.training_metrics.items() if name not in (_PASSED, _EXPECTED)}


def find(project: Project, mark: str) -> Champion | None:
    """Load the newest version whose description holds `mark`, if there is one."""
    matches = [model for model in registered(project) if mark in (model.description or "")]
    return _load(matches[-1]) if matches else None


def register(
    project: Project,
    pipeline: Pipeline,
    *,
    card: ModelCard,
    description: str,
    training_dataset_version: int,
    input_example: pd.DataFrame,
) -> Champion:
    """Save a fitted pipeline as a new version in the registry, with its model card, figures and provenance.

    It does not predict until it is promoted.
    The schema of what goes in and comes out is taken from the feature view.
    """
    with tempfile.TemporaryDirectory() as folder, quiet():
        survival.save(pipeline, Path(folder) / _FILE)
        card.save(Path(folder))
        model = project.get_model_registry().sklearn.create_model(
            NAME,
            metrics=card.metrics | _promises(card),
            description=description,
            input_example=input_example,
            feature_view=features.survival_view(project),
            training_dataset_version=training_dataset_version,
        )
        model.save(folder, await_registration=60)
    return _load(project.get_model_registry().get_model(NAME, version=model.version))


_loaded: dict[str, Champion] = {}


def _load(model: Model) -> Champion:
    """Download and open a version, once per process: a version never changes."""
    key = f"{model.project_name}/{model.id}/{model.created}"
    if key not in _loaded:
        pipeline, card = _download(model)
        _warn_of_other_versions(model, card)
        _loaded[key] = Champion(
            pipeline=pipeline,
            version=model.version,
            metrics=_measured(model),
            description=model.description,
            created=_time(model.created),
            training_dataset_version=model.training_dataset_version,
            card=card,
        )
    return _loaded[key]


def _download(model: Model) -> tuple[Pipeline, ModelCard | None]:
    with tempfile.TemporaryDirectory(prefix="lifeboat-models-") as parent:
        with quiet():
            folder = Path(model.download(local_path=parent))
        return survival.load(folder / _FILE), model_card.load(folder)


def _warn_of_other_versions(model: Model, card: ModelCard | None) -> None:
    others = software.differences(card.versions) if card else []
    if others:
        text = f"model version {model.version} was made with {', '.join(others)}: predictions may differ. "
        warnings.warn(text + "Train it again with `lifeboat train`.", software.OtherVersions, stacklevel=4)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
