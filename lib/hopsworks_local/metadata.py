"""Documents in SQLite: small JSON bodies with an identity, changed in transactions."""

import copy
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hopsworks_local.errors import Conflict, NotFound, StoreError

FORMAT = 2  # of the store; a newer number is refused, an older one is migrated
BUSY_SECONDS = 30

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS documents (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: clients cache by it
    kind    TEXT NOT NULL,
    parent  INTEGER NOT NULL DEFAULT 0,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    ready   INTEGER NOT NULL,
    body    TEXT NOT NULL,
    UNIQUE (kind, parent, name, version)
);
CREATE INDEX IF NOT EXISTS children ON documents (parent, kind);
PRAGMA user_version = {FORMAT};
"""
MIGRATIONS = {
    # since 2 a store may hold several projects, and what had no owner belongs to the first of them
    1: "UPDATE documents SET parent = (SELECT min(id) FROM documents WHERE kind = 'project') "
    "WHERE parent = 0 AND kind <> 'project'",
}
"""What makes the next format of each older one."""
COLUMNS = "id, kind, parent, name, version, body"


class Kind(StrEnum):
    """What a document describes. The values are what the store's file says, and what messages say."""

    PROJECT = "project"
    FEATURE_GROUP = "feature group"
    COMMIT = "commit"  # of a feature group
    STATISTICS = "statistics"  # of a feature group or a training dataset
    FEATURE_VIEW = "feature view"
    TRAINING_DATASET = "training dataset"  # of a feature view
    MODEL = "model"
    TAG = "tag"  # of a feature group, a feature view, a training dataset or a model
    JOB = "job"
    KEYWORD = "keyword"  # of a feature group, a feature view or a training dataset
    TRANSFORMATION = "transformation function"
    EXPECTATION_SUITE = "expectation suite"  # of a feature group
    VALIDATION_REPORT = "validation report"  # of a feature group
    GRAVE = "deleted folder"  # which is still to be removed from the disk
    CHECKSUMS = "checksums"  # of the files of a training dataset or a model


@dataclass(frozen=True)
class Document:
    """One row: who it is, whom it belongs to and what it says."""

    id: int
    kind: Kind
    parent: int
    name: str
    version: int
    body: dict[str, Any]


