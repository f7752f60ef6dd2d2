"""Kill runs at random moments; what is stored in the end must be what undisturbed runs store.

    python -m benchmarks.faults --kills 60

A round begins with an empty store. Training, a daily run and a backfill are each killed seven times (kill -9, by turns
the run alone and all its processes) and then run to their end. Tables, registry and records must equal those of a round
that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from lifeboat.days import today

LIFEBOAT = Path(sys.executable).with_name("lifeboat")
SEED = 1912
KILLS_PER_KIND = 7
DAY = today() - timedelta(days=1)
KINDS = ("retrain", "daily", "backfill")
"""What is killed, in this order."""


def main() -> None:
    """Kill as many runs as the command line says, compare, and end with code 1 if anything differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--days", type=int, default=40, help="of the backfill; the default takes two portions")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="the runs that are killed")
    parser.add_argument("--store", type=Path, help="the store that a round begins with, instead of an empty one")
    given = parser.parse_args()
    chance = random.Random(SEED)
    with TemporaryDirectory() as folder:
        expected, seconds = _calm(_begin(Path(folder, "calm"), given.store), given.kinds, given.days)
        print(f"undisturbed: {', '.join(f'{kind} {taken:.0f} s' for kind, taken in seconds.items())}", flush=True)
        for number, plan in enumerate(_rounds(given.kills, seconds, chance), 1):
            place = _begin(Path(folder, f"storm{number}"), given.store)
            hits = _storm(place, given.kinds, given.days, plan)
            if (found := _state(place)) != expected:
                sys.exit(f"round {number}: an undisturbed round gives something else:\n{expected}\nthan this:\n{found}")
            print(f"round {number}: {hits} of {len(plan)} killed while at work; all as undisturbed", flush=True)
    print(expected)


def _begin(folder: Path, store: Path | None) -> Path:
    """Make the folder of a round, with a copy of the store that it begins with."""
    folder.mkdir()
    if store:
        shutil.copytree(store, folder / "store")
    return folder


def _rounds(kills: int, seconds: dict[str, float], chance: random.Random) -> Iterator[list[tuple[str, float]]]:
    """For each round, which run is killed after how many seconds."""
    for first in range(0, kills, KILLS_PER_KIND * len(seconds)):
        kinds = list(islice(cycle(seconds), min(kills - first, KILLS_PER_KIND * len(seconds))))
        yield [(kind, chance.uniform(0, seconds[kind])) for kind in sorted(kinds, key=KINDS.index)]


def _calm(folder: Path, kinds: list[str], days: int) -> tuple[str, dict[str, float]]:
    seconds = {}
    for kind in kinds:
        begun = time.monotonic()
        _lifeboat(folder, *_command(kind, days))
        seconds[kind] = time.monotonic() - begun
    return _state(folder), seconds


def _storm(folder: Path, kinds: list[str], days: int, plan: list[tuple[str, float]]) -> int:
    """Kill the runs of a plan, and let each kind come to its end; return how many were still at work."""
    hits = 0
    for kind in kinds:
        for number, moment in enumerate(moment for killed, moment in plan if killed == kind):
            run = _start(folder, kind, days)
            time.sleep(moment)
            hits += run.poll() is None
            _kill(run, everything=number % 2 == 1)
        _lifeboat(folder, *_command(kind, days))
    return hits


def _start(folder: Path, kind: str, days: int) -> subprocess.Popen:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([LIFEBOAT, *_command(kind, days)], env=_environment(folder), **quiet)


def _kill(run: subprocess.Popen, everything: bool) -> None:
    children = psutil.Process(run.pid).children(recursive=True) if everything and run.poll() is None else []
    for process in [run, *children]:
        process.kill()
    run.wait()
    psutil.wait_procs(children, timeout=30)


def _command(kind: str, days: int) -> list[str]:
    """The run of a kind; the backfill ends on the day before that of the daily run."""
    if kind == "retrain":
        return ["run", "retrain"]
    first, last = (DAY, DAY) if kind == "daily" else (DAY - timedelta(days=days), DAY - timedelta(days=1))
    return ["run", "daily", "--start", f"{first}", "--end", f"{last}"]


def _state(folder: Path) -> str:
    """The checksums of the tables, the versions of the registry, and which runs succeeded."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("runs/*/*/run.json")]
    runs = sorted(f"{run['pipeline']} {run['start']} to {run['end']}: {run['status']}" for run in records)
    return _lifeboat(folder, "digest") + "\n".join(runs)


def _lifeboat(folder: Path, *arguments: str) -> str:
    done = subprocess.run([LIFEBOAT, *arguments], env=_environment(folder), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"lifeboat {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOPSWORKS_", "LIFEBOAT_"))}
    return kept | {"LIFEBOAT_STORE": str(folder / "store"), "LIFEBOAT_RUNS": str(folder / "runs")}


if __name__ == "__main__":
    main()
