"""Synthetic passengers by the hundred million, as Parquet files; an interrupted run can be continued."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from lifeboat import passengers
from lifeboat.bulk import Engine, appearing, begun, carry_out, threads
from lifeboat.synthetic import checks
from lifeboat.synthetic.checks import SyntheticDataError
from lifeboat.synthetic.drawing import SCHEMA
from lifeboat.synthetic.generator import PassengerGenerator

_BATCH = 1 << 18  # rows in memory at a time
_MOST_FILES = 100_000


def synthesize(
    n: int,
    out: str | Path,
    *,
    generator: PassengerGenerator | None = None,
    survived: int | None = None,
    survival_rate: float | None = None,
    seed: int = 0,
    rows_per_file: int = 1_000_000,
    engine: Engine | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Path:
    """Write `n` synthetic passengers as Parquet files `part-00000.parquet` and so on into a folder.

    Together the files hold `generator.sample(n, seed=seed)`, in order. Each appears when it is complete; after
    a kill, the same call makes what is missing, and no row is lost or doubled.

    Parameters
    ----------
    n : int
        How many passengers, 0 or more.
    out : str or Path
        The folder, made if it is missing.
    generator : PassengerGenerator, optional
        A fitted one; by default one that learned from the passengers of the Titanic.
    survived, survival_rate, seed
        As in `PassengerGenerator.sample`.
    rows_per_file : int, default 1,000,000
        Rows of each file but the last.
    engine : Engine, optional
        Where the files are written; by default one after another, in this process.
    progress : callable, optional
        Called with the number of rows of each file that is there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SyntheticDataError
        If an argument is out of its range, or the folder holds the passengers of another order, cannot be written, or
        is being written to by another process.
    FilesFailed
        If files could not be written; the same call makes what is missing.
    """
    files = _check_order(n, rows_per_file)
    generator = generator or PassengerGenerator().fit(passengers.load())
    draw = {"survived": survived, "survival_rate": survival_rate, "seed": seed}
    generator.iter_batches(0, **draw)  # refuses an impossible order before anything is written
    order = {"version": 1, "n": n, **draw, "rows_per_file": rows_per_file, "generator": generator.fingerprint_}
    folder = Path(out)
    parts = [
        _Part(folder / f"part-{i:05}.parquet", i * rows_per_file, min((i + 1) * rows_per_file, n)) for i in range(files)
    ]
    with begun(folder, order, SyntheticDataError):
        work = partial(_write_part, batches=partial(generator.iter_batches, **draw))
        outcomes = (engine or threads(1))(work, {part.path.name: part for part in parts})
        carry_out(outcomes, files, progress)
    return folder


def _check_order(n: int, rows_per_file: int) -> int:
    """Return the number of files of an order: at least one, which holds the schema."""
    checks.check_whole("n", n, 0, checks.LONGEST_STREAM)
    checks.check_whole("rows_per_file", rows_per_file, 1, checks.MOST_ROWS)
    files = max(-(-n // rows_per_file), 1)
    if files > _MOST_FILES:
        raise SyntheticDataError(
            f"{n} rows make {files} files of {rows_per_file}, allowed are {_MOST_FILES} files: raise rows_per_file."
        )
    return files


class _Part(NamedTuple):
    """A file, and the passengers that it holds: from `start` up to `stop`."""

    path: Path
    start: int
    stop: int


def _write_part(part: _Part, batches: Callable) -> tuple[int, int]:
    """Write one file, unless it is there and complete; return its rows, and that none is left out."""
    rows = part.stop - part.start
    if not _is_complete(part.path, rows):
        with appearing(part.path) as path, pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
            for batch in batches(part.stop, _BATCH, start=part.start):
                writer.write_batch(batch)
    return rows, 0


def _is_complete(path: Path, rows: int) -> bool:
    try:
        return path.exists() and pq.read_metadata(path).num_rows == rows
    except (OSError, pa.ArrowInvalid):
        return False
