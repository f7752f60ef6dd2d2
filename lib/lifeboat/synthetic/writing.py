"""Synthetic passengers by the hundred million, as Parquet files; an interrupted run can be continued."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from lifeboat import passengers
from lifeboat.synthetic import checks
from lifeboat.synthetic.checks import SyntheticDataError
from lifeboat.synthetic.drawing import SCHEMA
from lifeboat.synthetic.generator import PassengerGenerator

ORDER = "_order.json"
"""File in the folder that says what was asked for."""
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
    progress : callable, optional
        Called with the number of rows written so far, after each file.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SyntheticDataError
        If an argument is out of its range, or the folder holds the passengers of another order, cannot be written, or
        is being written to by another process.
    """
    files = _check_order(n, rows_per_file)
    generator = generator or PassengerGenerator().fit(passengers.load())
    draw = {"survived": survived, "survival_rate": survival_rate, "seed": seed}
    generator.iter_batches(0, **draw)  # refuses an impossible order before anything is written
    order = {"version": 1, "n": n, **draw, "rows_per_file": rows_per_file, "generator": generator.fingerprint_}
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            _keep_order(folder / ORDER, order)
            for i in range(files):
                rows = range(i * rows_per_file, min((i + 1) * rows_per_file, n))
                _write_part(folder / f"part-{i:05}.parquet", rows, partial(generator.iter_batches, **draw), progress)
    except Timeout as error:
        raise SyntheticDataError(
            f"another process is writing to {folder}: wait until it ends, or name another folder."
        ) from error
    except OSError as error:
        raise SyntheticDataError(
            f"{folder} cannot be written ({error}): name a folder that you may write to, with room."
        ) from error
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


def _keep_order(path: Path, order: dict[str, object]) -> None:
    """Write the order, or compare it with the one that the folder was begun with."""
    if not path.exists():
        if any(path.parent.glob("part-*.parquet")):
            raise SyntheticDataError(f"{path.parent} holds other Parquet files: name a new folder.")
        partial_path = path.with_suffix(".partial")
        partial_path.write_text(json.dumps(order, indent=2))
        partial_path.replace(path)
        return
    try:
        begun = dict(json.loads(path.read_text()))
    except ValueError as error:
        raise SyntheticDataError(f"{path} is damaged: delete the folder and start again.") from error
    for name in order:
        if begun.get(name) != order[name]:
            raise SyntheticDataError(
                f"{path.parent} was begun with {name} = {begun.get(name)!r}, not {order[name]!r}: "
                "ask for the same again, or name a new folder."
            )


def _write_part(path: Path, rows: range, batches: Callable, progress: Callable[[int], None]) -> None:
    """Write one file, unless it is there and complete."""
    if not _is_complete(path, len(rows)):
        partial_path = path.with_suffix(".partial")
        with pq.ParquetWriter(partial_path, SCHEMA, compression="zstd") as writer:
            for batch in batches(rows.stop, _BATCH, start=rows.start):
                writer.write_batch(batch)
        partial_path.replace(path)
    progress(rows.stop)


def _is_complete(path: Path, rows: int) -> bool:
    try:
        return path.exists() and pq.read_metadata(path).num_rows == rows
    except (OSError, pa.ArrowInvalid):
        return False
