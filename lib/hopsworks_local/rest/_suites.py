"""The expectation suite of a feature group, as it is kept."""

import contextlib
import json
from typing import Any

from hopsworks_local.backend import Backend
from hopsworks_local.metadata import Document, Kind


def add_suite(backend: Backend, group: Document, body: dict[str, Any]) -> dict[str, Any]:
    """Give a group a suite in place of the one that it has; expectations without an id get one."""
    metadata, expectations = backend.metadata, body.get("expectations") or []
    first = 1 + max([expectation.get("id") or 0 for expectation in expectations], default=0)
    kept = {
        **body,
        "featureStoreId": backend.store.project_id,
        "featureGroupId": group.id,
        "expectations": [numbered(expectation, first + place) for place, expectation in enumerate(expectations)],
    }
    found = metadata.find(Kind.EXPECTATION_SUITE, "", 1, group.id)
    if found:
        return suite_document(metadata.update(found, **kept))
    return suite_document(metadata.add(Kind.EXPECTATION_SUITE, "", kept, version=1, parent=group.id))


def suite_document(suite: Document) -> dict[str, Any]:
    """Return a suite as the client expects it."""
    return {**suite.body, "id": suite.id}


def numbered(expectation: dict[str, Any], id: int) -> dict[str, Any]:
    """Return an expectation with its id, or this one; its meta has it too, for by that a result is known."""
    id = expectation.get("id") or id
    return {**expectation, "id": id, "meta": json.dumps({**meta(expectation), "expectationId": id})}


def meta(expectation: dict[str, Any]) -> dict[str, Any]:
    """Return what an expectation says beside itself."""
    return as_object(expectation.get("meta"))


def as_object(value: Any) -> dict[str, Any]:
    """Return an object that may have come as a text; empty if it is none."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(value)
    return value if isinstance(value, dict) else {}
