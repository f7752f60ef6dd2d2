"""Kill the local service and its clients at random moments, and let many programs write and read at once.

    python -m benchmarks.store_faults --kills 200                   a quarter of an hour
    python -m benchmarks.store_faults --programs 8 --seconds 60     three minutes

Kills: a client inserts, upserts, saves models, uploads, makes training data or deletes, and notes in a journal what it
begins and what was acknowledged. By turns the service, the client or both are killed (kill -9). Then a new service must
give back all that was acknowledged, once, and nothing by halves.

Programs: each of 8 upserts rows of its own and rows that all share, while 8 others read; first all at one service, then
each at a service of its own over one folder. Of two upserts that cross, Delta refuses one (`CommitFailedError`), and it
is repeated; every other error counts.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pandas as pd
import psutil
from rich.progress import track

import hopsworks_local

SEED = 1912
LONGEST, LONGEST_DELETE = 1.5, 0.3  # seconds from when a client is ready to the kill
SHARED, BATCH, BASE, DOOMED = 50, 20, 500, 10  # rows
DELETES, TURNS = 8, 10_000  # of a client, if it lives so long
FILE_BYTES = 200_000
VICTIMS = ("service", "client", "both")
TWO_DAYS = 2 * 24 * 3600

fork = multiprocessing.get_context("forkserver")  # every program begins with the client imported
fork.set_forkserver_preload([__name__, "hopsworks", "hsfs.feature_store", "hsml.engine.model_engine"])


def main(arguments: Sequence[str] = ()) -> None:
    """Do what the command line says, and end with code 1 if anything is lost, doubled or torn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--programs", type=int, default=0, help="how many write, and how many read")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    wrong: list[str] = []
    with TemporaryDirectory() as place:
        if given.kills:
            wrong += kills(Path(place, "kills"), given.kills, given.seed)
        for shared in (True, False) if given.programs else ():
            wrong += programs(Path(place, f"shared {shared}"), given.programs, given.seconds, shared=shared)
    print("\n".join(wrong) or "nothing is lost, doubled or torn")
    sys.exit(bool(wrong))


class Journal:
    """What was begun and what was acknowledged: lines `begin KIND NAME` and `done KIND NAME`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, verb: str, kind: str, name: object) -> None:
        """Add a line; a kill does not take it away again."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{verb} {kind} {name}\n")

    def names(self, verb: str, kind: str) -> list[str]:
        """Return the names in the lines with this verb and kind."""
        words = [line.split() for line in self._path.read_text(encoding="utf-8").splitlines()]
        return [name for found, what, name in words if (found, what) == (verb, kind)]


