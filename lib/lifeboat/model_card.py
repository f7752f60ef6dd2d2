"""What is known of a trained model besides its predictions: how good, sure and fair it is; kept beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from lifeboat.survival import Plausibility

FILE, CARD = "report.json", "README.md"
TABLES = ("test", "held_out", "slices", "calibration")
UNITS = {"roc_auc": "ROC AUC", "log_loss": "Log loss (nats)", "brier": "Brier score", "accuracy": "Accuracy"}


@dataclass(frozen=True)
class Report:
    """The evaluation of a model.

    Attributes
    ----------
    estimator : str
        A name of `lifeboat.survival.ESTIMATORS`.
    trained_on, tested_on : int
        Passengers in the training part and in the final test set.
    test : DataFrame
        Metrics on the final test set, as `lifeboat.survival.measure` returns them.
    held_out : DataFrame
        The same by cross-validation inside the training part, companions kept together.
    slices, calibration : DataFrame
        As `lifeboat.survival.slices` and `lifeboat.monitoring.calibration` return them, by cross-validation too.
    plausibility : Plausibility
        From which probability an outcome cannot be ruled out.
    versions : dict
        Versions of Python and packages.
    revision : str
        Git revision of the code.
    """

    estimator: str
    trained_on: int
    tested_on: int
    test: pd.DataFrame
    held_out: pd.DataFrame
    slices: pd.DataFrame
    calibration: pd.DataFrame
    plausibility: Plausibility
    versions: dict[str, str]
    revision: str

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics on the test set, for the registry."""
        return self.test["value"].drop("gap").astype(float).to_dict()

    def save(self, folder: Path) -> None:
        """Write the report into a folder, and made from it the model card and figures."""
        content = asdict(self) | {name: _to_json(getattr(self, name)) for name in TABLES}
        (folder / FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
        (folder / CARD).write_text(model_card(self), encoding="utf-8")
        draw(self, folder)


def load(folder: Path) -> Report | None:
    """Read the report of a model; None if it was registered without one."""
    if not (folder / FILE).exists():
        return None
    content: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    tables = {name: pd.DataFrame(**content[name]) for name in TABLES}
    return Report(**content | tables | {"plausibility": Plausibility(**content["plausibility"])})


def _to_json(table: pd.DataFrame) -> dict[str, Any]:
    return {"data": table.astype(float).to_numpy().tolist(), "index": list(table.index), "columns": list(table.columns)}


def draw(report: Report, folder: Path) -> None:
    """Draw the figures of the model card: ``reliability.png`` and ``slices.png``."""
    from lifeboat.figures import training as figures

    figures.reliability(report.calibration).savefig(folder / "reliability.png", dpi=100)
    figures.slices(report.slices).savefig(folder / "slices.png", dpi=100)


def model_card(report: Report) -> str:
    """Write the model card in the format of Hugging Face: what it is, for what, how good, and what it must not do.

    Parameters
    ----------
    report : Report
        The evaluation.
    """
    from huggingface_hub import EvalResult, ModelCardData

    data = ModelCardData(
        library_name="sklearn",
        license="other",
        license_name="public",
        tags=["tabular-classification", "sklearn", "skops", "titanic"],
        model_name="titanic_survival",
        eval_results=[
            EvalResult(
                task_type="tabular-classification",
                dataset_type="tabular",
                dataset_name="Titanic, 1,309 passengers: final test set",
                metric_type=name,
                metric_name=UNITS[name],
                metric_value=round(value, 4),
            )
            for name, value in report.metrics.items()
        ],
    )
    template = Template(files("lifeboat").joinpath("data/model_card.md").read_text(encoding="utf-8"))
    return template.substitute(
        front_matter=data.to_yaml().strip(),
        estimator=report.estimator,
        trained_on=f"{report.trained_on:,}",
        tested_on=f"{report.tested_on:,}",
        metrics=_metrics_table(report),
        slices=_slices_table(report.slices),
        died=f"{1 - report.plausibility.died:.2f}",
        survived=f"{report.plausibility.survived:.2f}",
        level=f"{report.plausibility.level:.0%}",
        versions=", ".join(f"{name} {number}" for name, number in report.versions.items()),
        revision=report.revision,
    )


def _metrics_table(report: Report) -> str:
    rows = [
        f"| {words} | {_interval(report.test.loc[name])} | {_interval(report.held_out.loc[name])} |"
        for name, words in UNITS.items()
    ]
    return "\n".join(rows)


def _slices_table(slices: pd.DataFrame) -> str:
    rows = [
        f"| {name} | {row['passengers']:.0f} | {row['survived']:.0%} | {row['predicted']:.0%} "
        f"| {row['accuracy']:.2f} ({row['accuracy_low']:.2f} to {row['accuracy_high']:.2f}) |"
        for name, row in slices.iterrows()
    ]
    return "\n".join(rows)


def _interval(metric: pd.Series) -> str:
    return f"{metric['value']:.3f} ({metric['low']:.3f} to {metric['high']:.3f})"
