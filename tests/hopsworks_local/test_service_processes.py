"""Several clients and several services over one store."""

import json
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow.flight as fl
import pytest
from service_helpers import Rest, store_folder

import hopsworks_local


@pytest.fixture(scope="module")
def second(service):
    """Another service over the same store."""
    with hopsworks_local.start(store_folder(service)) as other:
        yield other


def test_what_one_service_writes_the_other_reads(second, group):
    rest = Rest(second.environment)
    project = rest("GET", "/project").json()[0]["project"]["id"]
    path = f"/project/{project}/featurestores/{project}/featuregroups/{group.name}"
    assert rest("GET", path).json()[0]["id"] == group.id


def test_keys_of_one_service_are_not_those_of_the_other(rest, second):
    assert len(second.environment["HOPSWORKS_API_KEY"]) >= 40
    assert Rest(second.environment)("GET", "/project", headers=rest.headers).status_code == 401


def test_versions_are_counted_once_by_all_services_and_threads(rest, second, project, name):
    features = [{"name": "id", "type": "bigint", "primary": True}]
    body = {"name": name, "type": "cachedFeaturegroupDTO", "features": features}
    path = f"/project/{project.id}/featurestores/{project.id}/featuregroups"
    services = [rest, Rest(second.environment)] * 10
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda one: one("POST", path, json=body).json(), services))
    assert sorted(group["version"] for group in made) == list(range(1, 21))
    assert len({group["id"] for group in made}) == 20


def test_many_reads_at_once(rest, group, project):
    query = json.loads(group.select_all().json())
    payload = rest("PUT", f"/project/{project.id}/featurestores/query", json=query).json()["hqsPayload"]
    address = rest("GET", "/variables/loadbalancer_external_domain_feature_query").json()["successMessage"]
    found = rest("GET", f"/project/{project.id}/credentials").json()

    def read(_):
        client = fl.FlightClient(
            f"grpc+tls://{address.rstrip('/')}",
            tls_root_certs=found["caChain"],
            cert_chain=found["clientCert"],
            private_key=found["clientKey"],
        )
        info = client.get_flight_info(fl.FlightDescriptor.for_command(payload))
        return client.do_get(info.endpoints[0].ticket).read_all().num_rows

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(read, range(40))) == [10] * 40


CLIENT = """
    import sys
    import hopsworks, pandas as pd
    from hopsworks_common import util
    util._loading_animation = lambda *arguments: None
    first, name = int(sys.argv[1]), sys.argv[2]
    store = hopsworks.login().get_feature_store()
    print("logged in", flush=True)
    sys.stdin.readline()
    group = store.get_feature_group(name, version=1)
    view = store.get_or_create_feature_view(name, version=1, query=group.select_all())
    for turn in range(3):
        rows = range(first + turn * 10, first + turn * 10 + 10)
        group.insert(pd.DataFrame({"id": rows}), operation="insert")
        assert len(group.read()) >= 10
        version, _ = view.create_training_data()
        assert len(view.get_training_data(version)[0]) >= 10
"""


def finish(program):
    output, _ = program.communicate("go\n", timeout=120)
    assert program.returncode == 0, output[-3000:]
    return output


@pytest.mark.slow
def test_several_programs_share_a_service_and_its_certificates(store, name):
    """The first to end removes the certificates of the service's folder, which the others have yet to read."""
    group = store.create_feature_group(name, version=1, primary_key=["id"])
    group.insert(pd.DataFrame({"id": [0]}))
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(CLIENT)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    programs = [subprocess.Popen([*command, str(first), name], **pipes) for first in (100, 200, 300)]
    for program in programs:
        while "logged in" not in program.stdout.readline():
            assert program.poll() is None
    finish(programs[0])
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(finish, programs[1:]))
    assert len(group.read()) == 91
    view = store.get_feature_view(name, version=1)
    assert sorted(each.version for each in view.get_training_datasets()) == list(range(1, 10))


CREATOR = """
    import contextlib, sys
    import hopsworks
    from deltalake.exceptions import DeltaError
    from hsfs.feature import Feature
    store = hopsworks.login().get_feature_store()
    group = store.get_or_create_feature_group(sys.argv[1], version=1, primary_key=["id"], description="shared")
    assert group.id is None
    print("asked", flush=True)
    sys.stdin.readline()
    with contextlib.suppress(DeltaError):
        group.save([Feature("id", "bigint")])
    print("id", group.id)
"""


@pytest.mark.slow
def test_all_who_create_the_same_group_at_once_get_it(project, name):
    """Each has asked for it before any has created it; of their first writes, Delta may take but one, as anywhere."""
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(CREATOR), name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    programs = [subprocess.Popen(command, **pipes) for _ in range(4)]
    for program in programs:
        while "asked" not in program.stdout.readline():
            assert program.poll() is None
    with ThreadPoolExecutor(4) as threads:
        outputs = list(threads.map(finish, programs))
    ids = {line for output in outputs for line in output.splitlines() if line.startswith("id ")}
    assert ids == {f"id {project.get_feature_store().get_feature_group(name, version=1).id}"}
