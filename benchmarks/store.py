"""How fast the local service reads, writes and joins through the client, beside the same work without it.

    python -m benchmarks.store                          1 million rows, and 300 small inserts: a few minutes
    python -m benchmarks.store 1000000 10000000 --commits 1000

Every way runs in a process of its own, by turns, and the fastest time of several counts. Raw ways do the same with the
same libraries, without client and service: pyarrow reads the files of the table, delta-rs writes the same rows to a new
one. Feast, if uv can install it, gets an environment of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

LIFEBOAT = Path(sys.executable).with_name("lifeboat")
FEAST = Path(__file__).with_name("store_feast.py")
ROUNDS, SMALL_ROWS = 3, 30
JOIN_ROWS = 1_000_000  # Feast takes too long for more
PARTS = ("tables", "join", "commits")
KEY, TIME = "passenger_id", "boarded_at"


def main(arguments: Sequence[str] = ()) -> None:
    """Measure everything and print tables in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--way", nargs=2, metavar=("NAME", "FOLDER"), help="measure one way here")
    given = parser.parse_args(arguments)
    if given.way:
        print(json.dumps(WAYS[given.way[0]](Path(given.way[1]))))
        return
    with TemporaryDirectory() as place, Progress(transient=True) as progress:
        folder = Path(place)
        for rows in given.rows if "tables" in given.parts else ():
            _tables(progress, folder / f"{rows}", rows)
        if "join" in given.parts:
            _join(progress, folder)
        if "commits" in given.parts:
            _commits(progress, folder, given.commits)


def _synthesize(rows: int, folder: Path) -> None:
    command = [LIFEBOAT, "synthesize", "-n", str(rows), "--out", f"{folder}/in"]
    subprocess.run(command, check=True, capture_output=True)


def _tables(progress: Progress, folder: Path, rows: int) -> None:
    _synthesize(rows, folder)
    best = _by_turns(progress, f"{rows:,} rows", ("write raw", "write", "read raw", "read"), folder)
    print(f"\n| {rows:,} rows | seconds | times raw | peak of the service, GB |\n|---|---|---|---|")
    for name, found in best.items():
        ratio = found["seconds"] / best[f"{name.removesuffix(' raw')} raw"]["seconds"]
        service = f"{found['service'] / 1e9:.2f}" if "service" in found else ""
        print(f"| {name} | {found['seconds']:.2f} | {ratio:.2f} | {service} |", flush=True)


