"""How many rows a second are scored from Parquet to Parquet, beside other ways to do the same.

    python -m benchmarks.scoring                        10 million rows: a few minutes
    python -m benchmarks.scoring 1000000 100000000      whether rate and memory stay flat (16 GB of disk)

Every way runs in a process of its own, by turns, three times; the fastest time and the largest peak of memory count.
Slow ways get the first files only. Polars is measured if it is installed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track

LIFEBOAT = Path(sys.executable).with_name("lifeboat")
ROUNDS, SLOW_FILES, CHUNK = 3, 1, 100_000
MANY = 50_000_000
"""From this many rows on, only what is measured for being flat."""


def main() -> None:
    """Measure every way for each number of rows, and one passenger alone."""
    for n in [int(number) for number in sys.argv[1:] if number.isdigit()] or [10_000_000]:
        with TemporaryDirectory() as folder:
            subprocess.run([LIFEBOAT, "synthesize", "-n", str(n), "--out", f"{folder}/in"], check=True)
            report(n, Path(folder))
    one_passenger()


def report(n: int, folder: Path) -> None:
    """Print a row per way: million rows a second, and the peak of memory."""
    best: dict[str, dict] = {}
    ways = WAYS if n < MANY else ("reading", "compiled_default", "compiled_boosting")
    for _ in track(range(ROUNDS), f"{n:,} rows"):
        for name in ways:
            with TemporaryDirectory(dir=folder) as scratch:
                command = [sys.executable, "-m", "benchmarks.scoring", "--way", name, str(folder), scratch]
                found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            old = best.setdefault(name, found)
            best[name] = {"rate": max(old["rate"], found["rate"]), "peak": max(old["peak"], found["peak"])}
    print(f"\n| {n:,} rows | million rows/s | times reading alone | peak memory, GB |")
    print("|---|---|---|---|")
    for name, found in best.items():
        share = found["rate"] / best["reading"]["rate"]
        print(f"| {WAYS[name][0]} | {found['rate'] / 1e6:.2f} | {share:.2f} | {found['peak']:.2f} |", flush=True)


def one_way(name: str, folder: Path, scratch: Path) -> None:
    """Run one way in this process, and print its rate and peak."""
    work = WAYS[name][1](folder, scratch)  # imports, and the model
    begun = time.perf_counter()
    rows = work()
    rate = rows / (time.perf_counter() - begun)
    print(json.dumps({"rate": rate, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))


def _files(folder: Path, most: int | None = None) -> list[Path]:
    return sorted((folder / "in").glob("*.parquet"))[:most]


def _fitted(name: str) -> object:
    from lifeboat import passengers, survival

    everyone = passengers.load()
    return survival.build_estimator(name).fit(everyone[passengers.FEATURES], everyone["survived"])


def reading(folder: Path, scratch: Path) -> Callable[[], int]:
    """Read the features, and do nothing else."""
    import pyarrow.parquet as pq

    from lifeboat.passengers import FEATURES

    def read(path: Path) -> int:
        file = pq.ParquetFile(path, read_dictionary=["sex", "embarked"])
        return sum(batch.num_rows for batch in file.iter_batches(1 << 18, columns=FEATURES))

    def work() -> int:
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(read, _files(folder)))

    return work


def _ours(folder: Path, scratch: Path, name: str) -> Callable[[], int]:
    from lifeboat.scoring import Scorer, score_folder

    scorer = Scorer.compiled(_fitted(name))
    return lambda: score_folder(scorer, folder / "in", scratch, model=name)[0]


def compiled_default(folder: Path, scratch: Path) -> Callable[[], int]:
    """Score with the compiled default model."""
    return _ours(folder, scratch, "logistic_companions")


def compiled_boosting(folder: Path, scratch: Path) -> Callable[[], int]:
    """Score with the compiled boosted model."""
    return _ours(folder, scratch, "gradient_boosting")


def _streamed(folder: Path, scratch: Path, pipeline: object) -> Callable[[], int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lifeboat.passengers import FEATURES

    def work() -> int:
        rows = 0
        with pq.ParquetWriter(scratch / "streamed.parquet", pa.schema([("probability", pa.float64())])) as out:
            for path in _files(folder, SLOW_FILES):
                for batch in pq.ParquetFile(path).iter_batches(CHUNK, columns=FEATURES):
                    found = pipeline.predict_proba(batch.to_pandas())[:, 1]
                    out.write_batch(pa.record_batch({"probability": found}))
                    rows += len(found)
        return rows

    return work


def pipeline_default(folder: Path, scratch: Path) -> Callable[[], int]:
    """Score chunks with the default pipeline."""
    return _streamed(folder, scratch, _fitted("logistic_companions"))


def pipeline_boosting(folder: Path, scratch: Path) -> Callable[[], int]:
    """Score chunks with the boosted pipeline."""
    return _streamed(folder, scratch, _fitted("gradient_boosting"))


def scikit_learn(folder: Path, scratch: Path) -> Callable[[], int]:
    """Score chunks with the pipeline that a textbook would build."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    from lifeboat import passengers
    from lifeboat.passengers import FEATURES, TEXT_FEATURES

    numbers = [name for name in FEATURES if name not in TEXT_FEATURES]
    encode = make_column_transformer(
        (SimpleImputer(strategy="median"), numbers), (OneHotEncoder(handle_unknown="ignore"), TEXT_FEATURES)
    )
    everyone = passengers.load()
    model = make_pipeline(encode, LogisticRegression(max_iter=1000)).fit(everyone[FEATURES], everyone["survived"])
    return _streamed(folder, scratch, model)


