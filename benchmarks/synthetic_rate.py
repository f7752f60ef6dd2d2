"""Are speed and memory of the generator flat? From a million to a hundred million rows; fills a table of synthetic.md.

    python -m benchmarks.synthetic_rate          a few minutes on one core

Each run is a process of its own, the sizes by turns, and the fastest of three counts. Rates are per second of processor
time, all threads together, so that other work on the machine matters less.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from lifeboat import passengers
from lifeboat.synthetic import PassengerGenerator, synthesize

from . import synthetic

SIZES = (1_000_000, 10_000_000, 100_000_000)
TURNS = 3
WAYS = {"stream": "`iter_batches`, a stream of Arrow batches", "files": "`synthesize`, a folder of Parquet files"}


def run(way: str, rows: int) -> dict[str, float]:
    """Make the rows in this process; processor time, time and peak of memory."""
    generator = PassengerGenerator().fit(passengers.load())
    for _ in generator.iter_batches(1):  # what is made once, for any number of rows
        pass
    began, clock = time.process_time(), time.perf_counter()
    if way == "stream":
        made = sum(batch.num_rows for batch in generator.iter_batches(rows))
        assert made == rows
    else:
        with TemporaryDirectory() as folder:
            synthesize(rows, folder, generator=generator)
    taken = {"processor": time.process_time() - began, "clock": time.perf_counter() - clock}
    return taken | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def measured(way: str, rows: int) -> dict[str, float]:
    """`run` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.synthetic_rate", way, str(rows)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure all and fill the table."""
    found = {(way, rows): [] for way in WAYS for rows in SIZES}
    for _ in range(TURNS):
        for (way, rows), runs in found.items():
            runs.append(measured(way, rows))
            print(way, rows, runs[-1], flush=True)
    lines = [
        f"{datetime.now(UTC):%d %B %Y}, fastest of {TURNS}:".lstrip("0"),
        "",
        "| way | rows | million rows per second of processor time | of the rate at a million | peak memory, GB |",
        "|---|---|---|---|---|",
    ]
    for (way, rows), runs in found.items():
        rate, first = (size / min(taken["processor"] for taken in found[way, size]) / 1e6 for size in (rows, SIZES[0]))
        memory = max(taken["memory"] for taken in runs)
        lines.append(f"| {WAYS[way]} | {rows:,} | {rate:.2f} | {rate / first:.2f} | {memory:.2f} |")
    synthetic.fill("rate", "\n".join(lines))


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