def _join(progress: Progress, folder: Path) -> None:
    """Two groups of which the second has an earlier and a later row for each of the first."""
    place = folder / "join"
    _synthesize(JOIN_ROWS, place)
    best = _by_turns(progress, "join", ("join",), place)["join"]
    print(f"\n| point-in-time join to {best['rows']:,} rows | seconds | times the client |\n|---|---|---|")
    print(f"| through the client | {best['seconds']:.2f} | 1 |", flush=True)
    if python := _feast_python(folder):
        command = [str(python), str(FEAST), str(place)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        ratio = found["seconds"] / best["seconds"]
        print(f"| Feast {found['version']}, its file store | {found['seconds']:.2f} | {ratio:.1f} |", flush=True)


def _feast_python(folder: Path) -> Path | None:
    """An environment with Feast, if it can be made."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if not uv:
        return None
    python = folder / "feast/bin/python"
    subprocess.run([uv, "venv", "-q", str(python.parents[1])], check=True, capture_output=True)
    done = subprocess.run([uv, "pip", "install", "-q", "--python", str(python), "feast"], capture_output=True)
    return python if done.returncode == 0 else None


def _commits(progress: Progress, folder: Path, most: int) -> None:
    """Small inserts, and what a store costs that has seen many."""
    place = folder / "commits"
    place.mkdir()
    os.environ["COMMITS"] = str(most)
    inserts = _run("inserts", place)
    opened = _by_turns(progress, "login", ("login",), place)["login"]
    print(f"\n| commits so far | insert of {SMALL_ROWS} rows, ms | slowest | read, ms |\n|---|---|---|---|")
    for row in inserts["rows"]:
        print("| " + " | ".join(f"{value:,.0f}" for value in row) + " |")
    print(f"\nThe store then starts in {opened['start']:.2f} s, and a login takes {opened['seconds']:.2f} s more.")


def _by_turns(progress: Progress, what: str, names: tuple[str, ...], folder: Path) -> dict[str, dict[str, Any]]:
    """Run ways by turns; of each the fastest time and the largest of everything else."""
    best: dict[str, dict[str, Any]] = {}
    task = progress.add_task(what, total=ROUNDS * len(names))
    for _ in range(ROUNDS):
        for name in names:
            found = _run(name, folder)
            old = best.setdefault(name, found)
            best[name] = {key: (min if key == "seconds" else max)(old[key], found[key]) for key in found}
            progress.advance(task)
    return best


def _run(name: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.store", "--way", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _passengers(folder: Path) -> pd.DataFrame:
    """The synthetic passengers with a key and a time, in the types that a table has."""
    import pandas as pd
    import pyarrow.dataset as ds

    frame = ds.dataset(sorted((folder / "in").glob("*.parquet"))).to_table().to_pandas()
    frame.insert(0, KEY, range(len(frame)))
    minutes = pd.to_timedelta(frame[KEY] % 1_000_000, unit="min")
    frame[TIME] = (pd.Timestamp("1912-04-10") + minutes).astype("datetime64[us]")
    return frame


class _Session:
    """A service over the store of a folder, and the client logged in to it."""

    def __init__(self, folder: Path) -> None:
        import hopsworks_local

        begun = time.perf_counter()
        self.service = hopsworks_local.start(folder / "store")
        self.started = time.perf_counter() - begun
        os.environ.update(self.service.environment)
        import hopsworks
        from hopsworks_common import util

        logging.getLogger().setLevel(logging.WARNING)
        util._loading_animation = lambda *arguments: None  # which sleeps half a second
        begun = time.perf_counter()
        project = hopsworks.login()
        self.login = time.perf_counter() - begun
        self.store = project.get_feature_store()

    def group(self, name: str) -> Any:
        return self.store.get_or_create_feature_group(name, version=1, primary_key=[KEY], event_time=TIME)

    def end(self) -> int:
        """Stop the service and return its peak of memory in bytes."""
        status = Path(f"/proc/{self.service.pid}/status").read_text(encoding="utf-8")
        self.service.stop()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def write_raw(folder: Path) -> dict[str, Any]:
    """Write a new table, as the client does for a new group."""
    import pyarrow as pa
    from deltalake import write_deltalake

    frame, place = _passengers(folder), folder / "raw"
    shutil.rmtree(place, ignore_errors=True)
    changes = {"delta.enableChangeDataFeed": "true"}
    seconds = _seconds(
        lambda: write_deltalake(place, pa.Table.from_pandas(frame, preserve_index=False), configuration=changes)
    )
    return {"seconds": seconds}


def write(folder: Path) -> dict[str, Any]:
    """Insert into a new group."""
    frame = _passengers(folder)
    shutil.rmtree(folder / "store", ignore_errors=True)
    session = _Session(folder)
    return {"seconds": _seconds(lambda: session.group("passengers").insert(frame)), "service": session.end()}


def read_raw(folder: Path) -> dict[str, Any]:
    """Read the files of the group that `write` has left."""
    import pandas as pd  # noqa: F401  to_pandas would spend its time on it
    import pyarrow.dataset as ds

    files = sorted((folder / "store/featuregroups/passengers_1").glob("*.parquet"))
    return {"seconds": _seconds(lambda: ds.dataset(files).to_table().to_pandas())}


def read(folder: Path) -> dict[str, Any]:
    """Read the group that `write` has left."""
    session = _Session(folder)
    group = session.store.get_feature_group("passengers", version=1)
    group.show(1)
    return {"seconds": _seconds(group.read), "service": session.end()}


def join(folder: Path) -> dict[str, Any]:
    """Write two groups, if they are not there, and join them; Feast gets the same rows as files."""
    import pandas as pd

    new = not (folder / "store").exists()
    session = _Session(folder)
    left, right = session.group("passengers"), session.group("fares")
    if new:
        frame = _passengers(folder)
        hours = pd.Timedelta("1h")
        earlier, later = (frame.assign(**{TIME: frame[TIME] + shift}) for shift in (-hours, hours))
        fares = pd.concat([earlier, later])[[KEY, TIME, "fare"]]
        people = frame.drop(columns="fare")
        for group, rows, name in ((left, people, "people"), (right, fares, "fares")):
            group.insert(rows)
            rows.to_parquet(folder / f"{name}.parquet", index=False)
    query = left.select_all().join(right.select(["fare"]), prefix="then_")
    found: list[pd.DataFrame] = []
    seconds = _seconds(lambda: found.append(query.read()))
    session.end()
    return {"seconds": seconds, "rows": len(found[0])}


def inserts(folder: Path) -> dict[str, Any]:
    """Insert a few rows again and again; medians of the last 20."""
    frame, rows = _few_passengers(), []
    session = _Session(folder)
    group, taken = session.group("passengers"), []
    most = int(os.environ["COMMITS"])
    for number in range(most + 1):
        taken.append(_seconds(lambda: group.insert(frame.assign(**{KEY: frame[KEY] + number * len(frame)}))))  # noqa: B023
        if number in {20, 300, most}:
            reads = median(_seconds(group.read) for _ in range(5))
            rows.append([number, median(taken[-20:]) * 1e3, max(taken[-40:]) * 1e3, reads * 1e3])
    session.end()
    return {"rows": rows}


def _few_passengers() -> pd.DataFrame:
    with TemporaryDirectory() as place:
        _synthesize(SMALL_ROWS, Path(place))
        return _passengers(Path(place))


def login(folder: Path) -> dict[str, Any]:
    """Start a service over the store that `inserts` has left, and log in."""
    session = _Session(folder)
    session.end()
    return {"seconds": session.login, "start": session.started}


WAYS = {
    "write raw": write_raw, "write": write, "read raw": read_raw, "read": read, "join": join, "inserts": inserts,
    "login": login,
}  # fmt: skip

if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # a process in which delta-rs has merged may abort at a slower end
