"""Statistics of feature groups, made when they are asked for, and of training datasets, which the client makes."""

import re
from typing import Any

from hopsworks_local import request_bodies, statistics
from hopsworks_local.backend import Backend
from hopsworks_local.errors import BadRequest, NotFound
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest import jobs
from hopsworks_local.rest._endpoint import Call, listing, route
from hopsworks_local.rest.feature_groups import GROUP
from hopsworks_local.rest.training_datasets import DATASET, find_dataset

NOT_FOUND = 270228
CONDITION = re.compile(
    r"(computation_time|event_time|window_(?:start|end)_(?:commit|event)_time|row_percentage|before_transformation)"
    r"_(eq|ltoeq|gtoeq):([0-9]{1,18}(?:\.[0-9]{1,18})?|true|false|null|none)",
)
CONSTANTS = {"true": True, "false": False, "null": None, "none": None}
PARAMETERS = (
    "offset", "limit", "fields", "sort_by", "filter_by", "feature_names",
    "training_dataset_version",
)  # fmt: skip


def of_group(call: Call) -> dict[str, Any]:
    """GET the statistics of a feature group; those of its present state are made if they are not there yet.

    They then bear the time of the last commit: the client asks for those made until now, by its own clock.
    """
    backend, group = call.backend, call.backend.group(call.path["id"])
    known = [found.body.get("windowEndCommitTime") for found in backend.metadata.all(Kind.STATISTICS, parent=group.id)]
    last = _last_commit(backend, group)
    if last not in known and _config(group).get("enabled", True):
        _compute(backend, group, {"computationTime": last} if last else {})
    return _find(call, group)


def compute(call: Call) -> dict[str, Any]:
    """POST that the statistics of a feature group be made again."""
    group = call.backend.group(call.path["id"])
    _compute(call.backend, group, {})
    return jobs.finished(call.backend, f"{group.name}_{group.version}_statistics")


def _compute(backend: Backend, group: Document, changes: dict[str, Any]) -> None:
    window = {"windowEndCommitTime": _last_commit(backend, group)}
    found = statistics.describe(backend.engine, backend.table(group), _config(group))
    backend.metadata.add(Kind.STATISTICS, "", found | window | changes, parent=group.id)


def _config(group: Document) -> dict[str, Any]:
    return group.body.get("statisticsConfig") or {}


def _last_commit(backend: Backend, group: Document) -> int | None:
    commits = backend.metadata.newest(Kind.COMMIT, group.id, 1)
    return commits[0].body["commitID"] if commits else None


def of_dataset(call: Call) -> dict[str, Any]:
    """GET the statistics of a training dataset."""
    return _find(call, find_dataset(call))


def save(call: Call) -> dict[str, Any]:
    """POST the statistics that the client has made of a training dataset."""
    return _save(call, find_dataset(call))


def save_of_group(call: Call) -> dict[str, Any]:
    """POST the statistics that the client has made of a feature group."""
    return _save(call, call.backend.group(call.path["id"]))


def _save(call: Call, owner: Document) -> dict[str, Any]:
    call.backend.metadata.add(Kind.STATISTICS, "", call.body, parent=owner.id)
    return listing([call.body])


def _find(call: Call, owner: Document) -> dict[str, Any]:
    found = [document.body for document in call.backend.metadata.all(Kind.STATISTICS, parent=owner.id)]
    for condition in call.query.getlist("filter_by"):
        found = [body for body in found if _matches(body, condition)]
    if not found:
        raise NotFound(f"there are no such statistics of {owner.kind} {owner.name} {owner.version}", NOT_FOUND)
    newest = found[-1:] if call.query.get("limit") == "1" else found[::-1]
    return listing([_only(body, call.query.getlist("feature_names")) for body in newest])


def _only(body: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The statistics of some features."""
    features = body.get("featureDescriptiveStatistics")
    if not (names and features):
        return body
    chosen = [feature for feature in features if feature["featureName"] in names]
    return {**body, "featureDescriptiveStatistics": chosen}


def _matches(body: dict[str, Any], condition: str) -> bool:
    """Whether statistics meet a condition such as `computation_time_ltoeq:1700000000000`.

    The end of a window means the last commit until then.
    """
    condition = condition.replace("window_end_commit_time_eq", "window_end_commit_time_ltoeq")
    parts = CONDITION.fullmatch(condition.lower())
    if not parts:
        raise BadRequest(f"statistics are filtered by their times, not by {condition[:40]!r}")
    name, operator, text = parts.groups()
    first, *rest = name.split("_")
    found = body.get(first + "".join(part.title() for part in rest))
    wanted = CONSTANTS[text] if text in CONSTANTS else float(text)
    if found is None or wanted is None:
        return found is None and not wanted
    return {"eq": found == wanted, "ltoeq": found <= wanted, "gtoeq": found >= wanted}[operator]


ROUTES = [
    route("GET", GROUP + "/statistics", of_group, *PARAMETERS),
    route("POST", GROUP + "/statistics", save_of_group, body=request_bodies.Statistics),
    route("POST", GROUP + "/statistics/compute", compute),
    route("GET", DATASET + "/statistics", of_dataset, *PARAMETERS),
    route("POST", DATASET + "/statistics", save, body=request_bodies.Statistics),
]
