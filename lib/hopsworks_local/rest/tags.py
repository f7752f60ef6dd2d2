"""Tags: named JSON values on feature groups, feature views, training datasets and models."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from hopsworks_local.errors import NotFound
from hopsworks_local.metadata import Document
from hopsworks_local.rest._call import Call, listing, route
from hopsworks_local.rest.feature_groups import GROUP
from hopsworks_local.rest.feature_views import VIEW, find_view
from hopsworks_local.rest.models import MODEL, find_model
from hopsworks_local.rest.training_datasets import DATASET, find_dataset

NOT_FOUND = 370002


def _routes(path: str, find: Callable[[Call], Document]) -> list[Route]:
    """The four endpoints of the tags of one kind of thing."""

    def show(call: Call) -> dict[str, Any]:
        return listing([{"name": name, "value": value} for name, value in find(call).body.get("tags", {}).items()])

    def show_one(call: Call) -> dict[str, Any]:
        tags, name = find(call).body.get("tags", {}), call.path["tag"]
        if name not in tags:
            raise NotFound(f"there is no tag {name!r}, only: {', '.join(tags) or 'none'}", NOT_FOUND)
        return listing([{"name": name, "value": tags[name]}])

    def change(call: Call, set_it: bool) -> None:
        with call.backend.metadata.transaction():
            document = find(call)
            others = {name: value for name, value in document.body.get("tags", {}).items() if name != call.path["tag"]}
            tags = {**others, call.path["tag"]: call.body} if set_it else others
            call.backend.metadata.update(document, tags=tags)

    return [
        route("GET", path + "/tags", show),
        route("GET", path + "/tags/{tag}", show_one),
        route("PUT", path + "/tags/{tag}", lambda call: change(call, True)),
        route("DELETE", path + "/tags/{tag}", lambda call: change(call, False)),
    ]


ROUTES = [
    *_routes(GROUP, lambda call: call.backend.group(call.path["id"])),
    *_routes(DATASET, find_dataset),
    *_routes(VIEW, find_view),
    *_routes(MODEL, find_model),
]
