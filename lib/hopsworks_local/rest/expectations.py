"""Expectation suites of feature groups and reports of their validation, which the client does; here both are kept."""

from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.errors import NotFound
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest._endpoint import Call, listing, now, route
from hopsworks_local.rest._suites import add_suite, as_object, meta, numbered, suite_document
from hopsworks_local.rest.feature_groups import GROUP

SUITE = GROUP + "/expectationsuite"
EXPECTATIONS = SUITE + "/{suite:int}/expectations"
REPORTS = GROUP + "/validationreport"
HISTORY = GROUP + "/validationresult/history/{expectation:int}"
NOT_FOUND = 270235


def _group(call: Call) -> Document:
    return call.backend.group(call.path["id"])


def _suite(call: Call) -> Document:
    found = call.backend.metadata.find(Kind.EXPECTATION_SUITE, "", 1, _group(call).id)
    if found is None:
        raise NotFound("the feature group has no expectation suite", NOT_FOUND)
    return found


def show(call: Call) -> dict[str, Any]:
    """GET the suite of a group; none is an empty list."""
    found = call.backend.metadata.find(Kind.EXPECTATION_SUITE, "", 1, _group(call).id)
    return suite_document(found) if found else listing([])


def save(call: Call) -> dict[str, Any]:
    """POST or PUT a suite in place of the one that is there."""
    with call.backend.metadata.transaction():
        return add_suite(call.backend, _group(call), call.body)


def change(call: Call) -> dict[str, Any]:
    """PUT the name, the policy and other settings of a suite, but not its expectations."""
    changes = {name: value for name, value in call.body.items() if name not in ("id", "expectations")}
    return suite_document(call.backend.metadata.update(_suite(call), **changes))


def delete(call: Call) -> None:
    """DELETE the suite of a group; the reports stay."""
    call.backend.metadata.remove(_suite(call))


def expectations(call: Call) -> dict[str, Any]:
    """GET the expectations of a suite."""
    return listing(_suite(call).body["expectations"])


def _one(call: Call, suite: Document) -> dict[str, Any]:
    for expectation in suite.body["expectations"]:
        if expectation["id"] == call.path["expectation"]:
            return expectation
    raise NotFound(f"there is no expectation with the id {call.path['expectation']}", NOT_FOUND)


def expectation(call: Call) -> dict[str, Any]:
    """GET an expectation."""
    return _one(call, _suite(call))


def add(call: Call) -> dict[str, Any]:
    """POST a further expectation."""
    with call.backend.metadata.transaction():
        suite = _suite(call)
        ids = [expectation["id"] for expectation in suite.body["expectations"]]
        new = numbered({**call.body, "id": None}, max(ids, default=0) + 1)
        call.backend.metadata.update(suite, expectations=[*suite.body["expectations"], new])
    return new


def replace(call: Call) -> dict[str, Any]:
    """PUT an expectation in place of one with the same id."""
    with call.backend.metadata.transaction():
        suite = _suite(call)
        old = _one(call, suite)
        new = numbered({**call.body, "id": old["id"]}, old["id"])
        changed = [new if each is old else each for each in suite.body["expectations"]]
        call.backend.metadata.update(suite, expectations=changed)
    return new


def remove(call: Call) -> None:
    """DELETE an expectation."""
    with call.backend.metadata.transaction():
        suite = _suite(call)
        gone = _one(call, suite)
        kept = [each for each in suite.body["expectations"] if each is not gone]
        call.backend.metadata.update(suite, expectations=kept)


def save_report(call: Call) -> dict[str, Any]:
    """PUT the report of a validation."""
    group = _group(call)
    owner = {"featurestoreId": call.backend.store.project_id, "featuregroupId": group.id}
    kept = {**call.body, **owner, "validationTime": now()}
    return _report(call.backend.metadata.add(Kind.VALIDATION_REPORT, "", kept, parent=group.id))


def _report(report: Document) -> dict[str, Any]:
    return {**report.body, "id": report.id}


def reports(call: Call) -> dict[str, Any]:
    """GET the reports of a group, newest first."""
    found = call.backend.metadata.all(Kind.VALIDATION_REPORT, parent=_group(call).id)
    return listing([_report(report) for report in found[::-1]][: call.number("limit")])


def delete_report(call: Call) -> None:
    """DELETE a report."""
    for report in call.backend.metadata.all(Kind.VALIDATION_REPORT, parent=_group(call).id):
        if report.id == call.path["report"]:
            call.backend.metadata.remove(report)


def history(call: Call) -> dict[str, Any]:
    """GET what validations found of one expectation, newest first."""
    wanted, id = call.query.getlist("filter_by"), call.path["expectation"]
    found = []
    for report in reports(call)["items"]:
        outcome = report.get("ingestionResult") or "UNKNOWN"
        said = {
            "validationTime": report["validationTime"],
            "ingestionResult": outcome,
            "validationReportId": report["id"],
        }
        if not wanted or f"ingestion_result_eq:{outcome}" in wanted:
            found += [{**result, **said} for result in report["results"] if _expectation_of(result) == id]
    return listing(found)


def _expectation_of(result: dict[str, Any]) -> int | None:
    return meta(as_object(result.get("expectationConfig"))).get("expectationId")


ROUTES = [
    route("GET", SUITE, show),
    route("POST", SUITE, save, body=request_bodies.Suite, status=201),
    route("PUT", SUITE + "/{suite:int}", save, body=request_bodies.Suite),
    route("PUT", SUITE + "/{suite:int}/metadata", change, body=request_bodies.Suite),
    route("DELETE", SUITE + "/{suite:int}", delete),
    route("GET", EXPECTATIONS, expectations),
    route("POST", EXPECTATIONS, add, body=request_bodies.Expectation, status=201),
    route("GET", EXPECTATIONS + "/{expectation:int}", expectation),
    route("PUT", EXPECTATIONS + "/{expectation:int}", replace, body=request_bodies.Expectation),
    route("DELETE", EXPECTATIONS + "/{expectation:int}", remove),
    route("PUT", REPORTS, save_report, body=request_bodies.Report),
    route("GET", REPORTS, reports, "sort_by", "offset", "limit", "fields"),
    route("DELETE", REPORTS + "/{report:int}", delete_report),
    route("GET", HISTORY, history, "filter_by", "sort_by"),
]
