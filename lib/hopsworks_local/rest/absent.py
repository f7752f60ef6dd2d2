"""What a cluster lists and this service has none of: the answer is an empty list, so that tools which ask go on."""

from typing import Any

from hopsworks_local.rest._endpoint import PROJECT, Call, listing, route


def none(call: Call) -> dict[str, Any]:
    """GET an empty list."""
    return listing([])


def no_deployments(call: Call) -> list[dict[str, Any]]:
    """GET the deployments of models, which Hopsworks lists without an envelope."""
    return []


ROUTES = [
    route("GET", PROJECT + "/serving", no_deployments, "model", "status"),
    route("GET", PROJECT + "/service/alerts", none, "offset", "limit", "sort_by", "filter_by"),
    route("GET", PROJECT + "/python/environments", none, "offset", "limit", "sort_by", "filter_by"),
    route("GET", PROJECT + "/apps", none, "offset", "limit", "sort_by", "filter_by"),
]
