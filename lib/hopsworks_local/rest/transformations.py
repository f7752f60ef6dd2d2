"""Transformation functions: the source of a function, which the client runs; here they are only kept."""

from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.errors import NotFound
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest._endpoint import STORE, Call, listing, route

FUNCTIONS = STORE + "/transformationfunctions"
NOT_FOUND = 270160


def save(call: Call) -> dict[str, Any]:
    """POST a function, as the next version of its name unless it has one."""
    name = call.body["hopsworksUdf"]["name"]
    function = call.backend.metadata.add(Kind.TRANSFORMATION, name, call.body, version=call.body.get("version"))
    return _document(function)


def _document(function: Document) -> dict[str, Any]:
    """A function that belongs to nothing; with a type, even that of none, the client could not read it."""
    document = {**function.body, "id": function.id, "version": function.version}
    return {name: value for name, value in document.items() if name != "transformationType"}


def find(call: Call) -> dict[str, Any]:
    """GET all functions, those of a name, or one version."""
    name, version = call.query.get("name"), call.number("version")
    found = call.backend.metadata.all(Kind.TRANSFORMATION, name=name)
    found = [function for function in found if version in (None, function.version)]
    if name and not found:
        raise NotFound(
            f"there is no transformation function {name}{f' version {version}' if version else ''}", NOT_FOUND
        )
    return listing([_document(function) for function in found])


def delete(call: Call) -> None:
    """DELETE a function; what was made with it keeps its own copy."""
    function = call.backend.metadata.get(Kind.TRANSFORMATION, call.path["id"])
    if function is None or function.parent != call.backend.store.project_id:
        raise NotFound(f"there is no transformation function with the id {call.path['id']}", NOT_FOUND)
    call.backend.metadata.remove(function)


ROUTES = [
    route("POST", FUNCTIONS, save, body=request_bodies.Transformation, status=201),
    route("GET", FUNCTIONS, find, "name", "version"),
    route("DELETE", FUNCTIONS + "/{id:int}", delete),
]
