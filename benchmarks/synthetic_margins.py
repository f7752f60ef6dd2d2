"""How far the generator keeps its limits, and what other penalties of its regression of survival would trade.

    python -m benchmarks.synthetic_margins       about ten minutes on one core; fills a table of synthetic.md

Ten splits on which nothing was chosen (seeds 10 to 19), both halves of each; 95% t intervals over the splits. The
inference risk is Anonymeter's and the quality SDMetrics', both in the environment of `benchmarks.privacy`.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pandas as pd

from lifeboat.synthetic import learning
from lifeboat.synthetic.smoothing import keys

from . import privacy, synthetic

SEEDS = range(10, 20)
KEPT = [{"sex", "pclass"}, {"sex", "age_band"}, {"pclass", "company"}, {"sex", "company"}]
"""Pairs that matter for survival by what the models have found (benchmarks/quality.md)."""


def _selective(term: tuple[str, ...]) -> float:
    if len(term) == 1:
        return 1.0
    return 3.0 if len(term) == 3 or set(term) in KEPT else 30.0


PENALTIES: dict[str, Callable[[tuple[str, ...]], float]] = {
    "as it is, 3 for every term": lambda term: 3.0,
    "12 for every term": lambda term: 12.0,
    "30 for every term": lambda term: 30.0,
    "1 for a feature, 3 for four pairs and the triple, 30 for other pairs": _selective,
}


@contextmanager
def penalties(of: Callable[[tuple[str, ...]], float]) -> Iterator[None]:
    """Let generators learn with another penalty for each term of the regression of survival."""
    original = learning.survival

    def changed(rows: pd.DataFrame, *arguments: object) -> np.ndarray:
        sizes = [len(np.unique(keys(rows, term))) for term in learning._TERMS]
        return original(rows, *arguments, ridge=np.repeat([of(term) for term in learning._TERMS], sizes))

    with patch.object(learning, "survival", changed):
        yield


def figures(name: str, folder: Path) -> pd.DataFrame:
    """The figures of one way to learn, a row per split; its passengers are written for the attacks."""
    rows = []
    with penalties(PENALTIES[name]):
        whole = synthetic.ours()(synthetic.REAL)
        for seed in SEEDS:
            halves = []
            for side, (known, unseen) in enumerate(synthetic.halves(seed)):
                sample = synthetic.ours()(known)
                halves.append(synthetic.judge_half(sample, known, unseen, seed))
                privacy.write(folder / f"{seed} {side} {name}", known, unseen, {name: sample(len(known), seed)})
            whole(len(synthetic.REAL), seed).to_parquet(folder / f"whole {seed} {name}.parquet")
            rate = {"rows/s (millions)": synthetic.speed(whole)}
            rows.append(pd.DataFrame(halves).mean().to_dict() | rate)
    return pd.DataFrame(rows).assign(method=name)


def attacked(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Risks and qualities of what was written."""
    synthetic.REAL.to_parquet(folder / "real.parquet")
    script = Path(__file__).with_name("privacy_attacks.py")
    for arguments in ([folder], [folder, "quality"]):
        subprocess.run([privacy.environment(), "-P", script, *arguments], check=True)
    risks = pd.read_parquet(folder / "risks.parquet")
    risks["seed"] = risks["split"].str.split().str[0]
    return risks.groupby(["method", "seed"])["inference of survived"].mean(), pd.read_parquet(
        folder / "quality.parquet"
    )


def main() -> None:
    """Measure every way to learn and fill the table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        found = {way: figures(way, folder) for way in PENALTIES}
        risks, qualities = attacked(folder)
    tables = []
    for way, table in found.items():
        scores = qualities.loc[qualities["name"] == way, "quality"].to_numpy()
        table.insert(0, "quality", scores)
        tables.append(table.assign(**{"inference of survived": risks.loc[way].to_numpy()}))
    lines = privacy.table(pd.concat(tables, ignore_index=True))
    limits = ["at least 0.970", "at most 0.60", "at least 0.850", "at most 0.170", "at most 0.55", "at least 5", "0.11"]
    lines.insert(2, "| *target* | " + " | ".join(f"*{limit}*" for limit in limits) + " |")
    synthetic.fill("margins", "\n".join([f"{datetime.now(UTC):%d %B %Y}:".lstrip("0"), "", *lines]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
