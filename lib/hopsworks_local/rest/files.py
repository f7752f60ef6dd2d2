"""The project's file system: listing, making, moving and removing, upload and download."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from hopsworks_local.backend import USER, Backend
from hopsworks_local.errors import READ_ONLY, BadRequest, Conflict, Forbidden, NotFound, NotSupported, TooLarge
from hopsworks_local.metadata import Kind
from hopsworks_local.rest._endpoint import CLIENT_COOKIE, PROJECT, Call, backend_of, route

FILES = PROJECT + "/dataset"
NOT_FOUND = 110008
EXISTS = 110019
MAX_REQUEST_BYTES = 256 * 2**20
MODEL_VERSION = re.compile(r"Models/(\w+)/(\d+)")


def _existing(call: Call) -> Path:
    file = call.backend.store.file(call.path["path"])
    if not file.exists():
        raise NotFound(f"there is no file or folder {call.backend.store.remote(file)}", NOT_FOUND)
    return file


def show(call: Call) -> dict[str, Any]:
    """GET what is known of a file, or the contents of a folder."""
    if call.query.get("action", "stat").lower() == "listing":
        return _list(call)
    if "action" in call.query:
        raise NotSupported(f"the action {call.query['action']!r} on a file")
    file = _existing(call)
    return _describe(call.backend, file)


def _list(call: Call) -> dict[str, Any]:
    folder = _existing(call)
    if not folder.is_dir():
        raise BadRequest(f"{call.backend.store.remote(folder)} is a file, not a folder")
    files = [file for file in folder.iterdir() if not file.is_symlink()]
    files.sort(reverse=call.query.get("sort_by", "").lower().endswith(":desc"))
    start, limit = call.number("offset") or 0, call.number("limit")
    page = files[start : None if limit is None else start + limit]
    return {"count": len(files), "items": [_describe(call.backend, file) for file in page]}


def _describe(backend: Backend, file: Path) -> dict[str, Any]:
    stat = file.stat()
    changed = datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    path = backend.store.remote(file)
    attributes = {
        "name": file.name,
        "path": path,
        "dir": file.is_dir(),
        "size": 0 if file.is_dir() else stat.st_size,
        "owner": USER["username"],
        "permission": "rwxr-x---",
        "modificationTime": changed,
    }
    found = {"attributes": attributes, "name": file.name, "description": "", "zipState": "NONE"}
    if file.parent == backend.store.files:
        found |= {"id": stat.st_ino, "datasetType": "DATASET"}
    return found


def act(call: Call) -> dict[str, Any] | None:
    """POST an action: create a folder, copy or move."""
    actions = {"create": _make_folder, "copy": _copy, "move": _move}
    action = call.query.get("action", "").lower()
    if action not in actions:
        raise NotSupported(f"the action {action!r} on a file", f"use one of {', '.join(actions)}")
    return actions[action](call)


def _make_folder(call: Call) -> dict[str, Any]:
    store = call.backend.store
    folder = store.file(call.path["path"])
    version = MODEL_VERSION.fullmatch(_inside(call.backend, folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(exist_ok=version is None)
    except FileExistsError as error:
        call.backend.refused.add((call.client, folder))
        raise Conflict(
            f"{store.remote(folder)} exists already: another process may be saving that version; "
            "save again to get the next version, or choose one",
            EXISTS,
        ) from error
    return _describe(call.backend, folder)


def _inside(backend: Backend, file: Path) -> str:
    return str(file.relative_to(backend.store.files))


def _destination(call: Call) -> Path:
    target = call.backend.store.file(call.query.get("destination_path", ""))
    if target.exists():
        raise Conflict(f"{call.backend.store.remote(target)} exists already", EXISTS)
    if not target.parent.is_dir():
        raise NotFound(f"there is no folder {call.backend.store.remote(target.parent)}", NOT_FOUND)
    return target


def _copy(call: Call) -> None:
    source, target, store = _existing(call), _destination(call), call.backend.store
    fresh = store.temporary()
    try:
        if source.is_dir():
            shutil.copytree(source, fresh, symlinks=True)
        else:
            shutil.copyfile(source, fresh)
        fresh.rename(target)
    finally:
        store.discard(fresh)


def _move(call: Call) -> None:
    source, target = _existing(call), _destination(call)
    _check_removable(call, source)
    source.rename(target)


def delete(call: Call) -> None:
    """DELETE a file or folder."""
    file = _existing(call)
    _check_removable(call, file)
    call.backend.store.discard(file)


def _check_removable(call: Call, file: Path) -> None:
    """Refuse to remove what others rely on."""
    backend, inside = call.backend, _inside(call.backend, file)
    if file.parent == backend.store.files or file == backend.store.files:
        raise Forbidden(f"{backend.store.remote(file)} is a dataset of the project and stays")
    if (call.client, file) in backend.refused:
        raise Forbidden(f"{backend.store.remote(file)} belongs to another save of that model: save again")
    for model in backend.metadata.all(Kind.MODEL):
        folder = f"Models/{model.name}/{model.version}"
        if folder == inside or folder.startswith(inside + "/") or inside.startswith(folder + "/"):
            raise Forbidden(
                f"{inside} belongs to the registered model {model.name} version {model.version}: delete that"
            )


def download(call: Call) -> Response:
    """GET the contents of a file."""
    file = _existing(call)
    if file.is_dir():
        raise BadRequest(f"{call.backend.store.remote(file)} is a folder: download the files in it")
    return FileResponse(file, media_type="application/octet-stream")


async def upload(request: Request) -> Response:
    """POST a chunk of a file; it appears under its name when all chunks are there."""
    backend = backend_of(request)
    if backend.read_only:
        raise Forbidden(READ_ONLY)
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_REQUEST_BYTES:
        raise TooLarge(
            f"an upload request of {length or 'unknown'} bytes exceeds {MAX_REQUEST_BYTES}: use smaller chunks"
        )
    client, folder = request.cookies.get(CLIENT_COOKIE, ""), request.path_params["path"]
    with backend.uploads.coming(client, folder):
        async with request.form(max_files=1, max_fields=20) as form:
            chunk = form.get("file")
            if not hasattr(chunk, "file"):
                raise BadRequest("an upload must have a part named 'file'")
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            whole = await backend.uploads.receive(client, folder, fields, chunk.file)
    if whole:
        await whole
    return Response(status_code=204)


ROUTES = [
    Route(FILES + "/upload/{path:path}", upload, methods=["POST"]),
    route("GET", FILES + "/download/with_auth/{path:path}", download, "type"),
    route("GET", FILES + "/{path:path}", show, "action", "offset", "limit", "sort_by"),
    route("POST", FILES + "/{path:path}", act, "action", "destination_path", "searchable", "generate_readme", "type"),
    route("DELETE", FILES + "/{path:path}", delete),
]