class Deeds:
    """What a client does, and whether it is there: all of it, nothing of it, or `AssertionError`.

    Parameters
    ----------
    environment : dict
        Of the service to log in to.
    folder : Path
        Where the journal, the store and files to upload are.
    """

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._project, self._folder = log_in(environment), folder
        self._store = self._project.get_feature_store()
        self._models = self._project.get_model_registry()
        self.journal = Journal(folder / "journal")

    def _group(self, name: str) -> Any:
        return self._store.get_or_create_feature_group(name, version=1, primary_key=["id"])

    def _rows(self, name: str) -> pd.DataFrame:
        known = {group.name for group in self._store.get_feature_groups()}
        return self._store.get_feature_group(name, version=1).read() if name in known else pd.DataFrame({"mark": []})

    def insert(self, name: str) -> None:
        """Add rows that are nowhere else."""
        first = random.Random(name).getrandbits(50)
        rows = pd.DataFrame({"id": range(first, first + BATCH), "mark": name})
        self._group("inserted").insert(rows, operation="insert")

    def check_insert(self, begun: list[str], done: list[str]) -> None:
        """Every batch is there once or not at all."""
        found = self._rows("inserted")["mark"].value_counts()
        assert set(found) <= {BATCH}, f"{dict(found)}"
        assert set(done) <= set(found.index) <= set(begun)

    def upsert(self, name: str) -> None:
        """Change all rows."""
        self._group("upserted").insert(pd.DataFrame({"id": range(SHARED), "mark": name}))

    def check_upsert(self, begun: list[str], done: list[str]) -> None:
        """All rows are as the last acknowledged upsert has left them, or one that was begun after it."""
        found = self._rows("upserted")["mark"]
        last = begun.index(done[-1]) if done else 0
        assert (len(found), found.nunique()) == (SHARED, 1) or not (done or len(found)), f"{found.value_counts()}"
        assert set(found) <= set(begun[last:])

    def model(self, name: str) -> None:
        """Save a model."""
        file = self._folder / "weights"
        file.write_text(name, encoding="utf-8")
        self._models.python.create_model(f"m{name}").save(str(file))

    def check_model(self, begun: list[str], done: list[str]) -> None:
        """What is registered has its file."""
        there = {name for name in begun if self._models.get_models(f"m{name}")}
        files = self._files / "Models"
        assert all((files / f"m{name}/1/Files/weights").read_text(encoding="utf-8") == name for name in there)
        assert set(done) <= there

    def upload(self, name: str) -> None:
        """Upload a file."""
        file = self._folder / f"file{name}"
        file.write_bytes(_content(name))
        self._project.get_dataset_api().upload(str(file), "Resources")
        file.unlink()

    def check_upload(self, begun: list[str], done: list[str]) -> None:
        """A file is whole or not there."""
        files = {name: self._files / f"Resources/file{name}" for name in begun}
        there = {name: file for name, file in files.items() if file.exists()}
        assert all(file.read_bytes() == _content(name) for name, file in there.items())
        assert set(done) <= set(there)

    def dataset(self, name: str) -> str:
        """Write training data, and return the version."""
        group = self._group("base")
        if not group.id:
            group.insert(pd.DataFrame({"id": range(BASE)}))
        view = self._store.get_or_create_feature_view("view", version=1, query=group.select_all())
        return view.create_training_data(data_format="parquet")[0]

    def check_dataset(self, begun: list[str], done: list[str]) -> None:
        """Every version that is listed is whole."""
        if not done:
            return
        view = self._store.get_feature_view("view", version=1)
        there = [dataset.version for dataset in view.get_training_datasets()]
        assert len(set(there)) == len(there) <= len(begun)
        assert {int(version) for version in done} <= set(there)
        folders = [self._files / f"local_Training_Datasets/view_1_{version}" for version in there]
        assert all(len(pd.read_parquet(folder)) == BASE for folder in folders)

    def doom(self, name: str) -> None:
        """Make a group and a model that will be deleted."""
        self._group(f"g{name}").insert(pd.DataFrame({"id": range(DOOMED)}))
        file = self._folder / "weights"
        file.write_text(name, encoding="utf-8")
        self._models.python.create_model(f"g{name}").save(str(file))

    def delete(self, name: str) -> None:
        """Delete a group and a model."""
        self._group(f"g{name}").delete()
        self._models.get_model(f"g{name}", 1).delete()

    def check_delete(self, begun: list[str], done: list[str]) -> None:
        """What is left of a group can be read, and what is gone is gone from the disk too."""
        known = {group.name for group in self._store.get_feature_groups()}
        for name in set(begun):
            table = self._folder / f"store/featuregroups/g{name}_1"
            model = self._models.get_models(f"g{name}")
            assert table.exists() == (f"g{name}" in known), f"{table}"
            assert not table.exists() or len(self._rows(f"g{name}")) == DOOMED
            assert (self._files / f"Models/g{name}/1").exists() == bool(model)
            assert name not in done or not (table.exists() or model)

    @property
    def _files(self) -> Path:
        return self._folder / "store/files/Projects/local"


KINDS = ("insert", "upsert", "model", "upload", "dataset", "delete")


def _content(name: str) -> bytes:
    return random.Random(name).randbytes(FILE_BYTES)


