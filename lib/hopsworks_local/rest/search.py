"""Search: words in names, descriptions, features, tags and keywords, without regard to case."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from hopsworks_local import request_bodies
from hopsworks_local.backend import Backend
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.parsing import parse
from hopsworks_local.rest._endpoint import PROJECT, Call, route
from hopsworks_local.rest._tags import tags_of
from hopsworks_local.rest.keywords import keywords_of

PARAMETERS = ("docType", "searchTerm", "keywords", "tags", "from", "size")
LISTS = {
    "FEATUREGROUP": "featuregroups",
    "FEATUREVIEW": "featureViews",
    "TRAININGDATASET": "trainingdatasets",
    "FEATURE": "features",
    "MODEL": "models",
}


def search(call: Call) -> dict[str, Any]:
    """GET what has a word, a keyword and a tag."""
    asked = call.query.get("docType", "ALL")
    start, size = call.number("from") or 0, call.number("size")
    answer: dict[str, Any] = {}
    for kind in LISTS if asked == "ALL" else LISTS.keys() & {asked}:
        hits = [hit for hit in _things(call.backend, kind) if _matches(hit, call)]
        page = hits[start : None if size is None else start + size]
        answer[LISTS[kind]] = [_result(call, hit) for hit in page]
        answer |= {f"{LISTS[kind]}From": start, f"{LISTS[kind]}Total": len(hits)}
    return answer


def _things(backend: Backend, kind: str) -> Iterator[dict[str, Any]]:
    metadata = backend.metadata
    groups, views = metadata.all(Kind.FEATURE_GROUP), metadata.all(Kind.FEATURE_VIEW)
    if kind == "FEATUREGROUP":
        yield from (_thing(backend, group, group.body["features"]) for group in groups)
    if kind == "FEATUREVIEW":
        yield from (_thing(backend, view, view.body["features"]) for view in views)
    if kind == "TRAININGDATASET":
        datasets = [each for view in views for each in metadata.all(Kind.TRAINING_DATASET, parent=view.id)]
        yield from (_thing(backend, dataset) for dataset in datasets)
    if kind == "MODEL":
        yield from (_thing(backend, model) for model in metadata.all(Kind.MODEL))
    if kind == "FEATURE":
        yield from (_feature(backend, group, feature) for group in groups for feature in group.body["features"])


def _thing(backend: Backend, document: Document, features: list[dict[str, Any]] = ()) -> dict[str, Any]:
    return {
        "name": document.name,
        "version": document.version,
        "description": document.body.get("description") or "",
        "features": [feature["name"] for feature in features],
        "keywords": keywords_of(backend.metadata, document),
        "tags": tags_of(backend.metadata, document),
        "created": document.body.get("created"),
    }


def _feature(backend: Backend, group: Document, feature: dict[str, Any]) -> dict[str, Any]:
    said = {"name": feature["name"], "description": feature.get("description") or "", "featuregroup": group.name}
    return {**_thing(backend, group), **said}


def _matches(thing: dict[str, Any], call: Call) -> bool:
    words = [thing["name"], thing["description"], *thing["features"], *thing["keywords"], json.dumps(thing["tags"])]
    found = call.query.get("searchTerm", "").lower() in "\n".join(words).lower()
    keywords = _filters(call, "keywords", list[request_bodies.KeywordFilter])
    tags = _filters(call, "tags", list[request_bodies.TagFilter])
    return (
        found
        and all(wanted["value"] in thing["keywords"] for wanted in keywords)
        and all(_has_tag(thing["tags"], wanted) for wanted in tags)
    )


def _filters(call: Call, name: str, shape: Any) -> list[dict[str, Any]]:
    return parse(unquote(call.query.get(name, "[]")), shape)  # the client encodes it twice


def _has_tag(tags: dict[str, Any], wanted: dict[str, str]) -> bool:
    tag = tags.get(wanted["name"])
    return isinstance(tag, dict) and str(tag.get(wanted["key"])) == wanted["value"]


def _result(call: Call, thing: dict[str, Any]) -> dict[str, Any]:
    store = call.backend.store
    owner = {"parentProjectId": store.project_id, "parentProjectName": store.project}
    return {**owner, "accessProjects": {}, "highlights": {"name": thing["name"]}, **thing, "tags": []}


ROUTES = [route("GET", PROJECT + "/elastic/featurestore", search, *PARAMETERS)]
