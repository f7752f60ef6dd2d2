"""The read path: Arrow Flight over mutual TLS."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from hopsworks_local import request_bodies
from hopsworks_local.backend import Backend
from hopsworks_local.engine import BATCH_ROWS
from hopsworks_local.errors import BadRequest, NotFound, NotSupported, ServiceError, as_unwritable
from hopsworks_local.materialising import create_by_flight
from hopsworks_local.parsing import parse

QUERY_SERVICE_VERSION = b"5.2"
ACTIONS = {
    "healthcheck": "whether the service answers",
    "get-version": "the version of the query service",
    "create-training-dataset": "writes the files of a training dataset",
}
log = logging.getLogger(__name__)


def _reported(method: Callable) -> Callable:
    """Let errors reach the log, and the client: it shows a message of Flight only if no data were found."""

    @wraps(method)
    def reporting(*arguments: Any) -> Any:
        try:
            return method(*arguments)
        except ServiceError as error:
            log.warning("Flight %s -> %s", method.__name__, error.message)
            raise fl.FlightServerError(f"No data found: {error.message}") from error
        except Exception as error:
            if full := as_unwritable(error):
                raise fl.FlightServerError(full.message) from error
            log.exception("Flight %s", method.__name__)
            raise fl.FlightServerError(f"No data found: an error of the local service itself: {error!r}") from error

    return reporting


class FlightServer(fl.FlightServerBase):
    """Answers queries and reads Parquet files.

    Only clients with a certificate of the service's own authority get through; it is handed out for the key.

    Parameters
    ----------
    backends : sequence of Backend
        The projects to serve; their flight_address is set.
    """

    def __init__(self, backends: Sequence[Backend]) -> None:
        credentials = backends[0].credentials
        super().__init__(
            "grpc+tls://127.0.0.1:0",
            tls_certificates=[credentials.server],
            verify_client=True,
            root_certificates=credentials.authority,
        )
        self._credentials = credentials
        self._backends = {backend.store.project: backend for backend in backends}
        for backend in backends:
            backend.flight_address = f"127.0.0.1:{self.port}"

    def list_actions(self, context: fl.ServerCallContext) -> list[tuple[str, str]]:
        """Say what `do_action` can do."""
        return list(ACTIONS.items())

    @_reported
    def do_action(self, context: fl.ServerCallContext, action: fl.Action) -> Iterator[fl.Result]:
        """Do something and return the version."""
        if action.type not in ACTIONS:
            raise NotSupported(f"the Flight action {action.type}")
        if action.type == "create-training-dataset":
            body = parse(action.body.to_pybytes(), request_bodies.FlightComputation)
            create_by_flight(self._backend(body["project_name"]), body)
        return iter([fl.Result(pa.py_buffer(QUERY_SERVICE_VERSION))])

    @_reported
    def get_flight_info(self, context: fl.ServerCallContext, descriptor: fl.FlightDescriptor) -> fl.FlightInfo:
        """Return the ticket of a query or a file."""
        self._credentials.put_back()
        if descriptor.descriptor_type == fl.DescriptorType.PATH:
            ticket = {"path": descriptor.path[0].decode()}
        else:
            ticket = {"query": json.loads(descriptor.command)}
        endpoint = fl.FlightEndpoint(json.dumps(ticket).encode(), [])
        return fl.FlightInfo(pa.schema([]), descriptor, [endpoint], -1, -1)

    @_reported
    def do_get(self, context: fl.ServerCallContext, ticket: fl.Ticket) -> fl.RecordBatchStream:
        """Return the rows of a query or a file."""
        wanted = json.loads(ticket.ticket)
        if "path" in wanted:
            return fl.RecordBatchStream(self._read_file(wanted["path"]))
        projects = {backend.store.project_id: name for name, backend in self._backends.items()}
        asked = wanted["query"].get("featureStoreId", min(projects))
        backend = self._backend(projects.get(asked, f"with the id {asked}"))
        return fl.RecordBatchStream(backend.engine.stream(backend.statement(wanted["query"])))

    def _backend(self, project: str) -> Backend:
        if project not in self._backends:
            raise NotFound(f"there is no project {project!r}, only {', '.join(self._backends)}")
        return self._backends[project]

    def _read_file(self, path: str) -> pa.RecordBatchReader:
        import pyarrow.parquet as parquet  # takes a moment, and the service must start quickly

        project = re.match(r"(?:\w+://[^/]*)?/*Projects/(\w+)/", path)
        file = self._backend(project[1] if project else "").store.file(path)
        if not file.is_file():
            raise NotFound(f"there is no file {path}")
        try:
            content = parquet.ParquetFile(file)
            return pa.RecordBatchReader.from_batches(content.schema_arrow, content.iter_batches(BATCH_ROWS))
        except pa.ArrowInvalid as error:
            raise BadRequest(f"the file {path} is not Parquet: {error}") from error
