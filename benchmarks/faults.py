"""Kill daily runs at random moments; what is stored in the end must be what undisturbed runs store.

    python -m benchmarks.faults 60        sixty kills, by turns of the run alone and of all its processes

Each kill hits the run of another day, which begins where the one before was killed; a last run covers all days.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from lifeboat.days import today

LIFEBOAT = Path(sys.executable).with_name("lifeboat")
SEED = 1912


def main() -> None:
    """Kill as many runs as the command line says, compare, and end with code 1 if anything differs."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    days = [today() - timedelta(days=back) for back in reversed(range(kills))]
    with TemporaryDirectory() as folder:
        begun = time.monotonic()
        expected = _undisturbed(Path(folder, "calm"), days)
        seconds = time.monotonic() - begun
        found, hit = _disturbed(Path(folder, "storm"), days, seconds)
    print(f"{hit} of {kills} runs were killed while at work, at random moments of {seconds:.0f} s.")
    print(found, end="")
    if found != expected:
        sys.exit(f"an undisturbed run gives something else:\n{expected}")
    print("An undisturbed run gives the same.")


def _undisturbed(folder: Path, days: list[date]) -> str:
    _lifeboat(folder, "run", "daily", "--start", str(days[0]), "--end", str(days[-1])).check_returncode()
    return _digest(folder)


def _disturbed(folder: Path, days: list[date], seconds: float) -> tuple[str, int]:
    chance = random.Random(SEED)
    hit = 0
    for number, day in enumerate(days):
        first = days[max(0, number - 1)]
        run = subprocess.Popen(
            [LIFEBOAT, "run", "daily", "--start", str(first), "--end", str(day)],
            env=_environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0, seconds))
        hit += run.poll() is None
        _kill(run, everything=number % 2 == 1)
    return _undisturbed(folder, days), hit


def _kill(run: subprocess.Popen, everything: bool) -> None:
    children = psutil.Process(run.pid).children(recursive=True) if everything and run.poll() is None else []
    for process in [run, *children]:
        process.kill()
    run.wait()
    psutil.wait_procs(children, timeout=30)


def _digest(folder: Path) -> str:
    done = _lifeboat(folder, "digest")
    done.check_returncode()
    return done.stdout


def _lifeboat(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    done = subprocess.run([LIFEBOAT, *arguments], env=_environment(folder), capture_output=True, text=True)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    return done


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOPSWORKS_")}
    kept.pop("LIFEBOAT_SERVED_STORE", None)
    return kept | {"LIFEBOAT_STORE": str(folder / "store"), "LIFEBOAT_RUNS": str(folder / "runs")}


if __name__ == "__main__":
    main()
