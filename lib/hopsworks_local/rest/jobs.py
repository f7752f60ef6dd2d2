"""Jobs: the service does their work at once, so there are only finished ones."""

from typing import Any

from hopsworks_local.backend import USER, Backend
from hopsworks_local.errors import Conflict, NotFound
from hopsworks_local.metadata import Document, Kind
from hopsworks_local.rest._endpoint import PREFIX, PROJECT, Call, listing, now, route

JOB = PROJECT + "/jobs/{name}"
NOT_FOUND = 130009


def finished(backend: Backend, name: str) -> dict[str, Any]:
    """Remember that a job has been done and return it as the client expects it."""
    logs = f"Logs/{name}"
    for log in ("stdout.log", "stderr.log"):
        file = backend.store.file(f"{logs}/{log}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    time = now()
    try:
        job = backend.metadata.add(Kind.JOB, name, {"submitted": time, "logs": logs}, version=1)
    except Conflict:
        job = backend.metadata.update(backend.metadata.find(Kind.JOB, name, 1), submitted=time)
    return _job_document(backend, job)


def _job_document(backend: Backend, job: Document) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "jobType": "PYTHON",
        "config": {},
        "creator": USER,
        "creationTime": job.body["submitted"],
        "href": f"https://localhost{PREFIX}/project/{backend.store.project_id}/jobs/{job.name}",
    }


def _find(call: Call) -> Document:
    job = call.backend.metadata.find(Kind.JOB, call.path["name"], 1)
    if job is None:
        raise NotFound(f"there is no job {call.path['name']!r}; the local service runs no jobs of users", NOT_FOUND)
    return job


def find_all(call: Call) -> dict[str, Any]:
    """GET the jobs that have been done."""
    jobs = call.backend.metadata.all(Kind.JOB)
    return listing([_job_document(call.backend, job) for job in jobs])


def find(call: Call) -> dict[str, Any]:
    """GET a job."""
    return _job_document(call.backend, _find(call))


def executions(call: Call) -> dict[str, Any]:
    """GET the executions of a job, the last one of which is kept."""
    return listing([_execution(_find(call))])


def execution(call: Call) -> dict[str, Any]:
    """GET an execution."""
    return _execution(_find(call))


def _execution(job: Document) -> dict[str, Any]:
    return {
        "id": 1,
        "state": "FINISHED",
        "finalStatus": "SUCCEEDED",
        "progress": 1.0,
        "submissionTime": job.body["submitted"],
        "stdoutPath": f"{job.body['logs']}/stdout.log",
        "stderrPath": f"{job.body['logs']}/stderr.log",
    }


ROUTES = [
    route("GET", PROJECT + "/jobs", find_all, "sort_by", "offset", "limit", "filter_by"),
    route("GET", JOB, find),
    route("GET", JOB + "/executions", executions, "sort_by", "offset", "limit"),
    route("GET", JOB + "/executions/{execution:int}", execution),
]
