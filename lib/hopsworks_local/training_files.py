"""Files of training data: one folder per split, one file in each."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from hopsworks_local.engine import Engine
from hopsworks_local.errors import BadRequest
from hopsworks_local.metadata import Document
from hopsworks_local.query import Statement

DELIMITERS = {"csv": ",", "tsv": "\t"}


def write(engine: Engine, statement: Statement, dataset: Document, folder: Path) -> None:
    """Write the rows of a statement, split as a training dataset says.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    statement : Statement
        Selects the rows.
    dataset : Document
        Says the format, the splits and the seed.
    folder : Path
        Made; becomes the training dataset's folder when it is complete.

    Raises
    ------
    BadRequest
        If the shares of the splits do not add up to 1, a split by time lacks an event time, or the format cannot hold
        the values.
    """
    rows, format = engine.table(statement), dataset.body["dataFormat"]
    try:
        for name, part in split(rows, dataset, statement.event_time).items():
            target = folder / name
            target.mkdir(parents=True)
            _write_file(part, target / f"part-00000.{format}", format)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadRequest(f"the training data cannot be split or written as {format}: {error}") from error


def split(rows: pa.Table, dataset: Document, event_time: str | None) -> dict[str, pa.Table]:
    """Return the rows by name of split; without splits there is one, named as the dataset."""
    splits = dataset.body.get("splits") or []
    if not splits:
        return {dataset.name: rows}
    if splits[0].get("splitType") == "TIME_SERIES_SPLIT":
        return _split_by_time(rows, splits, event_time)
    return _split_at_random(rows, splits, dataset.body["seed"])


def _split_at_random(rows: pa.Table, splits: list[dict], seed: int) -> dict[str, pa.Table]:
    shares = [part.get("percentage") or 0 for part in splits]
    if abs(sum(shares) - 1) > 1e-9:
        raise BadRequest(f"the shares of the splits {shares} must add up to 1")
    sizes = [int(len(rows) * share) for share in shares]
    sizes[-1] += len(rows) - sum(sizes)
    numbers = [number for number, size in enumerate(sizes) for _ in range(size)]
    random.Random(seed).shuffle(numbers)
    chosen = pa.array(numbers, pa.int32())
    return {part["name"]: rows.filter(pc.equal(chosen, number)) for number, part in enumerate(splits)}


def _split_by_time(rows: pa.Table, splits: list[dict], event_time: str | None) -> dict[str, pa.Table]:
    if event_time is None:
        raise BadRequest("a split by time needs an event time, which the first feature group of the view has not")
    times = pc.cast(rows[event_time], pa.timestamp("ms"), safe=False)
    return {part["name"]: rows.filter(_between(times, part.get("startTime"), part.get("endTime"))) for part in splits}


def _between(times: pa.ChunkedArray, start: int | None, end: int | None) -> pa.ChunkedArray:
    """Whether each time is in [start, end), both in epoch milliseconds."""
    chosen = pc.is_valid(times)
    if start is not None:
        chosen = pc.and_(chosen, pc.greater_equal(times, pa.scalar(start, times.type)))
    if end is not None:
        chosen = pc.and_(chosen, pc.less(times, pa.scalar(end, times.type)))
    return chosen


def _write_file(rows: pa.Table, file: Path, format: str) -> None:
    if format == "parquet":
        pa.parquet.write_table(rows, file)
    else:
        pa.csv.write_csv(rows, file, pa.csv.WriteOptions(delimiter=DELIMITERS[format], quoting_style="needed"))
