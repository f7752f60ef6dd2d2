"""Where everything is kept: the Hopsworks of the environment, else a local one over a folder."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from lifeboat.errors import LifeboatError

if TYPE_CHECKING:
    from hopsworks.project import Project

    from hopsworks_local import Service


def project_folder() -> Path:
    """Return the folder of the project: the one that holds ``lib/``, or the working directory of an installed copy."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").exists() else Path.cwd()


def store_folder() -> Path:
    """Return the folder of the local store: ``LIFEBOAT_STORE``, or ``store/`` in the project's folder."""
    return Path(os.environ.get("LIFEBOAT_STORE") or project_folder() / "store").expanduser().resolve()


def is_local() -> bool:
    """Say whether `login` will use the local service: no Hopsworks key is in the environment."""
    return not os.environ.get("HOPSWORKS_API_KEY")


def login() -> Project:
    """Log in to Hopsworks: the one that ``HOPSWORKS_API_KEY`` opens, else a local service over `store_folder`.

    The local service is started once a process (see `serve`), ends with it, and serves its child processes too; if it
    has been killed, the next login starts it again.

    Returns
    -------
    hopsworks.project.Project
        As ``hopsworks.login()`` returns it.

    Raises
    ------
    LifeboatError
        If the store cannot be served, or Hopsworks cannot be reached or refuses the key.
    """
    serve()
    import requests

    hopsworks = _client()
    from hopsworks.client.exceptions import RestAPIError

    try:
        with quiet():
            return hopsworks.login(engine="python", cert_folder=_certificates().name)
    except (RestAPIError, requests.exceptions.RequestException) as error:
        address = f"{os.environ.get('HOPSWORKS_HOST', 'the Hopsworks cloud')}:{os.environ.get('HOPSWORKS_PORT', 443)}"
        raise LifeboatError(
            f"Hopsworks at {address} did not let us in: {_reason(error)}. "
            "Check HOPSWORKS_API_KEY, HOPSWORKS_HOST and HOPSWORKS_PROJECT, or unset them to use the local store."
        ) from error


def serve() -> dict[str, str]:
    """Start the local service, unless it runs or the environment names a Hopsworks, and name it in the environment.

    Returns
    -------
    dict of str to str
        The variables that name it; nothing if it is not of this process.

    Raises
    ------
    LifeboatError
        If the store's folder cannot be used.
    """
    with _turn:
        folder = store_folder() if is_local() else _own_folder()
        if folder is None:
            return {}
        environment = _serve(folder).environment
        os.environ.update(environment)
        return environment


def exists() -> bool:
    """Say whether a local service has ever kept its store in `store_folder`."""
    import hopsworks_local

    return hopsworks_local.is_store(store_folder())


def snapshot(folder: Path) -> None:
    """Copy the local store to a new folder, without keys and logs; others may go on writing to it meanwhile.

    Raises
    ------
    LifeboatError
        If the store is damaged.
    """
    import hopsworks_local

    try:
        hopsworks_local.snapshot(store_folder(), folder)
    except hopsworks_local.StoreError as error:
        raise LifeboatError(f"{error}.") from error


@contextlib.contextmanager
def temporary() -> Iterator[None]:
    """Serve an empty store in a temporary folder to this process and its children, whatever the environment names."""
    import hopsworks_local

    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, hopsworks_local.start(Path(folder)) as service:
        os.environ.update(service.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None and response.status_code == 401:
        return "the key is refused (401)"
    return str(error).splitlines()[0]


_services: dict[Path, Service] = {}
_turn = threading.Lock()


def _own_folder() -> Path | None:
    """The folder of the service that the environment names, if this process started it."""
    key = os.environ["HOPSWORKS_API_KEY"]
    own = [folder for folder, service in _services.items() if service.environment["HOPSWORKS_API_KEY"] == key]
    return own[0] if own else None


def _serve(folder: Path) -> Service:
    import hopsworks_local

    if folder not in _services or not _services[folder].running:
        try:
            _services[folder] = hopsworks_local.start(folder)
        except hopsworks_local.ServiceError as error:
            raise LifeboatError(str(error)) from error
    return _services[folder]


@cache
def _certificates() -> tempfile.TemporaryDirectory:
    """A folder of this process alone: a client that ends removes its certificates, and would remove those of others."""
    return tempfile.TemporaryDirectory(prefix="lifeboat-certificates-", ignore_cleanup_errors=True)


def _client() -> ModuleType:
    """Import the client, quietly: its INFO log for all libraries, a widget's warning and its animation are turned off.

    The animation sleeps half a second a read and prints timings into notebooks; it is all that we touch in the client.
    """
    warnings.filterwarnings("ignore", "IProgress not found")
    logging.basicConfig(level=logging.WARNING)  # the client leaves a log alone that is set up
    import hopsworks
    from hsfs.engine import python as engine

    engine.util._run_with_loading_animation = lambda _message, function, *args, **kwargs: function(*args, **kwargs)
    return hopsworks


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Mute what the client prints (addresses, timings, progress bars); show it if the block fails."""
    spoken = io.StringIO()
    try:
        with contextlib.redirect_stdout(spoken), contextlib.redirect_stderr(spoken):
            yield
    except Exception:
        sys.stderr.write(spoken.getvalue())
        raise
