"""Files that arrive in chunks, perhaps several at once, and appear complete or not at all."""

import hashlib
import re
import shutil
from pathlib import Path
from typing import BinaryIO

from hopsworks_local.errors import BadRequest, NotFound, TooLarge
from hopsworks_local.store import Store

NO_SPACE = 110055
MAX_CHUNKS = 100_000
RESERVED_BYTES = 64 * 2**20


def receive(store: Store, folder: str, fields: dict[str, str], chunk: BinaryIO) -> None:
    """Take one chunk.

    Parameters
    ----------
    store : Store
        Where the file will be.
    folder : str
        The folder's path in the project's file system.
    fields : dict
        What the client says of the file and the chunk (`flow...`).
    chunk : BinaryIO
        The bytes.

    Raises
    ------
    BadRequest, NotFound, TooLarge
        If the chunk cannot be part of a file in that folder.
    """
    name = fields.get("flowFilename", "")
    if not name or "/" in name:
        raise BadRequest(f"the file name {name[:40]!r} of an upload must be a name without a path")
    target = store.file(f"{folder}/{name}")
    number, total = _number(fields, "flowChunkNumber"), max(_number(fields, "flowTotalChunks"), 1)
    size = _number(fields, "flowTotalSize")
    _check(store, store.file(folder), target, number, total, size)
    identity = f"{target}\n{fields.get('flowIdentifier')}\n{total}".encode()
    parts = store.folder / "uploads" / hashlib.sha256(identity).hexdigest()
    parts.mkdir(exist_ok=True)
    _keep(chunk, parts / str(number), store)
    claimed = _claim(store, parts, total)
    if claimed:
        _assemble(store, claimed, total, size, target)


def _number(fields: dict[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not re.fullmatch("[0-9]{1,30}", text):
        raise BadRequest(f"the field {name} of an upload must be a whole number, not {text[:40]!r}")
    return int(text)


def _check(store: Store, folder: Path, target: Path, number: int, total: int, size: int) -> None:
    if not folder.is_dir():
        raise NotFound(f"there is no folder {store.remote(folder)} to upload to: make it first", 110008)
    if target.is_dir():
        raise BadRequest(f"{store.remote(target)} is a folder")
    if not 1 <= number <= total <= MAX_CHUNKS:
        raise BadRequest(f"chunk {number} of {total} cannot be: numbers go from 1 to the total, at most {MAX_CHUNKS}")
    free = shutil.disk_usage(store.folder).free
    if size > free - RESERVED_BYTES:
        raise TooLarge(f"a file of {size} bytes does not fit on the disk of the store, which has {free} left", NO_SPACE)


def _keep(chunk: BinaryIO, place: Path, store: Store) -> None:
    fresh = store.temporary()
    with fresh.open("wb") as file:
        shutil.copyfileobj(chunk, file)
    fresh.replace(place)


def _claim(store: Store, parts: Path, total: int) -> Path | None:
    """Take the parts if all are there; only one of the threads with the last chunks gets them."""
    claimed = store.temporary()
    try:
        if len(list(parts.iterdir())) < total:
            return None
        parts.rename(claimed)
    except FileNotFoundError:  # another thread has them
        return None
    return claimed


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
        whole.replace(target)
    finally:
        store.discard(parts)
        store.discard(whole)
