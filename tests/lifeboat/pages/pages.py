"""What the tests of both pages share besides fixtures: models and histories to show, and how to look at a page."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import matplotlib
import pandas as pd
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from lifeboat import monitoring, passengers, survival
from lifeboat.model_card import ModelCard
from lifeboat.passengers import FEATURES
from lifeboat.registry import Champion, NoModel
from lifeboat.synthetic import PassengerGenerator

ROOT = Path(__file__).resolve().parents[3]
TODAY = datetime.now(UTC).date()
SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desktop": (1280, 900), "wide": (1920, 1080)}
FONTS = {"DejaVu": "DejaVuSans*.ttf", "STIX": "STIXGeneral*.ttf"}
"""Two machines that have one family of fonts each; matplotlib brings the files along."""

NO_MODEL = NoModel("no model is registered yet")
BROKEN = OSError("cannot read /secret/place/metadata.sqlite")


def with_fonts_of(family: str, folder: Path) -> dict[str, str]:
    """The environment of a machine that has the fonts of one family and no others; on Linux, where fontconfig is."""
    for path in Path(matplotlib.get_data_path(), "fonts/ttf").glob(FONTS[family]):
        shutil.copy(path, folder)
    config = folder / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>")
    return os.environ | {"FONTCONFIG_FILE": str(config)}


def load_app(name: str) -> ModuleType:
    """Import the app of a Space, which is no package."""
    spec = importlib.util.spec_from_file_location(f"{name}_app", ROOT / "spaces" / name / "app.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raising(error: Exception) -> Callable:
    """A reader of a store that cannot be read."""

    def read(previous):
        raise error

    return read


def make_champion(version: int = 1, estimator: str = survival.DEFAULT_ESTIMATOR) -> Champion:
    data = passengers.load()
    pipeline = survival.build_estimator(estimator).fit(data[FEATURES], data["survived"])
    return Champion(
        pipeline=pipeline,
        version=version,
        metrics={"accuracy": 0.80, "roc_auc": 0.86, "log_loss": 0.43, "brier": 0.14},
        description=f"{estimator}, of the tests",
        created=datetime(2026, 11, 1, tzinfo=UTC),
        training_dataset_version=1,
        card=_make_card(data.assign(probability=pipeline.predict_proba(data[FEATURES])[:, 1])),
    )


def _make_card(predictions: pd.DataFrame) -> ModelCard:
    """What the page needs of a model card, from predictions of passengers."""
    unneeded = {field.name for field in fields(ModelCard)} - {"calibration", "plausibility"}
    return ModelCard(
        **dict.fromkeys(unneeded),
        calibration=monitoring.calibration(predictions),
        plausibility=survival.plausibility(predictions),
    )


def make_results(champion: Champion, days: int = 14, per_day: int = 30, today: date = TODAY) -> pd.DataFrame:
    """Predictions up to a day, the last five outcomes pending; a second version for the newer half of the days."""
    generator = PassengerGenerator().fit(passengers.load())
    scored = [(1, back) for back in range(days)] + [(2, back) for back in range(days // 2)]
    parts = [_day(generator, champion, today - timedelta(days=back), version, per_day) for version, back in scored]
    table = pd.concat(parts).sort_values(["predicted_at", "passenger_id"], ascending=False, ignore_index=True)
    table["survived"] = table["survived"].astype(float)
    table.loc[:4, "survived"] = None
    return table


def _day(generator, champion, day, version, per_day) -> pd.DataFrame:
    people = generator.sample(per_day, seed=day.toordinal())
    probability = champion.pipeline.predict_proba(people[FEATURES])[:, 1] ** (1 + (version - 1) / 5)
    return people.assign(
        passenger_id=int(f"{day:%Y%m%d}") * 100_000 + people.index,
        model_version=version,
        probability=probability,
        prediction=(probability >= 0.5).astype(int),
        predicted_at=pd.Timestamp(day),
    )


def make_versions() -> pd.DataFrame:
    rows = [(2, "boosting, of the tests", 0.81), (1, "logistic, of the tests", 0.80)]
    table = pd.DataFrame(rows, columns=["version", "description", "accuracy"])
    return table.assign(champion=[True, False], created=datetime(2026, 11, 1, tzinfo=UTC), log_loss=0.43, brier=0.14)


def serious_violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong with a page, of impact 'serious' or 'critical'; the inside of charts is plotly's."""
    options = {"resultTypes": ["violations"], "iframes": False, "preload": False}  # only what is looked at here
    found = Axe().run(page, context={"exclude": [".js-plotly-plot"]}, options=options).response["violations"]
    return [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]


def places(page: Page, selector: str) -> list[tuple[float, float]]:
    """Where on the page the elements begin that a selector finds."""
    return [
        tuple(box)
        for box in page.locator(selector).evaluate_all(
            "all => all.map(e => e.getBoundingClientRect()).map(r => [Math.round(r.left), Math.round(r.top + scrollY)])"
        )
    ]


def after(gate: Event, value: Any) -> Callable:
    """A reader of a store that takes until the gate opens."""

    def read(previous):
        gate.wait(60)
        return value

    return read


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something becomes true."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()
