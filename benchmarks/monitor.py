"""How long the monitor takes over 100,000 stored predictions, in a store made for the purpose.

Run with ``python -m benchmarks.monitor``. The store is filled as the pipelines fill it, with 1,000 passengers a day for
a hundred days, and read through the real client from the local service.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

DAYS, PER_DAY = 100, 1000


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block took."""
    begun = time.perf_counter()
    yield
    print(f"{what:<32} {time.perf_counter() - begun:.2f} s", flush=True)


def fill() -> object:
    """Fill the store; returns the project."""
    import lifeboat
    from lifeboat import arrivals, features, passengers, scoring, training
    from lifeboat.synthetic import PassengerGenerator

    project = lifeboat.login()
    titanic = features.titanic_group(project)
    features.write_new(titanic, features.historical_passengers())
    champion = training.train(project)
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    generator = PassengerGenerator().fit(passengers.load())
    features.write_new(titanic, arrivals.of_days(generator, days, PER_DAY))
    scoring.score_days(project, champion, days)
    return project


def main() -> None:
    """Fill a store and print a line for each thing that a visitor waits for."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIFEBOAT_STORE"] = folder
        from lifeboat.pages.live import Live
        from lifeboat.pages.monitor.history import ALL_VERSIONS, read_history
        from lifeboat.pages.monitor.page import Page

        with timed("fill the store"):
            project = fill()
        with timed("read and measure everything"):
            history = read_history(project)
        page = Page(Live(lambda previous: history, 3600))
        for visitor in ("first", "next"):
            with timed(f"all views, for the {visitor} visitor"):
                page.show("All history", ALL_VERSIONS)
        with timed("a refresh when nothing is new"):
            read_history(project, history)
        print(f"over {len(history.results):,} predictions")


if __name__ == "__main__":
    main()
