"""From a query document to a payload that Flight will run."""

import json
from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.rest._documents import slim
from hopsworks_local.rest._endpoint import PROJECT, Call, route

NO_SIGNATURE = "none"  # with one, the client need not send its certificates along; Flight knows it by TLS


def construct(call: Call) -> dict[str, Any]:
    """PUT a query document; all that can be wrong with it is said here, where the client shows the message."""
    statement = call.backend.statement(call.body)
    call.backend.engine.check(statement)
    payload = json.dumps({**slim(call.body), "featureStoreId": call.backend.store.project_id})
    return {
        "query": statement.body,
        "onDemandFeatureGroups": [],
        "hudiCachedFeatureGroups": [],
        "hqsPayload": payload,
        "hqsPayloadSignature": NO_SIGNATURE,
    }


ROUTES = [route("PUT", PROJECT + "/featurestores/query", construct, "hqs", body=request_bodies.Query, changes=False)]