def log_in(environment: dict[str, str]) -> Any:
    """Log in, without the pauses of the client that change nothing."""
    os.environ.update(environment)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        for stream in (sys.stdout, sys.stderr):  # on which the client is talkative
            os.dup2(nowhere.fileno(), stream.fileno())
    import hopsworks
    from hopsworks_common import util
    from hsml.engine import model_engine

    logging.disable(logging.WARNING)
    util._loading_animation = lambda *arguments: None
    model_engine.time = SimpleNamespace(sleep=lambda seconds: None, time=time.time)
    return hopsworks.login()


def work(environment: dict[str, str], folder: Path, kind: str, number: int) -> None:
    """Do the same again and again, until killed or until the service is."""
    deeds = Deeds(environment, folder)
    names = [f"{number}_{turn}" for turn in range(DELETES if kind == "delete" else TURNS)]
    for name in names if kind == "delete" else ():
        deeds.doom(name)
    deeds.journal.write("ready", "client", number)
    for name in names:
        deeds.journal.write("begin", kind, name)
        version = getattr(deeds, kind)(name)
        deeds.journal.write("done", kind, version or name)
    time.sleep(LONGEST)


def check(environment: dict[str, str], folder: Path, kinds: Sequence[str]) -> list[str]:
    """Return what is not as the journal says."""
    deeds, wrong = Deeds(environment, folder), []
    for kind in kinds:
        begun, done = deeds.journal.names("begin", kind), deeds.journal.names("done", kind)
        try:
            getattr(deeds, f"check_{kind}")(begun, done)
        except Exception as error:
            wrong.append(f"{kind}: {error!r}")
    return wrong


