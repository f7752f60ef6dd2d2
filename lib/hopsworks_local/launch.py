"""Start a service as a child process, and end it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from hopsworks_local.errors import StoreError

STOP_SECONDS = 10


class Service:
    """A running service; also a context manager that stops it.

    Attributes
    ----------
    environment : dict of str to str
        The variables with which a plain `hopsworks.login()` reaches it.
    """

    def __init__(self, process: subprocess.Popen, environment: dict[str, str]) -> None:
        self._process = process
        self.environment = environment

    def stop(self) -> None:
        """End the service; nothing happens if it has ended already."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()

    def __enter__(self) -> Self:
        """Return the service."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop the service."""
        self.stop()


def start(store: Path | str, *, port: int = 0, project: str = "titanic") -> Service:
    """Start a service over a store; it ends with this process, even if that is killed.

    Parameters
    ----------
    store : Path
        The folder that holds everything; made if missing.
    port : int
        Of the REST interface on 127.0.0.1; 0 takes a free one.
    project : str
        Name of the store's project.

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
    command = [sys.executable, "-m", "hopsworks_local", "--store", str(store), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--project", project, "--parent", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    environment = {}
    for line in process.stdout:
        if not line.strip():
            return Service(process, environment)
        name, _, value = line.removeprefix("export ").strip().partition("=")
        environment[name] = value
    error = process.stderr.read().strip()
    Service(process, environment).stop()
    raise StoreError(error.splitlines()[-1].removeprefix("hopsworks_local: ") if error else "the service did not start")
