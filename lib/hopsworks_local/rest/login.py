"""What the client asks for when it logs in."""

import secrets
from typing import Any

from starlette.responses import JSONResponse, Response

from hopsworks_local.backend import USER
from hopsworks_local.credentials import DOMAIN
from hopsworks_local.errors import NotFound
from hopsworks_local.rest._endpoint import CLIENT_COOKIE, PREFIX, PROJECT, PROJECT_NOT_FOUND, STORE, Call, route

HOPSWORKS_VERSION = "5.2.1"  # of the Hopsworks whose client is served
CREATED = "2020-01-01T00:00:00.000Z"
VARIABLE_NOT_FOUND = 160037


def versions(call: Call) -> list[dict[str, Any]]:
    """GET the versions of the software."""
    return [{"software": "hopsworks", "version": HOPSWORKS_VERSION}]


def variable(call: Call) -> dict[str, Any]:
    """GET one setting of the cluster."""
    known = {
        "service_discovery_domain": DOMAIN,
        "enable_flyingduck": "true",
        "enable_data_science_profile": "false",
        # the client appends ":5005", which the slash turns into a path
        "loadbalancer_external_domain_feature_query": f"{call.backend.flight_address}/",
        "upload_policy": "all",
    }
    name = call.path["name"]
    if name not in known:
        raise NotFound(f"the local service has no setting {name!r}", VARIABLE_NOT_FOUND)
    return {"successMessage": known[name]}


def projects(call: Call) -> list[dict[str, Any]]:
    """GET the projects of the user."""
    return [
        {"user": {**USER, "uid": 1}, "project": {"name": name, "id": id, "owner": USER}}
        for name, id in call.backend.projects.items()
    ]


def project_info(call: Call) -> dict[str, Any]:
    """GET a project by name."""
    name, projects = call.path["name"], call.backend.projects
    if name not in projects:
        raise NotFound(f"there is no project {name!r} in this store, only {', '.join(projects)}", PROJECT_NOT_FOUND)
    return {
        "projectId": projects[name],
        "projectName": name,
        "owner": USER["username"],
        "created": CREATED,
    }


def credentials(call: Call) -> Response:
    """GET the certificates for Flight, as each client does once; it sends the cookie with all that follows."""
    answer = JSONResponse(call.backend.credentials.document())
    answer.set_cookie(CLIENT_COOKIE, secrets.token_hex(8), secure=True, httponly=True)
    return answer


def feature_store(call: Call) -> dict[str, Any]:
    """GET the project's feature store."""
    store, asked = call.backend.store, call.path["featurestore"]
    if asked not in (f"{store.project}_featurestore", str(store.project_id)):
        raise NotFound(f"there is no feature store {asked!r}, only {store.project}_featurestore", 270008)
    return {
        "featurestoreId": store.project_id,
        "featurestoreName": f"{store.project}_featurestore",
        "offlineFeaturestoreName": f"{store.project}_featurestore",
        "projectName": store.project,
        "projectId": store.project_id,
        "onlineEnabled": False,
        "created": CREATED,
    }


def feature_stores(call: Call) -> list[dict[str, Any]]:
    """GET all feature stores of the project, the only one there is."""
    call.path["featurestore"] = str(call.backend.store.project_id)
    return [feature_store(call)]


ROUTES = [
    route("GET", PREFIX + "/variables/versions", versions),
    route("GET", PREFIX + "/variables/{name}", variable),
    route("GET", PREFIX + "/project", projects),
    route("GET", PREFIX + "/project/getProjectInfo/{name}", project_info),
    route("GET", PROJECT + "/credentials", credentials),
    route("GET", PROJECT + "/featurestores", feature_stores),
    route("GET", STORE, feature_store),
]
