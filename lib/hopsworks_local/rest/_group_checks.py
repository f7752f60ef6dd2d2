"""What a feature group may ask for; all else is refused by name."""

import re
from typing import Any

from hopsworks_local.errors import BadRequest, NotSupported
from hopsworks_local.feature_types import to_duckdb
from hopsworks_local.rest._endpoint import check_fields

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
BAD_NAME = 270038
KNOWN = {
    "name", "version", "description", "features", "featurestoreId", "type", "statisticsConfig", "eventTime",
    "timeTravelFormat", "tags", "id", "deprecated", "dataSource", "expectationSuite", "transformationFunctions",
}  # fmt: skip
HINTS = {
    "onlineEnabled": ("the online feature store (online_enabled=True)", "leave online_enabled out"),
    "embeddingIndex": ("embedding indexes", "store the vectors as an array feature"),
    "ttlEnabled": ("time to live (ttl)", "leave ttl out"),
    "ttl": ("time to live (ttl)", "leave ttl out"),
    "parents": ("the parents of a feature group", "leave parents out"),
}


def check_group(body: dict[str, Any]) -> None:
    """Refuse a feature group of a kind, or with settings, that the service has not.

    Raises
    ------
    NotSupported
        Naming what it is, with a hint.
    """
    for field, (what, hint) in HINTS.items():
        if body.get(field):
            raise NotSupported(what, hint)
    if (body.get("timeTravelFormat") or "DELTA") != "DELTA":
        raise NotSupported(f"time_travel_format {body['timeTravelFormat']!r}", "leave it out, or use 'DELTA'")
    if body.get("type") != "cachedFeaturegroupDTO":
        kind = f"feature groups of type {body.get('type')!r} (streams, external and spine groups)"
        raise NotSupported(kind, "use create_feature_group with stream=False")
    if (body.get("statisticsConfig") or {}).get("kll"):
        raise NotSupported("sketches in the statistics (kll=True)", "leave kll out")
    check_fields(body, KNOWN, "a feature group")


def check_new_group(body: dict[str, Any]) -> None:
    """Refuse a feature group that cannot be made; errors are those of `check_group` and `check_name`."""
    check_group(body)
    if (body.get("dataSource") or {}).get("storageConnector"):
        raise NotSupported("a data source of a feature group", "leave data_source and storage_connector out")
    check_name(body["name"])
    for feature in body["features"]:
        check_feature(feature)


def check_feature(feature: dict[str, Any]) -> None:
    """Refuse a feature whose name or type cannot be.

    Raises
    ------
    BadRequest
        Saying what can be.
    """
    check_name(feature["name"])
    to_duckdb(feature["type"])


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a feature group, a feature or a feature view.

    Raises
    ------
    BadRequest
        Saying what a name may be.
    """
    if not NAME.fullmatch(name):
        raise BadRequest(
            f"the name {name!r} of a feature group, feature or feature view must begin with a letter and consist of "
            "at most 63 lower-case letters, digits and underscores",
            BAD_NAME,
        )
