"""Where everything is kept: the Hopsworks of the environment, else a local one over a folder."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lifeboat.errors import LifeboatError
from lifeboat.quiet_client import quiet

if TYPE_CHECKING:
    from hopsworks.project import Project

    from hopsworks_local import Service


PROJECT = "titanic"
"""The project of a local store. In the cloud it is the one that the key belongs to."""

_SERVED = "LIFEBOAT_SERVED_STORE"
"""Names the folder of the local service that another process serves, beside the variables that lead to it."""

_VARIABLES = {f"HOPSWORKS_{name}" for name in ("HOST", "PORT", "PROJECT", "API_KEY", "ENGINE", "CERT_FOLDER")} | {
    "HOPSWORKS_HOSTNAME_VERIFICATION",
    "HOPSWORKS_TRUST_STORE_PATH",
    _SERVED,
    "no_proxy",
    "NO_PROXY",
}


def project_folder() -> Path:
    """Return the folder of the project: the one that holds ``lib/``, or the working directory of an installed copy."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").exists() else Path.cwd()


def store_folder() -> Path:
    """Return the folder of the local store: ``LIFEBOAT_STORE``, or ``store/`` in the project's folder."""
    return Path(os.environ.get("LIFEBOAT_STORE") or project_folder() / "store").expanduser().resolve()


@dataclass(frozen=True)
class Home:
    """The Hopsworks that is in use.

    Attributes
    ----------
    folder : Path or None
        Where the local service keeps its store; None for a Hopsworks elsewhere.
    variables : mapping of str to str
        What the environment of another process must hold, so that its `login` (or a plain ``hopsworks.login()``)
        reaches the same one.
    """

    folder: Path | None
    variables: Mapping[str, str]

    def __str__(self) -> str:
        """Say which one it is."""
        return "a local service" if self.folder else self.variables.get("HOPSWORKS_HOST", "the Hopsworks cloud")


def is_local() -> bool:
    """Say whether the local service is used: there is no Hopsworks key in the environment but that of the service."""
    return not os.environ.get("HOPSWORKS_API_KEY") or _SERVED in os.environ


def home() -> Home:
    """Return the Hopsworks in use: the one whose key is in the environment, else a local service, which is started.

    This is the one place that asks. The service is started once per process and folder, and again if it was killed.

    Raises
    ------
    LifeboatError
        If the store's folder cannot be used.
    """
    if os.environ.get("HOPSWORKS_API_KEY"):
        served = os.environ.get(_SERVED)
        return Home(Path(served) if served else None, {name: os.environ[name] for name in _VARIABLES & set(os.environ)})
    folder = store_folder()
    with _turn:
        return Home(folder, {**_serve(folder).environment, _SERVED: str(folder)})


def login() -> Project:
    """Log in to the `home` of the system.

    The local service ends with this process, and serves its child processes too if they are told (`handed_over`).

    Returns
    -------
    hopsworks.project.Project
        As ``hopsworks.login()`` returns it.

    Raises
    ------
    LifeboatError
        If the store cannot be served, or Hopsworks cannot be reached or refuses the key.
    """
    loading = threading.Thread(target=prepare)  # which takes as long as the local service takes to start
    loading.start()
    found = home()
    loading.join()
    import requests

    hopsworks = _client()
    from hopsworks.client.exceptions import RestAPIError

    try:
        with quiet():
            return hopsworks.login(**_arguments(found.variables), engine="python", cert_folder=_certificates().name)
    except (RestAPIError, requests.exceptions.RequestException) as error:
        raise LifeboatError(
            f"Hopsworks at {found}:{found.variables.get('HOPSWORKS_PORT', 443)} did not let us in: {_reason(error)}. "
            "Check HOPSWORKS_API_KEY, HOPSWORKS_HOST and HOPSWORKS_PROJECT, or unset them to use the local store."
        ) from error


def prepare() -> None:
    """Import the client, which takes seconds, so that the next `login` is quick."""
    _client()


def _arguments(variables: Mapping[str, str]) -> dict[str, Any]:
    """What the client would read from the environment, as arguments of its login."""
    _go_direct(variables)
    return {
        "host": variables.get("HOPSWORKS_HOST"),
        "port": int(variables.get("HOPSWORKS_PORT", 443)),
        "project": variables.get("HOPSWORKS_PROJECT"),
        "api_key_value": variables["HOPSWORKS_API_KEY"],
        "hostname_verification": variables.get("HOPSWORKS_HOSTNAME_VERIFICATION", "").lower() == "true",
        "trust_store_path": variables.get("HOPSWORKS_TRUST_STORE_PATH"),
    }


def _go_direct(variables: Mapping[str, str]) -> None:
    """Where a proxy is set, its exceptions are read from the environment alone: the local service is one."""
    os.environ.update({name: variables[name] for name in ("no_proxy", "NO_PROXY") if name in variables})


def adopt(variables: Mapping[str, str]) -> None:
    """Take over the home of another process: what its ``home().variables`` said."""
    os.environ.update(variables)


@contextlib.contextmanager
def handed_over() -> Iterator[None]:
    """Let the processes that are started in this block find the home of this one in their environment."""
    with in_environment(home().variables):
        yield


@contextlib.contextmanager
def in_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for this block and the processes that are started in it."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


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

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        service = stack.enter_context(hopsworks_local.start(Path(folder), project=PROJECT))
        stack.enter_context(in_environment({**service.environment, _SERVED: folder}))
        yield


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None and response.status_code == 401:
        return "the key is refused (401)"
    return str(error).splitlines()[0]


_services: dict[Path, Service] = {}
_turn = threading.Lock()


def _serve(folder: Path) -> Service:
    import hopsworks_local

    if folder not in _services or not _services[folder].running:
        try:
            _services[folder] = hopsworks_local.start(folder, project=PROJECT)
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
