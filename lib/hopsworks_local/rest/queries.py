"""From a query document to a payload that Flight will run."""

import json
from typing import Any

from hopsworks_local.rest._call import PROJECT, Call, route


def construct(call: Call) -> dict[str, Any]:
    """PUT a query document; all that can be wrong with it is said here, where the client shows the message."""
    statement = call.backend.statement(call.body)
    payload = json.dumps(slim(call.body))
    return {
        "query": statement.body,
        "onDemandFeatureGroups": [],
        "hudiCachedFeatureGroups": [],
        "hqsPayload": payload,
        "hqsPayloadSignature": call.backend.credentials.sign(payload),
    }


def slim(query: dict[str, Any]) -> dict[str, Any]:
    """Return a query document that refers to feature groups by their ids."""
    joins = [{**join, "query": slim(join["query"])} for join in query.get("joins") or []]
    return {**query, "leftFeatureGroup": {"id": query["leftFeatureGroup"]["id"]}, "joins": joins}


ROUTES = [route("PUT", PROJECT + "/featurestores/query", construct, "hqs")]
