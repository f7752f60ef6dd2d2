"""Where the same work is done for many files: in threads of this process, or by the nodes of a Ray cluster.

An engine gets the work and the items, by name, and yields an outcome for each as it is done. Faults are outcomes too,
so that a file that fails holds up no other.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from lifeboat.errors import LifeboatError

T = TypeVar("T")
Work = Callable[[T], tuple[int, int]]
"""Does one item, and returns how many rows it holds now and how many were left out."""

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_BLOCKS = 10_000
_PATIENCE = 10.0


class Outcome(NamedTuple):
    """What became of one item; plain values, which every engine can carry.

    Attributes
    ----------
    name : str
        The item.
    rows, left_out : int
        How many rows it holds now, and how many were left out.
    fault : str
        Why it failed; empty if it did not.
    hopeless : bool
        Whether the others would fail as well: the disk is full, or cannot be written.
    """

    name: str
    rows: int = 0
    left_out: int = 0
    fault: str = ""
    hopeless: bool = False


Engine = Callable[[Work, Mapping[str, Any]], Generator[Outcome]]
"""Does the work for each item, by name; outcomes come in any order."""


class FilesFailed(LifeboatError):
    """Files that could not be made; the message has a line for each, and says how to go on."""


def attempt(work: Work, name: str, item: Any) -> Outcome:
    """Do one item, and return the fault if it fails.

    Parameters
    ----------
    work : callable
        See `Work`.
    name : str
        What the item is called.
    item : object
        What the work takes.
    """
    try:
        return Outcome(name, *work(item))
    except (LifeboatError, OSError, pa.ArrowException) as error:
        hopeless = isinstance(error, OSError) and error.errno in _OF_THE_DISK
        return Outcome(name, fault=str(error).splitlines()[0], hopeless=hopeless)


def carry_out(
    outcomes: Generator[Outcome], items: int, progress: Callable[[int], None] = lambda rows: None
) -> tuple[int, int]:
    """Wait for all outcomes, and count.

    Parameters
    ----------
    outcomes : generator
        As an `Engine` makes it; it is closed if the rest is hopeless.
    items : int
        How many there are in all.
    progress : callable, optional
        Called with the number of rows of each item that is done.

    Returns
    -------
    tuple of int
        Rows, and rows left out.

    Raises
    ------
    FilesFailed
        If some failed; the others are finished, unless no other would fare better.
    """
    done: list[Outcome] = []
    with closing(outcomes):
        for outcome in outcomes:
            done.append(outcome)
            progress(outcome.rows + outcome.left_out)
            if outcome.hopeless:
                break
    if faults := sorted(f"{outcome.name}: {outcome.fault}" for outcome in done if outcome.fault):
        finished = f"{len(faults)} of {items} files failed, {len(done) - len(faults)} are finished:"
        again = "Mend this and give the same command again: only what is missing is done."
        raise FilesFailed("\n".join([finished, *faults, again]))
    return sum(outcome.rows for outcome in done), sum(outcome.left_out for outcome in done)


def threads(workers: int | None = None) -> Engine:
    """Work in threads of this process.

    Parameters
    ----------
    workers : int, optional
        Items at a time; by default one for each processor.
    """

    def engine(work: Work, items: Mapping[str, Any]) -> Generator[Outcome]:
        pool = ThreadPoolExecutor(workers or os.cpu_count())
        try:
            running = [pool.submit(attempt, work, name, item) for name, item in items.items()]
            for done in as_completed(running):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C: what was begun is finished, nothing else is

    return engine


@contextmanager
def on_ray(address: str | None = None) -> Iterator[Engine]:
    """Work on a Ray cluster, as a Ray Data job with an item per task.

    Every node needs this library with its dependencies, and sees the folders under the same path. What a node was
    doing when it died, Ray gives to another one.

    Parameters
    ----------
    address : str, optional
        Of the cluster, as ``host:6379`` or ``auto`` for the one that this machine belongs to; without one, Ray starts
        on this machine alone.

    Raises
    ------
    LifeboatError
        If Ray is not installed, or the address does not answer.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError:
        raise LifeboatError("Ray is not installed: pip install 'lifeboat[scale]', on every node.") from None
    _check_address(address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING, include_dashboard=False)
    except (ConnectionError, ValueError, ray.exceptions.RayError) as error:
        raise LifeboatError(
            f"there is no Ray cluster at {address} that this process may use ({str(error).splitlines()[0]}): start one "
            "with `ray start --head`; if it has a token, set RAY_AUTH_MODE=token, with the token in ~/.ray/auth_token."
        ) from error
    try:
        yield _ray_data
    finally:
        ray.shutdown()


def _check_address(address: str | None) -> None:
    """Refuse an address that does not answer; Ray would try for two minutes and then end the process."""
    if address in (None, "auto", "local"):
        return
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdigit():
        raise LifeboatError(f"the Ray address is {address!r}; allowed: auto, or host:port such as 10.0.0.1:6379.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise LifeboatError(
            f"the Ray address {address} does not answer ({error}): start the cluster with `ray start --head`, or give "
            "the address that it named."
        ) from error


def _ray_data(work: Work, items: Mapping[str, Any]) -> Generator[Outcome]:
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.ERROR)  # it warns of what comes next
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False  # outcomes are the progress

    def one(row: dict[str, str]) -> dict[str, Any]:
        return attempt(work, row["name"], given[row["name"]])._asdict()

    given = dict(items)
    names = ray.data.from_items([{"name": name} for name in given], override_num_blocks=min(len(given), _BLOCKS))
    for row in names.map(one, num_cpus=1).iter_rows():
        yield Outcome(**row)
