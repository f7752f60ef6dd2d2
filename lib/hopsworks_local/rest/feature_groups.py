"""Feature groups: the metadata of tables that clients write themselves."""

import re
from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.backend import GROUP_NOT_FOUND, USER
from hopsworks_local.compaction import tidy
from hopsworks_local.delta import TABLE_VERSION_FIELD, log_files
from hopsworks_local.errors import BadRequest, Conflict, NotFound, NotSupported
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest import _provenance, jobs
from hopsworks_local.rest._documents import group_document, show_each
from hopsworks_local.rest._endpoint import STORE, Call, listing, now, route
from hopsworks_local.rest._group_checks import check_feature, check_group, check_new_group
from hopsworks_local.rest._suites import add_suite
from hopsworks_local.rest._tags import attach
from hopsworks_local.rest.feature_views import remove_views

GROUPS = STORE + "/featuregroups"
GROUP = GROUPS + "/{id:int}"
GROUP_EXISTS = 270089
KEPT = (
    "name", "description", "features", "statisticsConfig", "eventTime", "deprecated", "transformationFunctions"
)  # fmt: skip


def create(call: Call) -> dict[str, Any]:
    """POST a feature group; its table appears with the client's first write.

    The client asks whether a group is there and creates it with its first write, so that others may do the same in
    between: who asks for what is there already gets it.
    """
    body, backend = call.body, call.backend
    check_new_group(body)
    kept = {name: body.get(name) for name in KEPT}
    kept["transformationFunctions"] = kept["transformationFunctions"] or []  # the client reads no null
    kept |= {"created": now(), "creator": USER}
    with backend.metadata.transaction():
        group = backend.metadata.find(Kind.FEATURE_GROUP, body["name"], body.get("version") or 0)
        if group and _schema(group.body) == _schema(kept):
            return group_document(backend, group)
        if group:
            raise Conflict(
                f"feature group {group.name} version {group.version} exists already, with another schema: "
                "choose another version, or get the group and write what fits it",
                GROUP_EXISTS,
            )
        group = backend.metadata.add(Kind.FEATURE_GROUP, body["name"], kept, version=body.get("version"))
        attach(backend.metadata, group, body.get("tags"))
        if body.get("expectationSuite"):
            add_suite(backend, group, body["expectationSuite"])
        backend.store.discard(backend.store.table(group.name, group.version))  # what a deleted group left
    return group_document(backend, group)


def _schema(body: dict[str, Any]) -> tuple[str | None, dict[str, tuple]]:
    """What two definitions of a group must have in common: event time, and names, types and roles of features."""
    features = {
        feature["name"]: (feature["type"].lower(), *(bool(feature.get(role)) for role in ("primary", "partition")))
        for feature in body["features"]
    }
    return body.get("eventTime"), features


def find_by_name(call: Call) -> list[dict[str, Any]]:
    """GET the versions of a feature group, or one of them."""
    name, version = call.path["name"], call.number("version")
    groups = call.backend.metadata.all(Kind.FEATURE_GROUP, name=name)
    hits = [group for group in groups if version in (None, group.version)]
    if not hits:
        wanted = f"{name} version {version}" if version else name
        known = ", ".join(
            f"{group.name} version {group.version}" for group in call.backend.metadata.all(Kind.FEATURE_GROUP)
        )
        raise NotFound(f"there is no feature group {wanted}; there are: {known or 'none'}", GROUP_NOT_FOUND)
    return [group_document(call.backend, group) for group in hits]


def find_all(call: Call) -> dict[str, Any]:
    """GET all feature groups."""
    return listing(show_each(group_document, call.backend, call.backend.metadata.all(Kind.FEATURE_GROUP)))


def find(call: Call) -> dict[str, Any]:
    """GET a feature group by its id."""
    return group_document(call.backend, call.backend.group(call.path["id"]))


def update(call: Call) -> dict[str, Any]:
    """PUT a new description of a group or its features, its statistics settings or its being deprecated."""
    metadata, body = call.backend.metadata, call.body
    check_group(body)
    with metadata.transaction():
        group = call.backend.group(call.path["id"])
        if call.flag("updateStatsConfig"):
            changes = {"statisticsConfig": body.get("statisticsConfig")}
        elif "deprecate" in call.query:
            changes = {"deprecated": call.flag("deprecate")}
        elif call.flag("updateMetadata"):
            changes = _changed_descriptions(group, body)
        else:
            raise NotSupported(f"this update of a feature group ({', '.join(call.query)})")
        return group_document(call.backend, metadata.update(group, **changes))