class Metadata:
    """The documents of a store, shared by all services and threads that use it.

    Attributes
    ----------
    project : int
        The id of the project that everything belongs to that has no other owner; 0 for the projects themselves.

    Parameters
    ----------
    path : Path
        The SQLite file.
    new : bool
        Whether it is made if it is missing or empty.

    Raises
    ------
    StoreError
        If the file cannot be opened, is missing though it must not be, or holds a newer format.
    """

    def __init__(self, path: Path, *, new: bool = True) -> None:
        self._path = path
        self.project = 0
        self._local = threading.local()
        self._prepare(new)

    def _prepare(self, new: bool) -> None:
        if not new and not (self._path.exists() and self._path.stat().st_size):
            raise self._lost()
        try:
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if found == 0 and new:
                self._connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        except sqlite3.Error as error:
            damaged = not isinstance(error, sqlite3.OperationalError)
            hint = "; restore it from a copy: tables, models and files are not harmed" if damaged else ""
            raise StoreError(f"the metadata file {self._path} cannot be used: {error}{hint}") from error
        if found == 0 and not new:
            self._connection.close()
            raise self._lost()
        if found > FORMAT:
            raise StoreError(
                f"the store {self._path.parent} has format {found}, this version of hopsworks_local knows "
                f"up to {FORMAT}: use a newer hopsworks_local, or another store folder"
            )

    def of(self, project: int) -> "Metadata":
        """Return the same documents, seen from a project."""
        other = copy.copy(self)
        other.project = project
        return other

    @property
    def outdated(self) -> bool:
        """Whether the store has an older format, and must be migrated before it is used."""
        return self._connection.execute("PRAGMA user_version").fetchone()[0] < FORMAT

    def migrate(self) -> None:
        """Bring the store to the present format; no other service may use it meanwhile."""
        with self.transaction():
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            for number in range(found, FORMAT):
                self._connection.execute(MIGRATIONS[number])
            self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def _lost(self) -> StoreError:
        return StoreError(
            f"the store {self._path.parent} holds tables or files, but {self._path.name}, which describes them, is "
            f"missing or empty: restore {self._path.name} from a copy (with {self._path.name}-wal, if that has it), "
            "or move the folders featuregroups and files away to begin with an empty store"
        )

    def checkpoint(self) -> None:
        """Move everything into the SQLite file itself, so that a copy of it alone is whole."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return self._local.connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside appear at once or not at all, one writer at a time."""
        if self._connection.in_transaction:  # part of a larger one
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def add(
        self,
        kind: Kind,
        name: str,
        body: dict[str, Any],
        *,
        version: int | None = None,
        parent: int | None = None,
        ready: bool = True,
    ) -> Document:
        """Add a document; without a version it gets the next one.

        Parameters
        ----------
        kind : Kind
            What it describes.
        name : str
            How that is called.
        body : dict
            Anything that JSON can hold.
        version : int, optional
            Default: one more than the highest there is.
        parent : int, optional
            The id of the document that it belongs to and is removed with; default: the project.
        ready : bool
            False hides it from `find` and `all` until `finish`.

        Raises
        ------
        Conflict
            If this kind, parent, name and version exist.
        """
        parent = self.project if parent is None else parent
        with self.transaction():
            if version is None:
                query = "SELECT coalesce(max(version), 0) + 1 FROM documents WHERE kind = ? AND parent = ? AND name = ?"
                version = self._connection.execute(query, (kind, parent, name)).fetchone()[0]
            try:
                cursor = self._connection.execute(
                    "INSERT INTO documents (kind, parent, name, version, ready, body) VALUES (?, ?, ?, ?, ?, ?)",
                    (kind, parent, name, version, ready, json.dumps(body)),
                )
            except sqlite3.IntegrityError as error:
                raise Conflict(f"{kind} {name} version {version} exists already: choose another version") from error
        return Document(cursor.lastrowid, kind, parent, name, version, body)

    def get(self, kind: Kind, id: int) -> Document | None:
        """Return the document with this id, ready or not, or None."""
        return next(self._select("kind = ? AND id = ?", (kind, id)), None)

    def find(
        self, kind: Kind, name: str, version: int, parent: int | None = None, *, unfinished: bool = False
    ) -> Document | None:
        """Return the document with this identity, or None; an unfinished one only if that is asked for."""
        where = "kind = ? AND parent = ? AND name = ? AND version = ? AND (ready OR ?)"
        parent = self.project if parent is None else parent
        return next(self._select(where, (kind, parent, name, version, unfinished)), None)

    def all(
        self, kind: Kind, name: str | None = None, parent: int | None = None, *, ready: bool = True
    ) -> list[Document]:
        """Return the documents of a kind and an owner, the project by default, by name and version."""
        where = "kind = ? AND ready = ? AND (? IS NULL OR name = ?) AND parent = ?"
        return list(self._select(where, (kind, ready, name, name, self.project if parent is None else parent)))

    def newest(self, kind: Kind, parent: int, count: int) -> list[Document]:
        """Return the last documents of those without a name that belong to another, the newest at the end."""
        where = "kind = ? AND parent = ? AND name = ''"
        return list(self._select(where, (kind, parent, count), "version DESC LIMIT ?"))[::-1]

    def names(self, kind: Kind) -> list[str]:
        """Return the names that documents of a kind have, whomever they belong to."""
        query = "SELECT DISTINCT name FROM documents WHERE kind = ? AND ready ORDER BY name"
        return [name for (name,) in self._connection.execute(query, (kind,))]

    def _select(self, where: str, parameters: tuple, order: str = "name, version") -> Iterator[Document]:
        query = f"SELECT {COLUMNS} FROM documents WHERE {where} ORDER BY {order}"
        for id, kind, parent, name, version, body in self._connection.execute(query, parameters).fetchall():
            yield Document(id, Kind(kind), parent, name, version, json.loads(body))

    def update(self, document: Document, **changes: Any) -> Document:
        """Change entries of a document's body and return what it says now.

        Raises
        ------
        NotFound
            If it has been removed.
        """
        with self.transaction():
            row = self._connection.execute("SELECT body FROM documents WHERE id = ?", (document.id,)).fetchone()
            if row is None:
                raise NotFound(f"the {document.kind} {document.name} version {document.version} has been deleted")
            body = {**json.loads(row[0]), **changes}
            self._connection.execute("UPDATE documents SET body = ? WHERE id = ?", (json.dumps(body), document.id))
        return Document(document.id, document.kind, document.parent, document.name, document.version, body)

    def finish(self, document: Document, **changes: Any) -> Document:
        """Make a document that was added with ready=False visible."""
        with self.transaction():
            self._connection.execute("UPDATE documents SET ready = 1 WHERE id = ?", (document.id,))
            return self.update(document, **changes)

    def remove(self, *documents: Document) -> None:
        """Remove documents and everything that belongs to them."""
        with self.transaction():
            self._connection.executemany(
                """
                WITH RECURSIVE doomed(id) AS (
                    SELECT ? UNION SELECT documents.id FROM documents JOIN doomed ON documents.parent = doomed.id
                )
                DELETE FROM documents WHERE id IN doomed
                """,
                [(document.id,) for document in documents],
            )
