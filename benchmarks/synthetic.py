"""How good synthetic passengers are, beside simpler methods and SDV: `python benchmarks/synthetic.py` makes the table.

Fit on a stratified half of the passengers, sample as many, compare with the other half; means over both halves and
three seeds, or over the seeds from FIRST to LAST - 1: `python benchmarks/synthetic.py FIRST LAST`. Quality is fitted on
and compared with all passengers. SDV and SDMetrics come with the extra `[bench]`; without them their lines and the
column of quality are left out.
"""

import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from lifeboat import passengers
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging import fidelity, judges
from lifeboat.synthetic.judging.codes import NUMBERS
from lifeboat.synthetic.judging.rivals import RIVALS

PAGE = Path(__file__).with_name("synthetic.md")
SEEDS = range(3)
MILLION = 1_000_000
REAL = passengers.load()[[*FEATURES, LABEL]]
METADATA = {
    "columns": {name: {"sdtype": "numerical" if name in NUMBERS else "categorical"} for name in [*FEATURES, LABEL]}
}
Sampler = Callable[[int, int], pd.DataFrame]


def ours(caution: float = 4, balanced: bool = True) -> Callable[[pd.DataFrame], Sampler]:
    """The project's own generator."""

    def fit(known: pd.DataFrame) -> Sampler:
        fitted = PassengerGenerator(caution).fit(known)
        return lambda n, seed: fitted.sample(n, seed=seed, balanced=balanced)

    return fit


def rival(make: Callable) -> Callable[[pd.DataFrame], Sampler]:
    """A simpler method, which has no separate fit."""
    return lambda known: lambda n, seed: make(known, n, seed)


def bootstrap(known: pd.DataFrame) -> Sampler:
    """The passengers themselves, drawn with replacement."""
    return lambda n, seed: known.sample(n, replace=True, random_state=seed).reset_index(drop=True)


def sdv(name: str) -> Callable[[pd.DataFrame], Sampler]:
    """A synthesizer of SDV with its default settings; its stream cannot be seeded by a call."""

    def fit(known: pd.DataFrame) -> Sampler:
        from sdv import single_table
        from sdv.metadata import Metadata

        fitted = getattr(single_table, name)(
            Metadata.load_from_dict({"tables": {"passengers": METADATA}, "relationships": []})
        )
        fitted.fit({"passengers": known})
        return lambda n, seed: _only_table(fitted.sample(n))

    return fit


def _only_table(made: pd.DataFrame | dict[str, pd.DataFrame]) -> pd.DataFrame:
    return next(iter(made.values())) if isinstance(made, dict) else made


def quality(made: pd.DataFrame) -> float:
    """Overall score of SDMetrics' QualityReport."""
    from sdmetrics.reports.single_table import QualityReport

    report = QualityReport()
    report.generate(REAL, made, METADATA, verbose=False)
    return report.get_score()


def halves(seed: int) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Return a stratified split both ways round: (known, unseen)."""
    parts = train_test_split(REAL, test_size=0.5, stratify=REAL[LABEL], random_state=seed)
    first, second = (part.reset_index(drop=True) for part in parts)
    return [(first, second), (second, first)]


def judge_half(sample: Sampler, known: pd.DataFrame, unseen: pd.DataFrame, seed: int) -> dict[str, float]:
    """Measure a method that has learned from one half of the passengers."""
    made = sample(len(known), seed)
    return {
        "discriminator AUC": judges.discriminator_auc(made, unseen, seed),
        "train on it, test on real": judges.transfer_auc(sample(10_000, seed + 100), unseen),
        "copies": judges.copied(made, known),
        "nearer to training": judges.nearer_to_training(made, known, unseen),
    }


def judge(fit: Callable[[pd.DataFrame], Sampler], seeds: range = SEEDS) -> dict[str, float]:
    """Measure one method by the protocol."""
    found = []
    for seed in seeds:
        for known, unseen in halves(seed):
            found.append(judge_half(fit(known), known, unseen, seed))
    whole = fit(REAL)
    scores = pd.DataFrame(found).mean().to_dict()
    if find_spec("sdmetrics"):
        scores = {"quality": np.mean([quality(whole(len(REAL), seed)) for seed in seeds]), **scores}
    off = fidelity.survival_by_sex_and_class(REAL, whole(200_000, 9))["difference"].abs().max()
    return scores | {"survival by sex and class, off by": off, "rows/s (millions)": speed(whole)}


def speed(sample: Sampler) -> float:
    """Millions of rows per second at a million rows, the better of two runs."""
    taken = []
    for seed in (1, 2):
        start = time.perf_counter()
        sample(MILLION, seed)
        taken.append(time.perf_counter() - start)
    return 1 / min(taken)


def fill(section: str, text: str) -> None:
    """Put text into the page, between the marks of a section."""
    start, end = f"<!-- {section} -->\n", "\n<!-- end -->"
    before, rest = PAGE.read_text().split(start)
    PAGE.write_text(before + start + text + rest[rest.index(end) :])


def main(seeds: range = SEEDS) -> None:
    """Print the table in Markdown, each line as soon as it is measured."""
    warnings.filterwarnings("ignore")
    methods = {"PassengerGenerator": ours(), "the same, balanced=False": ours(balanced=False)}
    methods |= {f"the same, caution={caution}": ours(caution) for caution in (1, 2, 8)}
    methods |= {name: rival(make) for name, make in RIVALS.items()}
    methods |= {"bootstrap": bootstrap}
    if find_spec("sdv"):
        methods |= {f"SDV {name}": sdv(f"{name}Synthesizer") for name in ("GaussianCopula", "TVAE", "CTGAN")}
    header = False
    for name, fit in methods.items():
        scores = judge(fit, seeds)
        if not header:
            print("| method |", " | ".join(scores), "|\n|" + "---|" * (len(scores) + 1))
            header = True
        print(f"| {name} |", " | ".join(f"{value:.3f}" for value in scores.values()), "|", flush=True)


if __name__ == "__main__":
    main(range(*map(int, sys.argv[1:3])) if len(sys.argv) > 2 else SEEDS)