def _sql(name: str) -> str:
    from lifeboat.scoring import compile_pipeline, to_sql

    return to_sql(compile_pipeline(_fitted(name)))


def _duckdb(folder: Path, scratch: Path, name: str) -> Callable[[], int]:
    import duckdb

    target = scratch / f"{name}.parquet"
    select = f"SELECT {_sql(name)} AS probability FROM '{folder}/in/*.parquet'"

    def work() -> int:
        duckdb.sql(f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION uncompressed)")
        return duckdb.sql(f"SELECT count(*) FROM '{target}'").fetchall()[0][0]

    return work


def duckdb_sql(folder: Path, scratch: Path) -> Callable[[], int]:
    """Let DuckDB run the default model."""
    return _duckdb(folder, scratch, "logistic_companions")


def duckdb_sql_plain(folder: Path, scratch: Path) -> Callable[[], int]:
    """Let DuckDB run the lab's model."""
    return _duckdb(folder, scratch, "logistic")


def polars_plain(folder: Path, scratch: Path) -> Callable[[], int]:
    """Let Polars run the lab's model."""
    import polars as pl

    sql = "\n".join(line for line in _sql("logistic").splitlines() if "--" not in line)
    target = scratch / "polars.parquet"

    def work() -> int:
        rows = pl.scan_parquet(f"{folder}/in/*.parquet")
        rows.select(pl.sql_expr(sql).alias("probability")).sink_parquet(target, compression="uncompressed")
        return pl.scan_parquet(target).select(pl.len()).collect().item()

    return work


def one_passenger() -> None:
    """Print the time of one prediction, compiled and through the pipeline."""
    from lifeboat import passengers
    from lifeboat.scoring import Scorer

    row = passengers.validate_one({"pclass": 1, "sex": "female", "sibsp": 0, "parch": 0, "fare": 80.0})
    scorer = Scorer.compiled(_fitted("logistic_companions"))
    ways = {"compiled": lambda: scorer.probability_of(row), "pipeline": lambda: scorer.pipeline.predict_proba(row)}
    for name, call in ways.items():
        taken = []
        for _ in range(2000):
            begun = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begun)
        print(f"one passenger, {name}: {sorted(taken)[1000] * 1e3:.3f} ms")


WAYS: dict[str, tuple[str, Callable[[Path, Path], Callable[[], int]]]] = {
    "reading": ("pyarrow, reading alone", reading),
    "compiled_default": ("Lifeboat, default model", compiled_default),
    "compiled_boosting": ("Lifeboat, boosted model", compiled_boosting),
    "duckdb_sql": ("DuckDB, `lifeboat models sql` of the default model", duckdb_sql),
    "duckdb_sql_plain": ("DuckDB, SQL of the lab's logistic regression", duckdb_sql_plain),
    "polars_plain": ("Polars, SQL of the lab's logistic regression", polars_plain),
    "scikit_learn": ("scikit-learn in chunks: imputer, one-hot encoder, logistic regression", scikit_learn),
    "pipeline_default": ("the pipeline itself in chunks, default model", pipeline_default),
    "pipeline_boosting": ("the pipeline itself in chunks, boosted model", pipeline_boosting),
}
"""Name, what the table calls it, and what makes its work ready."""
if not find_spec("polars"):
    del WAYS["polars_plain"]

if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        one_way(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