def kills(folder: Path, times: int, seed: int) -> list[str]:
    """Kill as often as said, check after each time, and return what was wrong."""
    folder.mkdir()
    (folder / "journal").touch()
    chance, hits, wrong = random.Random(seed), Counter(), []
    for number in track(range(times), "kills", transient=True):
        victim, kind = VICTIMS[number % len(VICTIMS)], KINDS[number // len(VICTIMS) % len(KINDS)]
        _kill(folder, victim, kind, number, chance.uniform(0, LONGEST_DELETE if kind == "delete" else LONGEST))
        journal = Journal(folder / "journal")
        hits[kind] += len(journal.names("begin", kind)) > len(journal.names("done", kind)) + hits[kind]
        found = _checked(folder, [kind])
        wrong += [f"kill {number}, of the {victim}: {what}" for what in found]
    wrong += _checked(folder, KINDS) + _leftovers(folder / "store")
    done = {kind: len(Journal(folder / "journal").names("done", kind)) for kind in KINDS}
    print(f"{times} kills, {hits.total()} in the middle of something: {dict(hits)}; acknowledged: {done}")
    return wrong


def _kill(folder: Path, victim: str, kind: str, number: int, moment: float) -> None:
    service = hopsworks_local.start(folder / "store")
    client = fork.Process(target=work, args=(service.environment, folder, kind, number))
    client.start()
    while str(number) not in Journal(folder / "journal").names("ready", "client"):
        if not client.is_alive():
            sys.exit("a client has ended before it was killed")
        time.sleep(0.02)
    time.sleep(moment)
    if victim != "client":
        psutil.Process(service.pid).kill()
    client.kill()  # one whose service is gone could only wait for it
    client.join()
    service.stop()


def _checked(folder: Path, kinds: Sequence[str]) -> list[str]:
    with hopsworks_local.start(folder / "store") as service, ProcessPoolExecutor(1, mp_context=fork) as pool:
        return pool.submit(check, service.environment, folder, kinds).result()


def _leftovers(store: Path) -> list[str]:
    """What a service does not clean up that is started two days later, and what `verify` calls damaged or unknown."""
    then = time.time() - TWO_DAYS
    for file in store.rglob("*"):
        os.utime(file, (then, then), follow_symlinks=False)
    hopsworks_local.start(store).stop()
    left = [file for name in ("uploads", "trash", "services") for file in (store / name).iterdir()]
    command = [sys.executable, "-m", "hopsworks_local", "verify", "--store", str(store)]
    said = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    bad = [line for line in said if "DAMAGED" in line or "unknown" in line]
    return [f"left over: {file}" for file in left] + bad


def programs(folder: Path, number: int, seconds: float, *, shared: bool) -> list[str]:
    """Let so many programs write, and as many read, and return what was wrong."""
    first = hopsworks_local.start(folder)
    services = [first] + [hopsworks_local.start(folder) for _ in range(0 if shared else 2 * number - 1)]
    environments = [service.environment for service in services] * (2 * number if shared else 1)
    with ProcessPoolExecutor(2 * number, mp_context=fork) as pool:
        pool.submit(_begin, environments[0]).result()
        until = time.time() + seconds
        writers = [pool.submit(_write, environments[n], n + 1, until) for n in range(number)]
        readers = [pool.submit(_read, environments[number + n], until) for n in range(number)]
        written, reads = [future.result() for future in writers], [future.result() for future in readers]
        rows = pool.submit(_all_rows, environments[0]).result()
    for service in services:
        service.stop()
    wrong = [what for *_, errors in (*written, *reads) for what in errors] + _torn(rows)
    marks = Counter(rows.loc[rows["id"] >= SHARED, "mark"])
    expected = Counter({mark: BATCH for acknowledged, *_ in written for mark in acknowledged})
    wrong += [f"counts differ: {marks - expected} and {expected - marks}"] if marks != expected else []
    acknowledged, repeated = len(expected), sum(repeated for _, repeated, _ in written)
    print(
        f"{number} writers and {number} readers, {'one service' if shared else 'each with a service of its own'}: "
        f"{acknowledged} upserts acknowledged, {repeated} repeated, {sum(n for n, _ in reads)} reads, "
        f"{len(rows):,} rows in the end"
    )
    return wrong


def _begin(environment: dict[str, str]) -> None:
    group = log_in(environment).get_feature_store().get_or_create_feature_group("g", version=1, primary_key=["id"])
    group.insert(pd.DataFrame({"id": range(SHARED), "mark": "0"}))


def _write(environment: dict[str, str], writer: int, until: float) -> tuple[list[str], int, list[str]]:
    """Upsert until a moment; return the acknowledged marks, how many were repeated, and errors."""
    from deltalake.exceptions import CommitFailedError

    group = log_in(environment).get_feature_store().get_feature_group("g", version=1)
    chance, acknowledged, repeated, errors = random.Random(writer), [], 0, []
    for turn in count():
        mark = f"{writer}_{turn}"
        own = 1_000_000 * writer + BATCH * turn
        rows = pd.DataFrame({"id": [*range(SHARED), *range(own, own + BATCH)], "mark": mark})
        while True:
            try:
                group.insert(rows)
                acknowledged.append(mark)
                break
            except CommitFailedError:
                repeated += 1
                time.sleep(chance.uniform(0, 0.5))
            except Exception as error:
                return acknowledged, repeated, [*errors, f"writer {writer}: {error!r}"]
        if time.time() > until:
            return acknowledged, repeated, errors


def _read(environment: dict[str, str], until: float) -> tuple[int, list[str]]:
    """Read until a moment; return how often, and what was wrong."""
    group = log_in(environment).get_feature_store().get_feature_group("g", version=1)
    errors: list[str] = []
    for reads in count():
        try:
            errors += _torn(group.read())
        except Exception as error:
            errors.append(f"reader: {error!r}")
        if time.time() > until:
            return reads + 1, errors


def _torn(rows: pd.DataFrame) -> list[str]:
    """What shows that a read saw half of a write."""
    shared, own = rows[rows["id"] < SHARED], rows[rows["id"] >= SHARED]
    whole = len(shared) == SHARED and shared["mark"].nunique() == 1 and rows["id"].is_unique
    return [] if whole and set(own["mark"].value_counts()) <= {BATCH} else ["a torn read"]


def _all_rows(environment: dict[str, str]) -> pd.DataFrame:
    return log_in(environment).get_feature_store().get_feature_group("g", version=1).read()


if __name__ == "__main__":
    main(sys.argv[1:])
