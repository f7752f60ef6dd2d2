"""The model card: how good, sure and fair a trained model is; kept beside it, for programs and for people."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from lifeboat import gate
from lifeboat.dataset import Dataset
from lifeboat.gate import Verdict
from lifeboat.passengers import TITANIC
from lifeboat.survival import METRIC_WORDS, Plausibility

FILE, PAGE = "model_card.json", "README.md"
TABLES = ("test", "held_out", "slices", "calibration")

SPLIT_USES = 20
"""How many models one test set may test: each choice made by it fits it a little, so that it flatters more and more."""


@dataclass(frozen=True)
class ModelCard:
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
    split, uses : int
        Which split into training part and test set, and how many models it has tested, this one included.
    expected_accuracy : float, optional
        Mean probability that a cross-validated prediction is right: what the monitor compares the estimates with.
        None in cards from before 0.2; train again to have it.
    verdict : Verdict, optional
        What the gate said; None in cards from before 0.2.
    by_hand : bool
        Whether only a person may promote the model.
    dataset : Dataset
        The description of the data; the file of the card does not repeat it.
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
    split: int = 0
    uses: int = 1
    expected_accuracy: float | None = None
    verdict: Verdict | None = None
    by_hand: bool = False
    dataset: Dataset = TITANIC

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics on the test set, for the registry."""
        return self.test["value"].drop("gap").astype(float).to_dict()

    @property
    def calibration_error(self) -> float:
        """The expected calibration error by cross-validation: what the bins of `calibration` miss, on average."""
        bins = self.calibration
        gaps = (bins["predicted"] - bins["observed"]).abs()
        sizes = bins[self.dataset.rows]
        return float((gaps * sizes).sum() / sizes.sum())

    def save(self, folder: Path) -> None:
        """Write the card into a folder: as JSON, as a page in Markdown, and its two figures."""
        content = asdict(replace(self, dataset=None)) | {name: _to_json(getattr(self, name)) for name in TABLES}
        del content["dataset"]
        (folder / FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
        (folder / PAGE).write_text(self.to_markdown(), encoding="utf-8")
        _draw(self, folder)

    def to_markdown(self) -> str:
        """Write the card in the format of Hugging Face: what the model is, for what, how good, and its limits."""
        dataset = self.dataset
        page = "model_card.md" if dataset is TITANIC else "model_card_of_others.md"
        template = Template(files("lifeboat").joinpath("data", page).read_text(encoding="utf-8"))
        return template.substitute(
            front_matter=_front_matter(self.metrics, dataset),
            task=dataset.task,
            description=dataset.description,
            rows=dataset.rows,
            no=dataset.said[0],
            yes=dataset.said[1],
            features="\n".join(
                f"- {field.label}: {field.meaning}; {field.allowed}" for field in dataset.fields.values()
            ),
            estimator=self.estimator,
            trained_on=f"{self.trained_on:,}",
            tested_on=f"{self.tested_on:,}",
            metrics=_metrics_table(self.test, self.held_out),
            slices=_slices_table(self.slices, dataset),
            died=f"{1 - self.plausibility.died:.2f}",
            survived=f"{self.plausibility.survived:.2f}",
            level=f"{self.plausibility.level:.0%}",
            versions=", ".join(f"{name} {number}" for name, number in self.versions.items()),
            revision=self.revision,
            uses=f"{self.uses} model{'s' if self.uses > 1 else ''}",
            split=self.split + 1,
            split_uses=SPLIT_USES,
            verdict=_verdict(self.verdict),
        )


def load(folder: Path, dataset: Dataset = TITANIC) -> ModelCard | None:
    """Read the card of a model of a data set; None if it was registered without one."""
    if not (folder / FILE).exists():
        return None
    content: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    tables = {name: pd.DataFrame(**content[name]) for name in TABLES}
    verdict = content.get("verdict")
    parts = {"plausibility": Plausibility(**content["plausibility"]), "verdict": verdict and Verdict(**verdict)}
    return ModelCard(**content | tables | parts, dataset=dataset)


def _to_json(table: pd.DataFrame) -> dict[str, Any]:
    return {"data": table.astype(float).to_numpy().tolist(), "index": list(table.index), "columns": list(table.columns)}


def _draw(card: ModelCard, folder: Path) -> None:
    from lifeboat.figures import survival as figures  # imported here: matplotlib takes a second, and few need it

    figures.reliability(card.calibration, card.dataset).savefig(folder / "reliability.png", dpi=100)
    figures.slices(card.slices, dataset=card.dataset).savefig(folder / "slices.png", dpi=100)


def _front_matter(metrics: dict[str, float], dataset: Dataset) -> str:
    """What Hugging Face reads, in YAML."""
    from huggingface_hub import EvalResult, ModelCardData

    data = ModelCardData(
        library_name="sklearn",
        **({"license": "other", "license_name": "public"} if dataset is TITANIC else {}),
        tags=["tabular-classification", "sklearn", "skops", dataset.name],
        model_name=dataset.task,
        eval_results=[
            EvalResult(
                task_type="tabular-classification",
                dataset_type="tabular",
                dataset_name=f"{dataset.name}, historical {dataset.rows}: final test set",
                metric_type=name,
                metric_name=_words(name),
                metric_value=round(value, 4),
            )
            for name, value in metrics.items()
        ],
    )
    return data.to_yaml().strip()


def _words(metric: str) -> str:
    words = METRIC_WORDS[metric]
    return words[0].upper() + words[1:]


def _metrics_table(test: pd.DataFrame, held_out: pd.DataFrame) -> str:
    rows = [
        f"| {_words(name)} | {_interval(test.loc[name])} | {_interval(held_out.loc[name])} |" for name in METRIC_WORDS
    ]
    return "\n".join(rows)


def _slices_table(slices: pd.DataFrame, dataset: Dataset) -> str:
    rows = [
        f"| {name} | {row[dataset.rows]:.0f} | {row[dataset.label]:.0%} | {row['predicted']:.0%} "
        f"| {row['accuracy']:.2f} ({row['accuracy_low']:.2f} to {row['accuracy_high']:.2f}) |"
        for name, row in slices.iterrows()
    ]
    return "\n".join(rows)


def _verdict(verdict: Verdict | None) -> str:
    """What the gate said, with its figures beside the limits."""
    if verdict is None:
        return "It was registered without having been judged."
    found = f"{verdict.difference:+.3f} ({verdict.low:+.3f} to {verdict.high:+.3f})"
    rows = [
        "| measured | found | limit |",
        "|---|---|---|",
        f"| log loss compared with {verdict.against} (95% interval) | {found} | upper end {gate.MARGIN:g} |",
        f"| expected calibration error | {verdict.calibration_error:.3f} | {gate.CALIBRATION_LIMIT:g} |",
        f"| milliseconds per prediction | {verdict.latency_ms:.1f} | {gate.LATENCY_LIMIT_MS:g} |",
        f"| megabytes | {verdict.size_mb:.2f} | {gate.SIZE_LIMIT_MB:g} |",
    ]
    said = "It passed." if verdict.passed else f"It did not pass: {'; '.join(verdict.faults)}."
    return "\n".join([said, "", *rows])


def _interval(metric: pd.Series) -> str:
    return f"{metric['value']:.3f} ({metric['low']:.3f} to {metric['high']:.3f})"
