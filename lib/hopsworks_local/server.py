"""The serving process: folder, certificates, both servers, and when to end."""

import contextlib
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout

from hopsworks_local.backend import Backend
from hopsworks_local.credentials import Credentials
from hopsworks_local.engine import Engine
from hopsworks_local.errors import StoreError
from hopsworks_local.flight import FlightServer
from hopsworks_local.rest import make_app
from hopsworks_local.store import Store, remove

HOST = "127.0.0.1"
LOG_BYTES = 5 * 2**20
WATCH_SECONDS = 0.5


def serve(folder: Path, project: str, port: int, parent: int | None) -> None:
    """Serve a store until told to stop.

    Prints the environment variables with which clients log in, as lines `export NAME=VALUE`.

    Parameters
    ----------
    folder : Path
        The store.
    project : str
        Name of its project.
    port : int
        For REST; 0 takes a free one.
    parent : int or None
        The process with which to end; None serves until SIGINT or SIGTERM.

    Raises
    ------
    StoreError
        If the store cannot be used or the port is taken.
    """
    store = Store(folder, project)
    _log_to(store.folder / "logs")
    store.sweep()
    with _private_folder(store.folder / "services") as private:
        credentials = Credentials(private / "certificates")
        backend = Backend(store, Engine(store.folder), credentials)
        flight = FlightServer(backend)
        server = _Server(_configuration(backend, port))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.handle_exit)
        listener = _listen(port)
        _announce(backend, listener.getsockname()[1])
        if parent is not None:
            threading.Thread(target=_end_with, args=(parent, server), daemon=True).start()
        server.run(sockets=[listener])
        flight.shutdown()


class _Server(uvicorn.Server):
    """Ends quietly on a signal, instead of raising it again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what clients keep open without a request, so that nobody waits for it."""
        for connection in list(self.server_state.connections):
            if connection.cycle is None or connection.cycle.response_complete:
                connection.transport.abort()
        await super().shutdown(sockets)


def _configuration(backend: Backend, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(backend),
        host=HOST,
        port=port,
        ssl_context_factory=lambda config, default: backend.credentials.tls_context(),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
    )


def _listen(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio leaves Nagle on
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except (OSError, OverflowError) as error:
        raise StoreError(f"the port {port} cannot be used: {error}. Choose another, or 0 for a free one") from error
    bound.listen(2048)
    return bound


def _announce(backend: Backend, port: int) -> None:
    environment = {
        "HOPSWORKS_HOST": HOST,
        "HOPSWORKS_PORT": str(port),
        "HOPSWORKS_PROJECT": backend.store.project,
        "HOPSWORKS_API_KEY": backend.credentials.key,
        "HOPSWORKS_CERT_FOLDER": str(backend.credentials.folder),
        "HOPSWORKS_ENGINE": "python",
        "HOPSWORKS_HOSTNAME_VERIFICATION": "False",
    }
    for name, value in environment.items():
        sys.stdout.write(f"export {name}={value}\n")
    sys.stdout.write("\n")
    sys.stdout.flush()


def _end_with(parent: int, server: uvicorn.Server) -> None:
    """Stop when standard input closes or the parent is no longer ours; hurry if that takes long."""
    closed = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), closed.set()), daemon=True).start()
    while not closed.wait(WATCH_SECONDS) and os.getppid() == parent:
        pass
    server.should_exit = True
    if threading.Event().wait(5):
        return
    os._exit(0)


@contextlib.contextmanager
def _private_folder(services: Path) -> Iterator[Path]:
    """A folder of this service alone, readable by its owner; those of killed services are removed."""
    for other in services.iterdir():
        with contextlib.suppress(Timeout), FileLock(other / "lock", timeout=0):
            remove(other)
    private = services / str(os.getpid())
    private.mkdir(mode=0o700, exist_ok=True)
    with FileLock(private / "lock"):
        yield private
        remove(private)


def _log_to(folder: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(
        folder / f"service-{os.getpid()}.log", maxBytes=LOG_BYTES, backupCount=1, delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
