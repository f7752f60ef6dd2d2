"""The tags of feature groups, feature views, training datasets and models."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from hopsworks_local.errors import NotFound
from hopsworks_local.metadata import Document
from hopsworks_local.rest._endpoint import Call, listing, route
from hopsworks_local.rest._tags import remove_tag, set_tag, tags_of
from hopsworks_local.rest.feature_groups import GROUP
from hopsworks_local.rest.feature_views import VIEW, find_view
from hopsworks_local.rest.models import MODEL, find_model
from hopsworks_local.rest.training_datasets import DATASET, find_dataset

NOT_FOUND = 370002


def _routes(path: str, find: Callable[[Call], Document]) -> list[Route]:
    """The four endpoints of the tags of one kind of thing."""

    def show_all(call: Call) -> dict[str, Any]:
        tags = tags_of(call.backend.metadata, find(call))
        return listing([{"name": name, "value": value} for name, value in tags.items()])

    def show(call: Call) -> dict[str, Any]:
        tags, name = tags_of(call.backend.metadata, find(call)), call.path["tag"]
        if name not in tags:
            raise NotFound(f"there is no tag {name!r}, only: {', '.join(tags) or 'none'}", NOT_FOUND)
        return listing([{"name": name, "value": tags[name]}])

    def save(call: Call) -> None:
        set_tag(call.backend.metadata, find(call), call.path["tag"], call.body)

    def delete(call: Call) -> None:
        remove_tag(call.backend.metadata, find(call), call.path["tag"])

    return [
        route("GET", path + "/tags", show_all),
        route("GET", path + "/tags/{tag}", show),
        route("PUT", path + "/tags/{tag}", save),
        route("DELETE", path + "/tags/{tag}", delete),
    ]


ROUTES = [
    *_routes(GROUP, lambda call: call.backend.group(call.path["id"])),
    *_routes(DATASET, find_dataset),
    *_routes(VIEW, find_view),
    *_routes(MODEL, find_model),
]
