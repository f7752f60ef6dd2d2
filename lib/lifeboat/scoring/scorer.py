"""Score record batches: by tables if the model can be compiled, otherwise by the pipeline itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa
from sklearn.pipeline import Pipeline

from lifeboat.dataset import Dataset, InvalidRows
from lifeboat.passengers import SURVIVES_FROM, TITANIC
from lifeboat.scoring.compile import NotCompiled, compile_pipeline
from lifeboat.scoring.effects import Tables
from lifeboat.scoring.reading import Reader

BLOCK = 1 << 16
"""Rows that are scored at a time, so that their columns stay in the processor's cache."""

SCORES = pa.schema([("probability", pa.float64()), ("prediction", pa.int8())])
"""What a scorer says of each row."""


@dataclass(frozen=True)
class Scorer:
    """A fitted model that scores record batches.

    Attributes
    ----------
    pipeline : Pipeline
        The model.
    dataset : Dataset
        The description of its data.
    tables : Tables, optional
        The same model compiled; without them the pipeline scores.
    reason : str
        Why there are no tables.
    """

    pipeline: Pipeline
    dataset: Dataset = TITANIC
    tables: Tables | None = None
    reason: str = "it was not compiled"

    @classmethod
    def compiled(cls, pipeline: Pipeline, dataset: Dataset = TITANIC) -> Self:
        """Compile a pipeline; if that is refused, the scorer says why and uses the pipeline.

        Parameters
        ----------
        pipeline : Pipeline
            A fitted model.
        dataset : Dataset
            The description of its data.
        """
        try:
            return cls(pipeline, dataset, compile_pipeline(pipeline, dataset), "")
        except NotCompiled as refused:
            return cls(pipeline, dataset, reason=str(refused))

    def probability_of(self, row: Mapping[str, Any]) -> float:
        """Return the probability of the outcome 1 for one row.

        Parameters
        ----------
        row : mapping
            The features by name, as `Dataset.validate_one` returns them.
        """
        if self.tables:
            return float(self.tables.probability(self._reader.read_one(row))[0])
        return float(self.pipeline.predict_proba(row)[0, 1])

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.dataset)

    @property
    def texts(self) -> list[str]:
        """The features that hold texts, which are best read as dictionaries."""
        return [name for name, field in self.dataset.fields.items() if field.is_text]

    def probability(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return the probability of the outcome 1 for each row of a batch.

        Parameters
        ----------
        batch : RecordBatch
            With a column for each feature.

        Raises
        ------
        LifeboatError
            If a feature is absent.
        InvalidRows
            If a value is not allowed; rows count from 0 within the batch.
        """
        if not batch.num_rows:
            return np.empty(0)
        if self.tables:
            return self.tables.probability(self._reader.read(batch))
        return self.pipeline.predict_proba(self.dataset.validate(batch.to_pandas()))[:, 1]

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return key, probability and prediction of each row; the key only if the batch has it.

        Raises
        ------
        LifeboatError, InvalidRows
            As in `probability`.
        """
        probability = np.empty(batch.num_rows)
        for start in range(0, batch.num_rows, BLOCK):
            block = batch.slice(start, BLOCK)
            try:
                probability[start : start + block.num_rows] = self.probability(block)
            except InvalidRows as error:
                raise InvalidRows(error.problems.assign(row=error.problems["row"] + start)) from None
        columns = {
            "probability": pa.array(probability),
            "prediction": pa.array((probability >= SURVIVES_FROM).view("i1")),
        }
        keys = {name: batch.column(name) for name in [self.dataset.key] if name in batch.schema.names}
        return pa.RecordBatch.from_pydict(keys | columns)


def score_batches(scorer: Scorer, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Score a stream, batch by batch: of a feature group, a Parquet folder or the generator.

    Parameters
    ----------
    scorer : Scorer
        The model.
    batches : iterable of RecordBatch
        With a column for each feature.
    """
    return map(scorer.score, batches)
