"""Attack synthetic passengers with Anonymeter (Giomi and others 2023); run by `benchmarks.privacy` in its environment.

    python privacy_attacks.py FOLDER [quality]

FOLDER holds one folder per split with `known.parquet`, `control.parquet` and one file per method. The methods of
`HERE` are added to folders named `halves`, because their packages live in this environment too. The risks go to
FOLDER/risks.parquet. With `quality`, SDMetrics scores whole samples instead.
"""

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
from arfpy import arf

NUMBERS = ["age", "sibsp", "parch", "fare"]
SECRETS = {"survived": False, "age": True, "fare": True}
"""What is inferred, and whether a number: it then counts as found within five per cent."""

SINGLED_OUT, COLUMNS_OF_A_QUERY = 200, 4
LINKED = (["pclass", "sex", "age", "embarked"], ["sibsp", "parch", "fare", "survived"])
"""What each of two files that an attacker holds says of the same passengers."""


def read(path: Path) -> pd.DataFrame:
    """Read passengers, categories as text."""
    table = pd.read_parquet(path)
    words = {name: table[name].fillna("unknown").astype(str) for name in table if name not in NUMBERS}
    return table.assign(**words).astype(dict.fromkeys(NUMBERS, float))


def forest(known: pd.DataFrame, n: int) -> pd.DataFrame:
    """Adversarial random forests (Watson and others 2023), by arfpy; an unknown number is written as -1."""
    model = arf.arf(x=known.fillna(-1), verbose=False)
    model.forde()
    made = model.forge(n)[known.columns]
    return made.mask((made[NUMBERS] < 0).reindex(columns=made.columns, fill_value=False))


def sdv(name: str) -> Callable[[pd.DataFrame, int], pd.DataFrame]:
    """A synthesizer of SDV with its default settings."""

    def make(known: pd.DataFrame, n: int) -> pd.DataFrame:
        import torch
        from sdv import single_table
        from sdv.metadata import Metadata

        torch.set_num_threads(1)
        kinds = {name: {"sdtype": "numerical" if name in NUMBERS else "categorical"} for name in known}
        metadata = Metadata.load_from_dict({"tables": {"rows": {"columns": kinds}}, "relationships": []})
        synthesizer = getattr(single_table, f"{name}Synthesizer")(metadata)
        synthesizer.fit({"rows": known})
        made = synthesizer.sample(n)
        return made if isinstance(made, pd.DataFrame) else next(iter(made.values()))

    return make


HERE = {"adversarial random forests (arfpy)": forest}
HERE |= {f"SDV {name}": sdv(name) for name in ("GaussianCopula", "TVAE")}


def risks(known: pd.DataFrame, made: pd.DataFrame, control: pd.DataFrame, seed: int) -> dict[str, float]:
    """How much more often an attack succeeds on the known than on the control, of what it could have gained."""
    np.random.seed(seed)  # Anonymeter draws from the global generator
    targets = min(len(known), len(control))
    everyone = {"ori": known, "syn": made, "control": control}
    attacks = {
        "singling out": SinglingOutEvaluator(**everyone, n_attacks=SINGLED_OUT, n_cols=COLUMNS_OF_A_QUERY, seed=seed),
        "linkability": LinkabilityEvaluator(**everyone, aux_cols=LINKED, n_attacks=targets, n_neighbors=1),
    }
    for secret, is_number in SECRETS.items():
        others = [name for name in known if name != secret]
        attacks[f"inference of {secret}"] = InferenceEvaluator(
            **everyone, aux_cols=others, secret=secret, regression=is_number, n_attacks=targets
        )
    found = {}
    for name, attack in attacks.items():
        result = attack.evaluate(mode="multivariate") if name == "singling out" else attack.evaluate(n_jobs=1)
        rates = result.results()
        hit, by_chance = rates.attack_rate.value, rates.control_rate.value
        found[name] = (hit - by_chance) / (1 - by_chance)  # not cut off at 0, so that noise cancels out
    return found


def quality(folder: Path) -> None:
    """Score every `whole SEED NAME.parquet` against `real.parquet` with SDMetrics."""
    from sdmetrics.reports.single_table import QualityReport

    real, rows = read(folder / "real.parquet"), []
    metadata = {"columns": {n: {"sdtype": "numerical" if n in NUMBERS else "categorical"} for n in real}}
    for path in sorted(folder.glob("whole *.parquet")):
        report = QualityReport()
        report.generate(real, read(path), metadata, verbose=False)
        _, seed, name = path.stem.split(maxsplit=2)
        rows.append({"seed": seed, "name": name, "quality": report.get_score()})
    pd.DataFrame(rows).to_parquet(folder / "quality.parquet")


def main(folder: Path) -> None:
    """Attack every method on every split."""
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    rows = []
    for split in sorted(path for path in folder.iterdir() if path.is_dir()):
        known, control = (read(split / f"{name}.parquet") for name in ("known", "control"))
        methods = {path.stem: read(path) for path in sorted(split.glob("made *.parquet"))}
        if split.name.startswith("halves"):
            methods |= {f"made {name}": make(known, len(known)) for name, make in HERE.items()}
        for name, made in methods.items():
            found = risks(known, made, control, seed=len(rows))
            rows.append({"split": split.name, "method": name.removeprefix("made "), **found})
            print(*rows[-1].values(), flush=True)
        pd.DataFrame(rows).to_parquet(folder / "risks.parquet")


if __name__ == "__main__":
    (quality if "quality" in sys.argv[2:] else main)(Path(sys.argv[1]))
