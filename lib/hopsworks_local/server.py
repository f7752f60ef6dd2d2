"""The serving process: folder, certificates, both servers, and when to end."""

import asyncio
import contextlib
import logging
import logging.handlers
import os
import shlex
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout
from uvicorn.protocols.http.h11_impl import H11Protocol

from hopsworks_local.backend import Backend
from hopsworks_local.compaction import shorten_logs
from hopsworks_local.credentials import Credentials
from hopsworks_local.engine import Engine
from hopsworks_local.errors import StoreError
from hopsworks_local.flight import FlightServer
from hopsworks_local.rest import make_app
from hopsworks_local.store import Store, remove

HOST = "127.0.0.1"
BACKLOG = 1024
LOG_BYTES = 5 * 2**20
WATCH_SECONDS = 0.5
GRACE_SECONDS = 5
IDLE_SECONDS = 60  # until the headers of a connection's first or next request must be there
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")


def serve(stores: list[Store], port: int, parent: int | None, read_only: bool, record: Path | None) -> None:
    """Serve the projects of a folder until told to stop.

    Prints the environment variables with which clients log in, as lines `export NAME=VALUE`, and an empty line.

    Parameters
    ----------
    stores : list of Store
        What to serve; a plain login enters the first one.
    port : int
        For REST; 0 takes a free one.
    parent : int or None
        The process with which to end; None serves until SIGINT or SIGTERM.
    read_only : bool
        Whether changes are refused.
    record : Path or None
        A file to which requests that are not supported are added.

    Raises
    ------
    StoreError
        If the port is taken.
    """
    for store in stores if not read_only else []:
        store.sweep()
    if not read_only:
        shorten_logs(stores)
    folder = stores[0].folder
    listener = _listen(port)
    log = folder / "logs" / f"{datetime.now():%Y-%m-%dT%H-%M-%S}-{os.getpid()}.log"
    with _private_folder(folder / "services") as private:
        engine, credentials = Engine(folder, private / "spill"), Credentials(private / "certificates")
        served = {store.project: store.project_id for store in stores}
        backends = [Backend(store, engine, credentials, served, read_only) for store in stores]
        flight, server = FlightServer(backends), _Server(backends, record)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.handle_exit)
        if parent is not None:
            threading.Thread(target=_end_with, args=(parent, server), daemon=True).start()
        threading.Thread(target=_warm_up, args=(engine,), daemon=True).start()
        _log_to(log)
        _announce(environment(backends[0], listener.getsockname()[1]))
        server.run(sockets=[listener])
        stores[0].metadata.checkpoint()
        threading.Thread(target=_hurry, daemon=True).start()
        flight.shutdown()


def _warm_up(engine: Engine) -> None:
    """Load what takes time; the service answers meanwhile."""
    import deltalake  # noqa: F401

    import hopsworks_local.training_files  # noqa: F401

    engine.warm_up()


def environment(backend: Backend, port: int) -> dict[str, str]:
    """Return the variables with which a plain `hopsworks.login()` reaches the service."""
    variables = {
        "HOPSWORKS_HOST": HOST,
        "HOPSWORKS_PORT": str(port),
        "HOPSWORKS_PROJECT": backend.store.project,
        "HOPSWORKS_API_KEY": backend.credentials.key,
        "HOPSWORKS_CERT_FOLDER": str(backend.credentials.folder),
        "HOPSWORKS_ENGINE": "python",
        "HOPSWORKS_HOSTNAME_VERIFICATION": "True",
        "HOPSWORKS_TRUST_STORE_PATH": str(backend.credentials.trust_store),
    }
    if any(name.lower() in PROXIES for name in os.environ):
        direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        variables["no_proxy"] = variables["NO_PROXY"] = f"{direct},{HOST}" if direct else HOST
    return variables


class _Http(H11Protocol):
    """Closes connections whose request does not come, or comes without ever getting to the end of its headers."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start the clock, as uvicorn does after each answer."""
        super().connection_made(transport)
        wait, close = self.timeout_keep_alive, self.timeout_keep_alive_handler
        self.timeout_keep_alive_task = self.loop.call_later(wait, close)

    def data_received(self, data: bytes) -> None:
        """Let the clock run until the headers are complete; uvicorn would stop it at the first byte."""
        self.conn.receive_data(data)
        self.handle_events()


class _Server(uvicorn.Server):
    """REST over TLS, which ends without a word."""

    def __init__(self, backends: list[Backend], record: Path | None) -> None:
        super().__init__(
            uvicorn.Config(
                make_app(backends, record),
                ssl_context_factory=lambda config, default: backends[0].credentials.tls_context(),
                log_config=None,
                access_log=False,
                ws="none",
                lifespan="off",
                http=_Http,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`; uvicorn would raise them again at the end."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close connections without a request, which clients keep open, so that nobody waits for them."""
        for connection in list(self.server_state.connections):
            if connection.cycle is None or connection.cycle.response_complete:
                connection.transport.abort()
        await super().shutdown(sockets)


def _listen(port: int) -> socket.socket:
    # without the protocol's number, asyncio would leave Nagle's algorithm on: 40 ms per answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        raise StoreError(f"the port {port} cannot be used: {error}; choose another, or 0 for a free one") from error
    return listener


def _announce(variables: dict[str, str]) -> None:
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    sys.stdout.write("".join(lines) + "\n")
    sys.stdout.flush()


def _end_with(parent: int, server: uvicorn.Server) -> None:
    """Stop when standard input closes or the parent is gone."""
    closed = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(closed,), daemon=True).start()
    while not closed.wait(WATCH_SECONDS) and os.getppid() == parent:
        pass
    server.should_exit = True


def _wait_for_end_of_input(closed: threading.Event) -> None:
    while os.read(0, 1024):
        pass
    closed.set()


def _hurry() -> None:
    """End all the same if a client is still reading after a while."""
    threading.Event().wait(GRACE_SECONDS)
    os._exit(0)


@contextlib.contextmanager
def _private_folder(services: Path) -> Iterator[Path]:
    """A folder of this service alone, readable by its owner; those of killed services are removed."""
    for other in services.iterdir():
        with contextlib.suppress(Timeout, OSError), FileLock(other / "lock", timeout=0):
            remove(other)
    private = services / uuid.uuid4().hex
    private.mkdir(mode=0o700)
    with FileLock(private / "lock"):
        yield private
        remove(private)


def _log_to(file: Path) -> None:
    """Write to a file, also what libraries say on standard error."""
    handler = logging.handlers.RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=1)
    os.dup2(handler.stream.fileno(), sys.stderr.fileno())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