def _changed_descriptions(group: Document, body: dict[str, Any]) -> dict[str, Any]:
    old = {feature["name"]: feature for feature in group.body["features"]}
    new = {feature["name"]: feature for feature in body["features"]}
    if old.keys() - new.keys():
        gone = ", ".join(sorted(old.keys() - new.keys()))
        raise NotSupported(f"removing features ({gone}) of a feature group", "create a new version of it")
    if len(new) < len(body["features"]):
        raise BadRequest("a feature is there twice: features must have different names")
    features = [{**feature, "description": new[name].get("description")} for name, feature in old.items()]
    return {"description": body.get("description"), "features": [*features, *_appended(old, new)]}


def _appended(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    """Features that a group gets; the client adds them to the table, whose older rows do not have them."""
    features = [feature for name, feature in new.items() if name not in old]
    for feature in features:
        check_feature(feature)
        if feature.get("primary") or feature.get("partition"):
            raise BadRequest(f"the new feature {feature['name']} must be neither a primary nor a partition key")
    return features


def update_table(call: Call) -> dict[str, Any]:
    """POST that the table gets the columns of features that it lacks."""
    backend, group = call.backend, call.backend.group(call.path["id"])
    backend.complete_table(group)
    return jobs.finished(backend, f"{group.name}_{group.version}_update_table_schema")


def delete(call: Call) -> None:
    """DELETE a feature group with its table, unless feature views need it."""
    backend = call.backend
    if call.flag("deleteFeatureViews"):
        remove_views(backend, _provenance.views_of(backend, call.path["id"]))
    with backend.metadata.transaction():
        group = backend.group(call.path["id"])
        views = _provenance.views_of(backend, group.id)
        if views and not call.flag("force"):
            names = ", ".join(f"{view.name} version {view.version}" for view in views)
            raise Conflict(
                f"the feature group {group.name} version {group.version} is used by the feature views {names}: "
                "delete(delete_feature_views=True) deletes these too, delete(force=True) leaves them unusable"
            )
        graves = backend.store.bury([group], [backend.store.table(group.name, group.version)])
    backend.store.clear(graves)


def clear(call: Call) -> None:
    """POST that all rows of a feature group go."""
    backend = call.backend
    with backend.metadata.transaction():
        group = backend.group(call.path["id"])
        backend.metadata.remove(*backend.metadata.all(Kind.COMMIT, parent=group.id))
    backend.store.discard(backend.store.table(group.name, group.version))


def commit(call: Call) -> dict[str, Any]:
    """POST what a write by the client has changed."""
    metadata = call.backend.metadata
    with metadata.transaction():
        group = call.backend.group(call.path["id"])
        time = call.body.get("commitID") or call.body.get("commitTime") or 0
        time = max([time, *(commit.body["commitID"] + 1 for commit in metadata.newest(Kind.COMMIT, group.id, 1))])
        table = call.backend.store.table(group.name, group.version)
        version = max(log_files(table), default=-1)
        metadata.add(Kind.COMMIT, "", {**call.body, "commitID": time, TABLE_VERSION_FIELD: version}, parent=group.id)
    tidy(table)
    return {**call.body, "commitID": time, "href": ""}


def commits(call: Call) -> dict[str, Any]:
    """GET the commits of a feature group, newest first."""
    group = call.backend.group(call.path["id"])
    items = [commit.body for commit in call.backend.metadata.all(Kind.COMMIT, parent=group.id)]
    until = re.fullmatch(r"commited_on_ltoeq:(\d+)", call.query.get("filter_by", ""))
    if until:
        items = [item for item in items if item["commitID"] <= int(until[1])]
    offset, limit = call.number("offset") or 0, call.number("limit")
    items.sort(key=lambda item: -item["commitID"])
    return {"count": len(items), "items": items[offset : None if limit is None else offset + limit]}


def provenance(call: Call) -> dict[str, Any]:
    """GET the feature views that use a feature group."""
    group = call.backend.group(call.path["id"])
    return _provenance.graph(downstream=_provenance.below_group(call.backend, group))


ROUTES = [
    route("POST", GROUPS, create, body=request_bodies.Group, status=201),
    route("GET", GROUPS, find_all),
    route("GET", GROUP, find),
    route("PUT", GROUP, update, "updateMetadata", "updateStatsConfig", "deprecate", body=request_bodies.Group),
    route("DELETE", GROUP, delete, "force", "deleteFeatureViews"),
    route("POST", GROUP + "/updatetableschema", update_table),
    route("POST", GROUP + "/clear", clear),
    route("POST", GROUP + "/commits", commit, body=request_bodies.Commit, status=201),
    route("GET", GROUP + "/commits", commits, "sort_by", "offset", "limit", "filter_by"),
    route("GET", GROUP + "/provenance/links", provenance, "upstreamLvls", "downstreamLvls"),
    route("GET", GROUPS + "/{name}", find_by_name, "version"),
]
