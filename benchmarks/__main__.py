"""Measure, one after another, and draw the pictures; takes hours: `make bench`, or `python -m benchmarks speed`.

What each prints also goes to build/benchmarks/NAME.txt; its tables belong into the document of the same name.
"""

import subprocess
import sys
from pathlib import Path

from rich.progress import track

from benchmarks import EVERYTHING, pictures

FOLDER = Path("build/benchmarks")


def main(names: list[str]) -> None:
    """Run benchmarks, each in a process of its own.

    Parameters
    ----------
    names : list of str
        Some of `EVERYTHING`.
    """
    for name in names:
        if name not in EVERYTHING:
            sys.exit(f"benchmark is {name!r}; allowed: {', '.join(EVERYTHING)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in track(names, "benchmarks"):
        said = FOLDER / f"{name}.txt"
        with said.open("w", encoding="utf-8") as file:
            run = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], stdout=file)
        print(f"{name}: " + (f"ended with {run.returncode}, see" if run.returncode else "done,"), said, flush=True)
    pictures.main()


if __name__ == "__main__":
    main(sys.argv[1:] or [*EVERYTHING])
