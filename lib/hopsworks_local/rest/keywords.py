"""Keywords of feature groups, feature views and training datasets: plain words by which they are found."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from hopsworks_local import request_bodies
from hopsworks_local.metadata import Document, Kind, Metadata
from hopsworks_local.rest._endpoint import PROJECT, Call, now, route
from hopsworks_local.rest.feature_groups import GROUP
from hopsworks_local.rest.feature_views import VIEW, find_view
from hopsworks_local.rest.training_datasets import DATASET, find_dataset


def keywords_of(metadata: Metadata, owner: Document) -> list[str]:
    """Return the keywords of something."""
    return [keyword.name for keyword in metadata.all(Kind.KEYWORD, parent=owner.id)]


def show_all(call: Call) -> dict[str, Any]:
    """GET all keywords in use."""
    return {"keywords": call.backend.metadata.names(Kind.KEYWORD)}


def _routes(path: str, find: Callable[[Call], Document]) -> list[Route]:
    """The endpoints of the keywords of one kind of thing."""

    def show(call: Call) -> dict[str, Any]:
        found = call.backend.metadata.all(Kind.KEYWORD, parent=find(call).id)
        items = [{"name": keyword.name, "createdOn": keyword.body["created"]} for keyword in found]
        return {"keywords": [keyword.name for keyword in found], "items": items}

    def replace(call: Call) -> dict[str, Any]:
        metadata, owner = call.backend.metadata, find(call)
        with metadata.transaction():
            old = {keyword.name: keyword for keyword in metadata.all(Kind.KEYWORD, parent=owner.id)}
            new = dict.fromkeys(call.body["keywords"])
            metadata.remove(*(keyword for name, keyword in old.items() if name not in new))
            for name in new:
                if name not in old:
                    metadata.add(Kind.KEYWORD, name, {"created": now()}, version=1, parent=owner.id)
        return show(call)

    def delete(call: Call) -> dict[str, Any]:
        owner = find(call)
        call.backend.metadata.remove(
            *call.backend.metadata.all(Kind.KEYWORD, name=call.query.get("keyword", ""), parent=owner.id)
        )
        return show(call)

    return [
        route("GET", path + "/keywords", show),
        route("POST", path + "/keywords", replace, body=request_bodies.Keywords),
        route("DELETE", path + "/keywords", delete, "keyword"),
    ]


ROUTES = [
    route("GET", PROJECT + "/featurestores/keywords", show_all),
    *_routes(GROUP, lambda call: call.backend.group(call.path["id"])),
    *_routes(DATASET, find_dataset),
    *_routes(VIEW, find_view),
]
