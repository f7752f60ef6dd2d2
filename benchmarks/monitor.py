"""How long the monitor takes to open over 100,000 and over 10,000,000 stored predictions.

Run with ``python -m benchmarks.monitor``, or with the numbers of predictions as arguments. Each number gets a store of
its own: as many predictions over the same 125 days, written in few large inserts through the real client, and the
rows of `titanic_metrics` that the pipelines would have written. Once all are filled, they are opened by turns, so that
the ratio holds on a busy machine too.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from hopsworks_local import Service

DAYS, SIZES, REPEATS = 125, (100_000, 10_000_000), 9
AT_ONCE = 1_000_000
"""Rows per insert."""


def fill(project: object, per_day: int) -> None:
    """Store passengers and predictions of 125 days, and their metrics."""
    from lifeboat import arrivals, features, monitoring, passengers, scoring, survival
    from lifeboat.passengers import FEATURES, LABEL
    from lifeboat.registry import Champion
    from lifeboat.synthetic import PassengerGenerator

    titanic, predicted = features.feature_group(project), features.predictions_group(project)
    features.write_new(titanic, features.historical_passengers())
    real = passengers.load()
    pipeline = survival.build_estimator("logistic").fit(real[FEATURES], real[LABEL])
    champion = Champion(pipeline, 1, {}, "", datetime.now(UTC), 1)
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    one_day = arrivals.of_days(PassengerGenerator().fit(real), days[:1], per_day)
    parts, rows = [], []
    reference = monitoring.Reference.of(real)
    for day in days:
        parts.append(_moved(one_day, day))
        if sum(map(len, parts)) >= AT_ONCE or day == days[-1]:
            arrived = arrivals.withhold(pd.concat(parts, ignore_index=True), today)
            scored = scoring.predictions(champion, arrived)
            features.write(titanic, arrived)
            features.write(predicted, scored)
            rows.append(monitoring.daily_rows(scored.merge(arrived, on="passenger_id"), reference))
            parts = []
    features.write(features.metrics_group(project), pd.concat(rows, ignore_index=True))


def _moved(one_day: pd.DataFrame, day: object) -> pd.DataFrame:
    """The same passengers on another day: sampling them again would take most of the time."""
    from lifeboat.arrivals import OUTCOME_AFTER_DAYS, first_id
    from lifeboat.features import event_time

    ids = first_id(day) + pd.RangeIndex(len(one_day))
    return one_day.assign(
        passenger_id=ids,
        ticket=ids.astype(str),
        boarded_at=event_time([day] * len(ids)),
        outcome_at=event_time([day + timedelta(days=OUTCOME_AFTER_DAYS)] * len(ids)),
    )


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def enter(service: Service) -> object:
    """Log in to a store."""
    import lifeboat

    os.environ.update(service.environment)
    return lifeboat.login()


def measure(service: Service) -> dict[str, float]:
    """Return the seconds for each thing that a visitor waits for, measured once."""
    from lifeboat.pages.live import Live
    from lifeboat.pages.monitor.history import ALL_VERSIONS, read_history
    from lifeboat.pages.monitor.page import LENGTHS, Page

    project = enter(service)
    history = read_history(project)
    choice = ("All history", ALL_VERSIONS, "all", LENGTHS[0], "")
    return {
        "read": seconds(lambda: read_history(project)),
        "all views": seconds(lambda: Page(Live(lambda previous: history, 3600)).show(None, *choice)),
        "a look when nothing is new": seconds(lambda: read_history(project, history)),
    }


def main() -> None:
    """Print the fastest of some measurements for each size, and their ratios."""
    import hopsworks_local

    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    with ExitStack() as opened:
        services = {}
        for size in sizes:
            folder = Path(opened.enter_context(TemporaryDirectory()))
            services[size] = opened.enter_context(hopsworks_local.start(folder / "store", project="titanic"))
            taken = seconds(lambda size=size: fill(enter(services[size]), size // DAYS))
            print(f"{size:,} predictions stored in {taken:.0f} s", flush=True)
        rounds = [pd.DataFrame({f"{size:,}": measure(services[size]) for size in sizes}) for _ in range(REPEATS)]
    table = pd.concat(rounds).groupby(level=0, sort=False).min()
    print(table.assign(ratio=table.iloc[:, -1] / table.iloc[:, 0]).round(3).to_string())


if __name__ == "__main__":
    main()
