"""Score a folder of Parquet files into another, file by file; what was interrupted can be continued."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lifeboat.begun import begun
from lifeboat.dataset import InvalidRows
from lifeboat.errors import LifeboatError
from lifeboat.scoring.scorer import SCORES, Scorer

ROWS_AT_ONCE = 1 << 18
"""Rows of a file in memory at a time."""
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_SKIPPED, _SOURCE = b"skipped", b"source"
_NO_FAULTS = pd.DataFrame({"row": [], "field": [], "value": [], "allowed": []})


OnInvalid = Literal["fail", "skip"]
"""What becomes of a file that holds a row with a value that is not allowed: it fails, or the row is left out."""


class ScoringFailed(LifeboatError):
    """Files that could not be scored; the message has a line for each, and says how to go on."""


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
    workers: int | None = None,
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
    workers : int, optional
        Files at a time; by default one for each processor.
    progress : callable, optional
        Called with the number of rows that were scored since it was called last.

    Returns
    -------
    tuple of int
        How many rows were scored in all, and how many left out.

    Raises
    ------
    ScoringFailed
        If files failed; the others are finished.
    LifeboatError
        If a folder is not what it should be, or another process writes to it.
    """
    source, out = Path(source), Path(out)
    shards = [Shard(path, out / path.name) for path in _files(source)]
    if out.resolve() == source.resolve():
        raise LifeboatError(f"the scores cannot go to {out}, which holds the rows: name another folder.")
    order = {"model": model, "on_invalid": on_invalid, "source": str(source.resolve())}
    with begun(out, order):
        return _score_all(scorer, shards, on_invalid, workers or os.cpu_count() or 1, progress)


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


def _score_all(
    scorer: Scorer, shards: list[Shard], on_invalid: OnInvalid, workers: int, progress: Callable[[int], None]
) -> tuple[int, int]:
    counts, faults = [], {}
    pool = ThreadPoolExecutor(workers)
    running = {pool.submit(score_shard, scorer, shard, on_invalid, progress): shard for shard in shards}
    try:
        for done in as_completed(running):
            try:
                counts.append(done.result())
            except (LifeboatError, OSError, pa.ArrowException) as error:
                faults[running[done].source.name] = str(error).splitlines()[0]
                if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                    break  # no other file will fare better
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C: the files begun are finished, no other is
    if faults:
        lines = [f"{name}: {fault}" for name, fault in sorted(faults.items())]
        finished = f"{len(faults)} of {len(shards)} files failed, {len(counts)} are finished:"
        raise ScoringFailed("\n".join([finished, *lines, "Mend this and score again: only what is missing is scored."]))
    scored, skipped = (sum(count) for count in zip(*counts, strict=True))
    return scored, skipped


def score_shard(
    scorer: Scorer,
    shard: Shard,
    on_invalid: OnInvalid = "fail",
    progress: Callable[[int], None] = lambda rows: None,
) -> tuple[int, int]:
    """Score one file, unless that is done.

    Parameters
    ----------
    scorer : Scorer
        The model.
    shard : Shard
        The file, and where its scores go.
    on_invalid, progress
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
        progress(rows)
        return rows - before, before
    # not compressed: probabilities hardly shrink, and packing them takes longer than scoring
    partial, faults, skipped = shard.target.with_suffix(".partial"), [], 0
    try:
        with pq.ParquetWriter(
            partial, _schema(scorer, source), compression="none", use_dictionary=["prediction"]
        ) as out:
            for batch, left_out in _scored(scorer, source, on_invalid):
                out.write_batch(batch)
                faults.append(left_out)
                skipped += (fewer := left_out["row"].nunique())
                progress(batch.num_rows + fewer)
            out.add_key_value_metadata({_SKIPPED: str(skipped), _SOURCE: state})
        if (written := pq.read_metadata(partial).num_rows) != rows - skipped:
            raise LifeboatError(f"{written:,} rows were written for {rows:,}, of which {skipped:,} are left out.")
        if skipped:
            pd.concat(faults).to_csv(shard.skipped, index=False)
        partial.replace(shard.target)
    finally:
        partial.unlink(missing_ok=True)
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
