"""What the endpoints and Flight share: the store, the engine and the credentials."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hopsworks_local.credentials import Credentials
from hopsworks_local.delta import Table, add_columns, quote, read_table
from hopsworks_local.engine import Engine
from hopsworks_local.errors import NotFound
from hopsworks_local.feature_types import to_duckdb
from hopsworks_local.metadata import Document, Kind, Metadata
from hopsworks_local.query import Statement, compile_query
from hopsworks_local.store import Store
from hopsworks_local.uploads import Uploads

GROUP_NOT_FOUND = 270009
CHECKED_COMMITS = 100  # the last ones that must be in a table's log; older ones are in its checkpoint
USER = {"username": "local", "email": "local@localhost", "firstName": "local", "lastName": "user"}


@dataclass
class Backend:
    """One project of a running service, seen from an endpoint.

    Attributes
    ----------
    projects : dict
        The ids of all projects that are served, by name.
    read_only : bool
        Whether nothing may be changed.
    refused : set
        Connections with the folders that they were refused to make, and must not remove: the client removes the
        folder of a version when saving a model fails, even if it is somebody else's.
    """

    store: Store
    engine: Engine
    credentials: Credentials
    projects: dict[str, int]
    read_only: bool = False
    flight_address: str = ""
    refused: set[tuple[tuple[str, int], Path]] = field(default_factory=set)

    @property
    def metadata(self) -> Metadata:
        """The documents of the store."""
        return self.store.metadata

    @cached_property
    def uploads(self) -> Uploads:
        """The files that are arriving."""
        return Uploads(self.store)

    def group(self, id: int) -> Document:
        """Return the feature group with this id.

        Raises
        ------
        NotFound
            If there is none.
        """
        group = self.metadata.get(Kind.FEATURE_GROUP, id)
        if group is None or group.parent != self.store.project_id:
            raise NotFound(f"there is no feature group with the id {id}; it may have been deleted", GROUP_NOT_FOUND)
        return group

    def table(self, group: Document) -> Table:
        """Return the present state of a feature group's table."""
        commits = [commit.body for commit in self.metadata.newest(Kind.COMMIT, group.id, CHECKED_COMMITS)]
        folder = self.store.table(group.name, group.version)
        return read_table(folder, f"{group.name} version {group.version}", group.body["features"], commits)

    def complete_table(self, group: Document) -> None:
        """Give a feature group's table the columns of features that it lacks; it is made if there is none."""
        types = {feature["name"]: to_duckdb(feature["type"]) for feature in group.body["features"]}
        columns = ", ".join(f"NULL::{type} AS {quote(name)}" for name, type in types.items())
        empty = self.engine.table(Statement({"t": f"SELECT {columns}"}, "SELECT * FROM t WHERE false"))
        add_columns(self.store.table(group.name, group.version), empty)

    def statement(self, query: dict[str, Any]) -> Statement:
        """Translate a query document to SQL over the present state of the tables."""

        def look_up(id: int) -> tuple[Document, Table]:
            group = self.group(id)
            return group, self.table(group)

        return compile_query(query, look_up, self.store.project)
