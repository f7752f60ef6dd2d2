"""Files that arrive in chunks, perhaps several at once, and appear complete or not at all.

The client names a file, its size and the number of a chunk, but not the upload that the chunk is part of. Clients are
told apart by the cookie that they get when they log in. Within one client, a chunk that comes again with other content
shows that there are two uploads. Then nobody can say which chunk belongs to which, so both are refused, and so is the
file for a while, in which whatever is still on its way arrives. Two uploads that begin together could make up a set of
chunks without any twice, so a complete file waits a moment for chunks that do not belong to it.
"""

import asyncio
import hashlib
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool

from hopsworks_local.errors import BadRequest, NotSupported, ServiceError, TooLarge
from hopsworks_local.store import Store

NO_SPACE = 110055
MAX_CHUNKS = 100_000
RESERVED_BYTES = 64 * 2**20
SETTLE_SECONDS = 0.5
REFUSED_SECONDS = 10

_Key = tuple[str, Path, int, int]  # client, target, size and number of chunks


@dataclass(frozen=True)
class _Chunk:
    """What a client says of a chunk: which file it is part of, and which part."""

    target: Path
    size: int
    number: int
    total: int


@dataclass
class _Upload:
    """The chunks of a file that have come from one client."""

    folder: Path
    digests: dict[int, bytes] = field(default_factory=dict)
    changed: float = field(default_factory=time.monotonic)
    error: ServiceError | None = None
    whole: asyncio.Task | None = None

    @property
    def recent(self) -> bool:
        """Whether chunks of it may still be on their way."""
        return time.monotonic() - self.changed < REFUSED_SECONDS


class Uploads:
    """The uploads to one service; all methods run in its event loop.

    Parameters
    ----------
    store : Store
        Where the files will be.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._uploads: dict[_Key, _Upload] = {}
        self._coming: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def coming(self, client: str, folder: str) -> Iterator[None]:
        """Announce a chunk that is still being read, of a file in that folder not yet known."""
        self._coming[client, folder] += 1
        try:
            yield
        finally:
            self._coming[client, folder] -= 1
            self._coming += Counter()  # drops those at zero

    async def receive(self, client: str, folder: str, fields: dict[str, str], content: BinaryIO) -> asyncio.Task | None:
        """Take one chunk.

        Parameters
        ----------
        client : str
            Who sends it.
        folder : str
            The folder's path in the project's file system.
        fields : dict
            What the client says of the file and the chunk (`flow...`).
        content : BinaryIO
            The bytes.

        Returns
        -------
        Task or None
            To be awaited before answering, if this chunk completes the file.

        Raises
        ------
        BadRequest, TooLarge
            If the chunk cannot be part of a file in that folder.
        NotSupported
            If two uploads of one file cannot be told apart.
        """
        chunk = await run_in_threadpool(_check, self._store, folder, fields)
        fresh = self._store.temporary()
        try:
            digest = await run_in_threadpool(_keep, content, fresh)
            key = (client, chunk.target, chunk.size, chunk.total)
            upload = self._upload(key, chunk, digest)
            fresh.replace(upload.folder / str(chunk.number))
        finally:
            fresh.unlink(missing_ok=True)
        upload.digests[chunk.number] = digest
        upload.changed = time.monotonic()
        if len(upload.digests) == chunk.total and upload.whole is None:
            upload.whole = asyncio.create_task(self._finish(key, upload, (client, folder)))
        return upload.whole

    def _upload(self, key: _Key, chunk: _Chunk, digest: bytes) -> _Upload:
        """The upload that a chunk belongs to; one that came to nothing makes way for a new one."""
        upload = self._uploads.get(key)
        if upload and (upload.error or upload.digests.get(chunk.number, digest) != digest):
            if upload.recent:
                raise self._refuse(upload, _two_uploads(chunk.target))
            self._store.discard(upload.folder)
            upload = None
        if upload is None:
            upload = _Upload(self._store.temporary())
            upload.folder.mkdir()
            if chunk.total > 1:
                self._uploads[key] = upload
        return upload

    def _refuse(self, upload: _Upload, error: ServiceError) -> ServiceError:
        """Drop what has come, and let whatever else comes of it for a while have the same error."""
        if upload.error is None:
            upload.error, upload.changed = error, time.monotonic()
            self._store.discard(upload.folder)
        return upload.error

    async def _finish(self, key: _Key, upload: _Upload, source: tuple[str, str]) -> None:
        _, target, size, total = key
        while total > 1 and (self._coming[source] or time.monotonic() - upload.changed < SETTLE_SECONDS):
            await asyncio.sleep(SETTLE_SECONDS / 5)
            if upload.error:
                raise upload.error
        claimed = self._store.temporary()
        upload.folder.rename(claimed)
        self._uploads.pop(key, None)
        try:
            await run_in_threadpool(_assemble, self._store, claimed, total, size, target)
        except ServiceError as error:
            if total > 1:  # the client may send this chunk again, and it must not be taken for a new upload's
                self._uploads[key] = upload
            raise self._refuse(upload, error) from None


def _two_uploads(target: Path) -> NotSupported:
    return NotSupported(
        f"uploading {target.name} while an earlier upload of it, of the same size, is not complete",
        f"if that one was interrupted, upload it again in {REFUSED_SECONDS} seconds",
    )


def _check(store: Store, path: str, fields: dict[str, str]) -> _Chunk:
    name = fields.get("flowFilename", "")
    if not name or "/" in name:
        raise BadRequest(f"the file name {name[:40]!r} of an upload must be a name without a path")
    folder, target = store.file(path), store.file(f"{path}/{name}")
    number, total = _number(fields, "flowChunkNumber"), max(_number(fields, "flowTotalChunks"), 1)
    size = _number(fields, "flowTotalSize")
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        raise BadRequest(f"{store.remote(there)} is a file, not a folder to upload to")
    if target.is_dir():
        raise BadRequest(f"{store.remote(target)} is a folder")
    if not 1 <= number <= total <= MAX_CHUNKS:
        raise BadRequest(f"chunk {number} of {total} cannot be: numbers go from 1 to the total, at most {MAX_CHUNKS}")
    free = shutil.disk_usage(store.folder).free
    if size > free - RESERVED_BYTES:
        raise TooLarge(f"a file of {size} bytes does not fit on the disk of the store, which has {free} left", NO_SPACE)
    return _Chunk(target, size, number, total)


def _number(fields: dict[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not re.fullmatch("[0-9]{1,30}", text):
        raise BadRequest(f"the field {name} of an upload must be a whole number, not {text[:40]!r}")
    return int(text)


def _keep(content: BinaryIO, place: Path) -> bytes:
    """Write a chunk and return its digest."""
    with place.open("wb") as file:
        shutil.copyfileobj(content, file)
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _assemble(store: Store, parts: Path, total: int, size: int, target: Path) -> None:
    whole = store.temporary()
    try:
        with whole.open("wb") as file:
            for number in range(1, total + 1):
                with (parts / str(number)).open("rb") as part:
                    shutil.copyfileobj(part, file)
        found = whole.stat().st_size
        if found != size:
            raise BadRequest(f"{target.name} should have {size} bytes, but {found} have come: upload it again")
        target.parent.mkdir(parents=True, exist_ok=True)
        whole.replace(target)
    finally:
        store.discard(parts)
        store.discard(whole)
