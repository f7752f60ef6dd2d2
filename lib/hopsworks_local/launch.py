"""Start a service as a child process, and end it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from hopsworks_local.errors import StoreError

STOP_SECONDS = 10


class Service:
    """A running service; also a context manager that stops it. It ends when this object is forgotten.

    Attributes
    ----------
    environment : dict of str to str
        The variables with which a plain `hopsworks.login()` reaches it.
    """

    def __init__(self, process: subprocess.Popen, environment: dict[str, str]) -> None:
        self._process = process
        self.environment = environment

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the service; nothing happens if it has ended already."""
        self._process.stdin.close()  # it ends by that alone; the signal is quicker
        if self.running:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        """Return the service."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop the service."""
        self.stop()


def start(
    store: Path | str,
    *,
    port: int = 0,
    project: str | Sequence[str] | None = None,
    read_only: bool = False,
    record: Path | str | None = None,
) -> Service:
    """Start a service over a store; it ends with this process, even if that is killed.

    Parameters
    ----------
    store : Path
        The folder that holds everything; made if missing.
    port : int
        Of the REST interface on 127.0.0.1; 0 takes a free one.
    project : str or sequence of str, optional
        Projects, made if missing; a plain login enters the first. Default: those that the store holds, of which the
        oldest comes first; a new store gets `local`.
    read_only : bool
        Whether clients may not change anything.
    record : Path, optional
        A file to which what clients ask for in vain is added, for a report.

    Returns
    -------
    Service
        Once it answers.

    Raises
    ------
    StoreError
        If the store cannot be used or the port is taken.

    Examples
    --------
    >>> import os, hopsworks, hopsworks_local
    >>> with hopsworks_local.start("store") as service:  # doctest: +SKIP
    ...     os.environ.update(service.environment)
    ...     project = hopsworks.login()
    """
    command = [sys.executable, "-m", "hopsworks_local", "--store", str(Path(store).absolute()), "--port", str(port)]
    for name in [project] if isinstance(project, str) else project or []:
        command += ["--project", name]
    command += ["--read-only"] if read_only else []
    command += ["--record", str(Path(record).absolute())] if record else []
    process = subprocess.Popen(
        [*command, "--parent", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # an interrupt of this process, as by Ctrl-C, is none of the service's business
    )
    lines = []
    for line in process.stdout:
        if not line.strip():
            return Service(process, dict(_variable(line) for line in lines if line.startswith("export ")))
        lines.append(line)
    Service(process, {}).stop()
    reason = lines[-1].strip().removeprefix("hopsworks_local: ") if lines else f"exit code {process.returncode}"
    raise StoreError(f"the service did not start: {reason}")


def _variable(line: str) -> tuple[str, str]:
    name, _, value = shlex.split(line)[1].partition("=")
    return name, value
