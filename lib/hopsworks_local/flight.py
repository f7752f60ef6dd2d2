"""The read path: Arrow Flight over mutual TLS."""

import json
import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from hopsworks_local.backend import Backend
from hopsworks_local.engine import BATCH_ROWS
from hopsworks_local.errors import BadRequest, NotFound, NotSupported, ServiceError
from hopsworks_local.materialising import create_by_flight

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
            log.exception("Flight %s", method.__name__)
            raise fl.FlightServerError(f"No data found: an error of the local service itself: {error!r}") from error

    return reporting


class FlightServer(fl.FlightServerBase):
    """Answers queries and reads Parquet files.

    Only clients with a certificate of the service's own authority get through; it is handed out for the key.

    Parameters
    ----------
    backend : Backend
        What to serve; its flight_address is set.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__(
            "grpc+tls://127.0.0.1:0",
            tls_certificates=[backend.credentials.server],
            verify_client=True,
            root_certificates=backend.credentials.authority,
        )
        self._backend = backend
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
            create_by_flight(self._backend, action.body.to_pybytes())
        return iter([fl.Result(pa.py_buffer(QUERY_SERVICE_VERSION))])

    @_reported
    def get_flight_info(self, context: fl.ServerCallContext, descriptor: fl.FlightDescriptor) -> fl.FlightInfo:
        """Return the ticket of a query or a file."""
        self._backend.credentials.put_back()
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
        statement = self._backend.statement(wanted["query"])
        return fl.RecordBatchStream(self._backend.engine.stream(statement))

    def _read_file(self, path: str) -> pa.RecordBatchReader:
        import pyarrow.parquet as parquet  # takes a moment, and the service must start quickly

        file = self._backend.store.file(path)
        if not file.is_file():
            raise NotFound(f"there is no file {path}")
        try:
            content = parquet.ParquetFile(file)
            return pa.RecordBatchReader.from_batches(content.schema_arrow, content.iter_batches(BATCH_ROWS))
        except pa.ArrowInvalid as error:
            raise BadRequest(f"the file {path} is not Parquet: {error}") from error
