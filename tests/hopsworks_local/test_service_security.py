"""Keys and certificates: who gets in, and what is told to whom."""

import os
import socket
import stat

import pyarrow.flight as fl
import pytest
import requests
from service_helpers import API, store_folder

KEY_PATHS = ["/project", "/variables/versions", "/project/1/credentials", "/project/1/dataset/Models", "/nowhere"]


@pytest.mark.parametrize("path", KEY_PATHS)
@pytest.mark.parametrize("header", [None, "ApiKey wrong", "ApiKey ", "Bearer x", "", "ApiKey \u00e9"])
def test_nothing_is_answered_without_the_key(rest, path, header):
    headers = {} if header is None else {"Authorization": header.encode()}
    answer = rest("GET", path, headers=headers)
    assert answer.status_code == 401
    assert "API key is not the one of this service" in answer.json()["errorMsg"]


def test_the_client_says_that_the_key_is_wrong(service, tmp_path):
    from hopsworks_common.client.exceptions import RestAPIError
    from hopsworks_common.connection import Connection

    with pytest.raises(RestAPIError, match="API key is not the one of this service"):
        Connection(
            host="127.0.0.1",
            port=int(service.environment["HOPSWORKS_PORT"]),
            project="local",
            engine="python",
            hostname_verification=False,
            cert_folder=str(tmp_path),
            api_key_value="wrong",
        )


def test_rest_speaks_tls_only(service):
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"http://127.0.0.1:{service.environment['HOPSWORKS_PORT']}{API}/project", timeout=5)


def test_ports_are_open_on_the_loopback_address_only(service, rest):
    flight = rest("GET", "/variables/loadbalancer_external_domain_feature_query").json()["successMessage"]
    own = next((address for *_, (address, *_) in _addresses() if not address.startswith("127.")), None)
    if own is None:
        pytest.skip("this machine has no other address")
    for port in (service.environment["HOPSWORKS_PORT"], flight.rstrip("/").rpartition(":")[2]):
        with pytest.raises(OSError), socket.create_connection((own, int(port)), timeout=2):
            pass


def _addresses():
    return socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET, socket.SOCK_STREAM)


def flight_client(rest, **options):
    address = rest("GET", "/variables/loadbalancer_external_domain_feature_query").json()["successMessage"]
    return fl.FlightClient(f"grpc+tls://{address.rstrip('/')}", **options)


def credentials(rest):
    project = rest("GET", "/project").json()[0]["project"]["id"]
    found = rest("GET", f"/project/{project}/credentials").json()
    return {"tls_root_certs": found["caChain"], "cert_chain": found["clientCert"], "private_key": found["clientKey"]}


def test_flight_answers_those_with_a_certificate_of_the_service(rest):
    client = flight_client(rest, **credentials(rest))
    assert {action.type for action in client.list_actions()} >= {"healthcheck", "get-version"}


def test_flight_refuses_those_without(rest):
    client = flight_client(rest, tls_root_certs=credentials(rest)["tls_root_certs"])
    with pytest.raises(fl.FlightUnavailableError):
        list(client.list_actions())


def test_flight_refuses_certificates_of_another_authority(rest):
    trustme = pytest.importorskip("trustme")
    stranger = trustme.CA().issue_cert("client.local")
    client = flight_client(
        rest,
        tls_root_certs=credentials(rest)["tls_root_certs"],
        cert_chain=stranger.cert_chain_pems[0].bytes(),
        private_key=stranger.private_key_pem.bytes(),
    )
    with pytest.raises(fl.FlightUnavailableError):
        list(client.list_actions())


@pytest.mark.parametrize(
    "path", ["../../../metadata.sqlite", "/etc/passwd", "/Projects/local/../../../metadata.sqlite"]
)
def test_flight_reads_no_file_outside_the_project(rest, path):
    client = flight_client(rest, **credentials(rest))
    info = client.get_flight_info(fl.FlightDescriptor.for_path(path))
    with pytest.raises(fl.FlightServerError, match="No data found"):
        client.do_get(info.endpoints[0].ticket).read_all()


@pytest.mark.parametrize("command", [b"not json", b"{}", b'{"leftFeatureGroup": {"id": "1; DROP"}}', b"[]"])
def test_flight_survives_nonsense(rest, command):
    client = flight_client(rest, **credentials(rest))
    with pytest.raises((fl.FlightServerError, fl.FlightInternalError, Exception)):
        info = client.get_flight_info(fl.FlightDescriptor.for_command(command))
        client.do_get(info.endpoints[0].ticket).read_all()
    assert list(client.list_actions())


def test_names_in_queries_are_quoted(group):
    from hopsworks.client.exceptions import RestAPIError
    from hsfs.feature import Feature

    with pytest.raises(RestAPIError, match="has no feature"):
        group.select([Feature('id" FROM fg0; --', "bigint")]).read()


def test_the_key_is_in_no_file(service, group):
    group.read()
    key = service.environment["HOPSWORKS_API_KEY"].encode()
    files = [file for file in store_folder(service).rglob("*") if file.is_file()]
    assert files and not [file for file in files if key in file.read_bytes()]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_certificates_are_readable_by_their_owner_only(service, group):
    folder = store_folder(service) / "services"
    for private in folder.iterdir():
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in (private / "certificates").iterdir()} == {0o600}


def test_the_client_verifies_the_service_by_its_own_authority(service, project):
    assert service.environment["HOPSWORKS_HOSTNAME_VERIFICATION"] == "True"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://127.0.0.1:{service.environment['HOPSWORKS_PORT']}/", timeout=10)
    assert project.get_feature_store()
