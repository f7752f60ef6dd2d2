"""A world in memory: passengers of some days, their predictions, and the rows that the monitor keeps of them."""

from datetime import date, timedelta
from functools import cache

import pandas as pd
import pytest

from lifeboat import arrivals, monitoring, passengers, survival
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic import PassengerGenerator

FIRST = date(2026, 11, 1)


class World:
    """One fitted model and one generator, for all the days of a module."""

    def __init__(self):
        self.real = passengers.load()
        self.reference = monitoring.Reference.of(self.real)
        self.generator = PassengerGenerator().fit(self.real)
        self.pipeline = survival.build_estimator().fit(self.real[FEATURES], self.real[LABEL])
        held_out = survival.cross_predict(
            survival.DEFAULT_ESTIMATOR, self.real[FEATURES], self.real[LABEL], self.real["ticket"], repeats=1
        )
        self.rows = cache(self._rows)
        self.expected = float(monitoring.certainty(held_out["probability"]).mean())

    def results(self, scenario=None, days=14, per_day=200, first=FIRST):
        """What `outcomes` would read with features on the evening of the last day."""
        dates = [first + timedelta(days=n) for n in range(days)]
        truth = arrivals.of_days(self.generator, dates, per_day, scenario=scenario)
        return self.predicted(arrivals.withhold(truth, dates[-1]))

    def predicted(self, rows):
        """The rows with what the model says of them."""
        probability = self.pipeline.predict_proba(rows[FEATURES])[:, 1] if len(rows) else pd.Series(dtype=float)
        said = rows.assign(probability=probability, model_version=1, predicted_at=rows["boarded_at"])
        return said.assign(prediction=(said["probability"] >= 0.5).astype(int))

    def _rows(self, *args, **kwargs):
        """What `titanic_metrics` would hold on that evening; made once, not to be changed."""
        return monitoring.daily_rows(self.results(*args, **kwargs), self.reference)


@pytest.fixture(scope="session")
def world():
    return World()
