"""The query that reads a feature view's batch or training data."""

from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.backend import Backend
from hopsworks_local.errors import BadRequest, NotSupported
from hopsworks_local.materialising import dataset_of
from hopsworks_local.metadata import Document
from hopsworks_local.rest._documents import view_document
from hopsworks_local.rest._endpoint import Call, route
from hopsworks_local.rest.feature_views import ROLES, VIEW, find_view

NO_EVENT_TIME = 270172
Features = dict[tuple[int, str, str], dict[str, Any]]  # of a view, by group, name and prefix
PARAMETERS = (
    "start_time", "end_time", "with_label", "with_primary_keys", "with_event_time", "inference_helper_columns",
    "training_helper_columns", "is_hive_engine", "td_version",
)  # fmt: skip


def construct(call: Call) -> dict[str, Any]:
    """GET (or POST with a further filter) the query that reads batch or training data.

    The filters of the view, of a training dataset, of the call and its bounds of the event time all apply.
    """
    backend, view = call.backend, find_view(call)
    document = view_document(backend, view)
    features = {
        (f["featuregroup"]["id"], f["featureGroupFeatureName"], f.get("prefix", "")): f for f in document["features"]
    }
    query = _select(document["query"], features, call)
    bounds = [_bound(query["leftFeatureGroup"], call.number(name), name) for name in ("start_time", "end_time")]
    wanted = [query.get("filter"), _dataset_filter(backend, view, call.number("td_version")), *bounds, call.body]
    return {**query, "filter": _all_of([part for part in wanted if part])}


def _select(query: dict[str, Any], features: Features, call: Call, prefix: str = "") -> dict[str, Any]:
    """A query with the columns that a call wants; keys that the view leaves out get fully qualified names."""
    group = query["leftFeatureGroup"]
    known = {
        feature["name"]: _known(features, group["id"], feature["name"], prefix) for feature in query["leftFeatures"]
    }
    wanted = [feature for feature in query["leftFeatures"] if _is_wanted(known[feature["name"]], call)]
    selected = {feature["name"] for feature in query["leftFeatures"]}
    extra = [
        {**feature, "featureGroupId": group["id"], "useFullyQualifiedName": True}
        for feature in group["features"]
        if feature["name"] not in selected and _is_extra(feature, group, call)
    ]
    joins = [
        {**join, "query": _select(join["query"], features, call, join.get("prefix") or "")} for join in query["joins"]
    ]
    return {**query, "leftFeatures": wanted + extra, "joins": joins}


def _known(features: Features, group: int, name: str, prefix: str) -> dict[str, Any]:
    """What a view says of a feature; views that were made by the first versions do not keep prefixes."""
    return features.get((group, name, prefix)) or features.get((group, name, ""), {})


def _is_wanted(feature: dict[str, Any], call: Call) -> bool:
    parameters = ("with_label", "inference_helper_columns", "training_helper_columns")
    return all(call.flag(name) or not feature.get(role) for name, role in zip(parameters, ROLES, strict=True))


def _is_extra(feature: dict[str, Any], group: dict[str, Any], call: Call) -> bool:
    is_key = call.flag("with_primary_keys") and feature.get("primary")
    return bool(is_key) or (call.flag("with_event_time") and feature["name"] == group.get("eventTime"))


def _bound(group: dict[str, Any], time: int | None, name: str) -> dict[str, Any] | None:
    if time is None:
        return None
    event_time = next((f for f in group["features"] if f["name"] == group.get("eventTime")), None)
    if event_time is None:
        raise BadRequest(f"{name} needs an event time, which the feature group {group['name']} has not", NO_EVENT_TIME)
    if event_time["type"] not in ("timestamp", "date"):
        raise NotSupported(
            f"{name} with the event time {event_time['name']} of type {event_time['type']}", "make it a timestamp"
        )
    condition = "GREATER_THAN_OR_EQUAL" if name == "start_time" else "LESS_THAN"
    return {"condition": condition, "value": str(time), "feature": {**event_time, "featureGroupId": group["id"]}}


def _dataset_filter(backend: Backend, view: Document, version: int | None) -> dict[str, Any] | None:
    return None if version is None else dataset_of(backend, view, version, unfinished=True).body.get("extraFilter")


def _all_of(conditions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One filter that demands all of several."""
    whole = None
    for part in conditions:
        side = "Filter" if "condition" in part else "Logic"
        whole = {"type": "AND", "leftLogic": whole, f"right{side}": part} if whole else _as_logic(part)
    return whole


def _as_logic(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "SINGLE", "leftFilter": part} if "condition" in part else part


ROUTES = [
    route("GET", VIEW + "/query/batch", construct, *PARAMETERS, body=None),
    route("POST", VIEW + "/query/batch", construct, *PARAMETERS, body=request_bodies.Filter | None, changes=False),
]
