"""The model registry: models are registered, found, loaded, promoted and rolled back here.

A registered version predicts only after it was promoted: by the gate, or by hand.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import features, promotion, stored_model
from lifeboat.errors import LifeboatError
from lifeboat.promotion import Promotion, Reason
from lifeboat.quiet_client import quiet
from lifeboat.stored_model import EXPECTED_ACCURACY, PASSED_GATE, Champion

if TYPE_CHECKING:
    from hopsworks.hsml.model import Model
    from hopsworks.project import Project
    from sklearn.pipeline import Pipeline

    from lifeboat.model_card import ModelCard

NAME = "titanic_survival"
_GATE_WORDS = {1.0: "passed", 0.0: "did not pass", None: "not judged"}


class NoModel(LifeboatError):
    """The registry holds no such model."""


class NotPassed(LifeboatError):
    """A model that did not pass the gate was about to predict."""


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
    return stored_model.load(_leader(registered(project), promotion.history(project)))


def load(project: Project, version: int) -> Champion:
    """Load one version.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    version : int
        A registered version.

    Raises
    ------
    NoModel
        If there is no such version.
    OutdatedModel, UntrustedModel
        If its file cannot be loaded; see `survival.load`.
    """
    return stored_model.load(_entry(registered(project), version))


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
        return pd.DataFrame(columns=["champion", "gate", EXPECTED_ACCURACY, "description", "created"]).rename_axis(
            "version"
        )
    promotions = promotion.history(project)
    rows = [
        {
            "version": m.version,
            "champion": bool(promotions) and promotions[-1].means(m),
            "gate": _GATE_WORDS[m.training_metrics.get(PASSED_GATE)],
            EXPECTED_ACCURACY: m.training_metrics.get(EXPECTED_ACCURACY, float("nan")),
            "description": m.description,
            "created": stored_model.created(m),
        }
        | stored_model.measured(m)
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
    promised = versions[versions["champion"].astype(bool)].get(EXPECTED_ACCURACY, pd.Series(dtype=float)).dropna()
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
    verdict = stored_model.load(model).verdict
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
    """Say whether a registered version is or was the champion.

    Parameters
    ----------
    project, version
        As in `load`.

    Raises
    ------
    NoModel
        If there is no such version.
    """
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


def find(project: Project, mark: str) -> Champion | None:
    """Load the newest version whose description holds `mark`, if there is one.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    mark : str
        Text to look for; upper and lower case differ.

    Returns
    -------
    Champion or None
        None if no description holds it.

    Raises
    ------
    OutdatedModel, UntrustedModel
        If the file of that version cannot be loaded; see `survival.load`.
    """
    matches = [model for model in registered(project) if mark in (model.description or "")]
    return stored_model.load(matches[-1]) if matches else None


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

    It does not predict until it is promoted. The schema of its input and output is taken from the feature view.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    pipeline : Pipeline
        Takes a DataFrame of the seven features.
    card : ModelCard
        Its evaluation; the registry keeps `stored_model.numbers` of it.
    description : str
        Estimator, data and code; `find` looks for a text in it.
    training_dataset_version : int
        The version of the training dataset that it was fitted on.
    input_example : DataFrame
        One passenger or a few: the seven features.

    Returns
    -------
    Champion
        The new version, loaded from the registry.

    Raises
    ------
    NoPassengers
        If there is no feature view, because there are no passengers yet.
    UntrustedModel
        If the pipeline holds a type that `survival.load` would refuse.
    """
    with tempfile.TemporaryDirectory() as folder, quiet():
        stored_model.save(Path(folder), pipeline, card)
        model = project.get_model_registry().sklearn.create_model(
            NAME,
            metrics=stored_model.numbers(card),
            description=description,
            input_example=input_example,
            feature_view=features.survival_view(project),
            training_dataset_version=training_dataset_version,
        )
        model.save(folder, await_registration=60)
    return stored_model.load(project.get_model_registry().get_model(NAME, version=model.version))
