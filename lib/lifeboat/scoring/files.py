"""Score a folder of Parquet files into another, file by file; what was interrupted can be continued."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lifeboat.bulk import Engine, appearing, begun, carry_out, threads
from lifeboat.dataset import InvalidRows
from lifeboat.errors import LifeboatError
from lifeboat.scoring.scorer import SCORES, Scorer

if TYPE_CHECKING:
    from lifeboat.registry import Champion

ROWS_AT_ONCE = 1 << 18
"""Rows of a file in memory at a time."""
_FORMAT = {
    "compression": "none",  # probabilities hardly shrink, and packing them takes longer than scoring
    "use_dictionary": False,
    "column_encoding": {"prediction": "DELTA_BINARY_PACKED"},
    "write_statistics": ["prediction"],
}
_SKIPPED, _SOURCE = b"skipped", b"source"
_NO_FAULTS = pd.DataFrame({"row": pd.Series(dtype="int64"), "field": [], "value": [], "allowed": []})


OnInvalid = Literal["fail", "skip"]
"""What becomes of a file that holds a row with a value that is not allowed: it fails, or the row is left out."""


@dataclass(frozen=True)
class Shard:
    """A file to score, and its scores.

    Attributes
    ----------
    source, target : Path
        The file and the file of its scores, which has the same name.
    """

    source: Path
    target: Path

    @property
    def state(self) -> str:
        """What changes if the source is replaced: its size and time."""
        found = self.source.stat()
        return f"{found.st_size} bytes of {found.st_mtime_ns}"

    @property
    def skipped(self) -> Path:
        """The file of the rows that were left out, and why."""
        return self.target.with_suffix(".skipped.csv")


def score_folder(
    scorer: Scorer,
    source: str | Path,
    out: str | Path,
    *,
    model: str,
    on_invalid: OnInvalid = "fail",
    engine: Engine | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> tuple[int, int]:
    """Score every Parquet file of a folder into a file of the same name.

    Each file of scores appears when it is complete, with a row per row of its source, in the same order: key (if there
    is one), ``probability`` and ``prediction``. A file that fails holds up no other. After a fault or a kill the same
    call scores what is missing.

    Parameters
    ----------
    scorer : Scorer
        The model.
    source, out : str or Path
        The folders; `out` is made if it is missing.
    model : str
        What names the model, so that a folder is never continued with another.
    on_invalid : {'fail', 'skip'}
        Whether a row with a value that is not allowed fails its file, or is left out and listed in
        ``NAME.skipped.csv``.
    engine : Engine, optional
        Where the files are scored; by default in threads, one for each processor.
    progress : callable, optional
        Called with the number of rows of each file that is done.

    Returns
    -------
    tuple of int
        How many rows were scored in all, and how many left out.

    Raises
    ------
    FilesFailed
        If files failed; the others are finished.
    LifeboatError
        If a folder is not what it should be, or another process writes to it.
    """
    source, out = Path(source), Path(out)
    shards = shards_of(source, out)
    with begun(out, order_of(source, model, on_invalid)):
        outcomes = (engine or threads())(partial(score_shard, scorer, on_invalid=on_invalid), shards)
        return carry_out(outcomes, len(shards), progress)


def shards_of(source: Path, out: Path) -> dict[str, Shard]:
    """Pair each Parquet file of a folder with the file of its scores, by name.

    Parameters
    ----------
    source, out : Path
        The folders.

    Raises
    ------
    LifeboatError
        If `source` holds no Parquet file, or is `out`.
    """
    found = {path.name: Shard(path, out / path.name) for path in _files(source)}
    if out.resolve() == source.resolve():
        raise LifeboatError(f"the scores cannot go to {out}, which holds the rows: name another folder.")
    return found


def order_of(source: Path, model: str, on_invalid: OnInvalid) -> dict[str, str]:
    """Say what a folder of scores is begun with, so that it is never continued with anything else."""
    return {"model": model, "on_invalid": on_invalid, "source": str(source.resolve())}


def model_name(model: Champion) -> str:
    """Say which model, so that the scores of two are never mixed."""
    return f"{model.dataset.task} version {model.version}"


def summary(scored: int, left_out: int, version: int, out: str | Path) -> str:
    """Say what was scored, by which version, and where the scores are."""
    skipped = f", {left_out:,} left out (see *.skipped.csv)" if left_out else ""
    return f"{scored:,} rows scored by version {version} in {out}{skipped}"


def count_rows(source: Path) -> int:
    """Count the rows of all Parquet files of a folder that can be read."""
    total = 0
    for path in _files(source):
        with contextlib.suppress(OSError, pa.ArrowException):  # scoring will name it
            total += pq.read_metadata(path).num_rows
    return total


def _files(source: Path) -> list[Path]:
    if not source.is_dir():
        raise LifeboatError(f"{source} is no folder; name the folder that holds the Parquet files.")
    found = sorted(source.glob("*.parquet"))
    if not found:
        raise LifeboatError(f"{source} holds no file that ends with .parquet.")
    return found


def score_shard(scorer: Scorer, shard: Shard, on_invalid: OnInvalid = "fail") -> tuple[int, int]:
    """Score one file, unless that is done.

    Parameters
    ----------
    scorer : Scorer
        The model.
    shard : Shard
        The file, and where its scores go.
    on_invalid
        As in `score_folder`.

    Returns
    -------
    tuple of int
        Rows scored and left out.

    Raises
    ------
    LifeboatError
        If a value is not allowed, or the file lacks a feature.
    """
    source, state = pq.ParquetFile(shard.source, read_dictionary=scorer.texts), shard.state
    rows = source.metadata.num_rows
    if (before := _finished(shard, state)) is not None:
        return rows - before, before
    faults, skipped = [], 0
    with appearing(shard.target) as path:
        with pq.ParquetWriter(path, _schema(scorer, source), **_FORMAT) as out:
            for batch, left_out in _scored(scorer, source, on_invalid):
                out.write_batch(batch)
                faults.append(left_out)
                skipped += left_out["row"].nunique()
            out.add_key_value_metadata({_SKIPPED: str(skipped), _SOURCE: state})
        if (written := pq.read_metadata(path).num_rows) != rows - skipped:
            raise LifeboatError(f"{written:,} rows were written for {rows:,}, of which {skipped:,} are left out.")
        if skipped:
            pd.concat(faults).to_csv(shard.skipped, index=False)
    return rows - skipped, skipped


def _finished(shard: Shard, state: str) -> int | None:
    """How many rows were left out of a finished file of scores; None if there is none for the source as it is."""
    try:
        said = pq.read_metadata(shard.target).metadata
    except (OSError, pa.ArrowInvalid):
        return None
    return int(said[_SKIPPED]) if said[_SOURCE] == state.encode() else None


def _schema(scorer: Scorer, source: pq.ParquetFile) -> pa.Schema:
    given, key = source.schema_arrow, scorer.dataset.key
    return pa.schema([*([given.field(key)] if key in given.names else []), *SCORES])


def _scored(
    scorer: Scorer, source: pq.ParquetFile, on_invalid: OnInvalid
) -> Iterator[tuple[pa.RecordBatch, pd.DataFrame]]:
    """Yield the scores of each batch of a file, with the faults of the rows that are left out."""
    wanted = {scorer.dataset.key, *scorer.dataset.features}
    columns, first = [name for name in source.schema_arrow.names if name in wanted], 0
    for batch in source.iter_batches(ROWS_AT_ONCE, columns=columns):
        try:
            yield scorer.score(batch), _NO_FAULTS
        except InvalidRows as error:
            if on_invalid == "fail":
                raise InvalidRows(error.problems.assign(row=error.problems["row"] + first)) from None
            problems = scorer.dataset.find_problems(batch.select(scorer.dataset.features).to_pandas())
            good = np.ones(batch.num_rows, dtype=bool)
            good[problems["row"]] = False
            yield scorer.score(batch.filter(pa.array(good))), problems.assign(row=problems["row"] + first)
        first += batch.num_rows
