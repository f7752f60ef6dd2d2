"""One feature group in a query."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hopsworks_local.delta import Table, quote
from hopsworks_local.errors import BadRequest
from hopsworks_local.metadata import Document

UNKNOWN_FEATURE = 270083


@dataclass(eq=False)
class Source:
    """A feature group under an alias, with what a query wants of it, and the source that it is joined to."""

    alias: str
    group: Document
    table: Table
    project: str
    features: list[dict[str, Any]]
    filter: dict[str, Any] | None
    join: dict[str, Any] = field(default_factory=dict)
    left: "Source | None" = None

    @cached_property
    def keys(self) -> list[str]:
        """The primary key of the group."""
        return [feature["name"] for feature in self.group.body["features"] if feature.get("primary")]

    @property
    def event_time(self) -> str | None:
        """The event time of the group, if it has one."""
        return self.group.body.get("eventTime")

    @property
    def prefix(self) -> str:
        """What is put before the names of its features in the result."""
        return self.join.get("prefix") or ""

    def column(self, name: str) -> str:
        """Return a column as SQL.

        Raises
        ------
        BadRequest
            If the group has no such feature.
        """
        if name not in self.table.columns:
            raise BadRequest(
                f"the feature group {self.group.name} version {self.group.version} has no feature {name!r}, "
                f"only {', '.join(self.table.columns)}",
                UNKNOWN_FEATURE,
            )
        return f"{self.alias}.{quote(name)}"

    def qualified(self, name: str) -> str:
        """Return the name that tells a feature from those of all other groups."""
        return f"{self.project}_{self.group.name}_{self.group.version}_{name}"
