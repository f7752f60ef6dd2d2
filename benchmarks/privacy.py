"""The generator under attack: singling out, linkability and inference, by Anonymeter; fills a table of synthetic.md.

    python -m benchmarks.privacy                 about half an hour on one core, most of it for SDV and arfpy

Each split takes half of the passengers to learn from, the other half as control: a risk is how much more often an
attack with the synthetic passengers succeeds on those who were learned from than on the control, as a share of what it
could have gained. So what holds for passengers in general is no risk. Anonymeter needs an older numpy: it, arfpy and
SDV are installed into build/privacy-env, and passengers go there and risks come back as Parquet files.
"""

import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import t

from lifeboat import survival
from lifeboat.figures.intervals import draw_intervals
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic.judging.rivals import RIVALS

from . import synthetic

ROOT = Path(__file__).parents[1]
FIGURE = Path(__file__).with_name("privacy.svg")
PACKAGES = ["anonymeter==1.1.0", "arfpy==0.1.1", "sdv==2.0.0", "pyarrow"]
SEEDS = range(10)
METHODS = {"PassengerGenerator": synthetic.ours()}
METHODS |= {name: synthetic.rival(make) for name, make in RIVALS.items()}
METHODS |= {"bootstrap": synthetic.bootstrap}
REFERENCE = "other real passengers"
CLASSIFIERS = ("logistic_engineered", survival.DEFAULT_ESTIMATOR, "gradient_boosting")


def environment() -> Path:
    """Return the Python of the environment with Anonymeter; make it first if it is not there."""
    folder = ROOT / "build" / "privacy-env"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "complete").touch()
    return python


def write(folder: Path, known: pd.DataFrame, control: pd.DataFrame, made: dict[str, pd.DataFrame]) -> None:
    """Write what the attacks need of one split."""
    folder.mkdir()
    tables = {"known": known, "control": control} | {f"made {name}": table for name, table in made.items()}
    for name, table in tables.items():
        table.reset_index(drop=True).to_parquet(folder / f"{name}.parquet")


def prepare(folder: Path, seeds: range = SEEDS) -> None:
    """Write all splits: halves, and for the reference thirds, of which one plays the synthetic passengers."""
    for seed in seeds:
        known, control = synthetic.halves(seed)[0]
        made = {name: fit(known)(len(known), seed) for name, fit in METHODS.items()}
        write(folder / f"halves {seed:02}", known, control, made)
        order = np.random.default_rng(seed).permutation(len(synthetic.REAL))
        thirds = [synthetic.REAL.iloc[rows] for rows in np.array_split(order, 3)]
        write(folder / f"thirds {seed:02}", thirds[0], thirds[1], {REFERENCE: thirds[2]})


def attacked(seeds: range = SEEDS) -> pd.DataFrame:
    """Return one row per split and method, a column per attack."""
    python = environment()
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, seeds)
        # -P: else the module named coverage here would hide the package of that name
        subprocess.run([python, "-P", Path(__file__).with_name("privacy_attacks.py"), folder], check=True)
        return pd.read_parquet(folder / "risks.parquet").drop(columns="split")


def memory_of(estimator: str, seeds: range = SEEDS) -> pd.DataFrame:
    """The risk of `survived` from a classifier itself: its accuracy on those it learned from, against the control."""
    rows = []
    for seed in seeds:
        known, control = synthetic.halves(seed)[0]
        fitted = survival.fit(estimator, known[FEATURES], known[LABEL])
        hit, by_chance = (
            ((fitted.predict_proba(part[FEATURES])[:, 1] >= 0.5) == part[LABEL]).mean() for part in (known, control)
        )
        name = f"no passengers, the classifier {estimator} itself"
        rows.append({"method": name, "inference of survived": (hit - by_chance) / (1 - by_chance)})
    return pd.DataFrame(rows)


def interval(values: pd.Series) -> tuple[float, float, float]:
    """A mean over the splits with its 95% t interval."""
    reach = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return values.mean(), values.mean() - reach, values.mean() + reach


def cell(values: pd.Series) -> str:
    """A mean over the splits with its 95% t interval."""
    if values.isna().all():
        return ""
    mean, low, high = interval(values)
    return f"{mean:.3f} ({low:.3f} to {high:.3f})".replace("-0.000", "0.000")


def table(risks: pd.DataFrame) -> list[str]:
    """Lay out the risks in Markdown, methods in the order in which they were attacked."""
    attacks = [name for name in risks if name != "method"]
    lines = [f"| method | {' | '.join(attacks)} |", "|---" * (1 + len(attacks)) + "|"]
    for name, part in risks.groupby("method", sort=False):
        lines.append(f"| {name} | " + " | ".join(cell(part[attack]) for attack in attacks) + " |")
    return lines


def draw(risks: pd.DataFrame, attack: str = "inference of survived") -> None:
    """Draw one risk of every method, the classifiers and the reference last."""
    groups = risks.groupby("method", sort=False)[attack]
    found = pd.DataFrame({name: interval(part) for name, part in groups}, index=["value", "low", "high"]).T
    figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
    draw_intervals(axes, found, zero=0)
    axes.set(xlabel="risk, with its 95% interval over ten splits", title=attack.capitalize())
    figure.savefig(FIGURE, metadata={"Date": None})


def main() -> None:
    """Attack everything, fill the table and draw the figure."""
    risks = pd.concat([attacked(), *map(memory_of, CLASSIFIERS)], ignore_index=True)
    last = risks["method"].eq(REFERENCE) | risks["method"].str.startswith("no passengers")
    risks = pd.concat([risks[~last], risks[last]])
    lines = "\n".join(table(risks))
    print(lines)
    synthetic.fill("attacks", lines)
    draw(risks)


if __name__ == "__main__":
    main()
