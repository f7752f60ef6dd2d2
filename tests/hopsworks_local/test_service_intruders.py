"""Others on the same machine, pages in a browser, and text that would be code."""

import os
import re
import socket
import ssl
import stat
import time

import pytest
import requests
from service_helpers import API, store_folder
from test_service_hostile import ENDPOINTS, PREFIX

import hopsworks_local

INJECTIONS = [
    "' OR 1=1 --",
    "x'; DROP TABLE documents; --",
    '" OR ""="',
    "%",
    "read_csv('/etc/passwd')",
    "${jndi}",
    "\\'",
]


def filled(path):
    return re.sub("{.*?}", "1", path).removeprefix(PREFIX)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "ApiKey wrong"}, {"Cookie": "client=1"}])
def test_no_endpoint_answers_without_the_key(rest, headers):
    answers = {(method, path): rest(method, filled(path), headers=headers).status_code for method, path, _ in ENDPOINTS}
    assert set(answers.values()) == {401}


@pytest.mark.parametrize("host", ["attacker.example", "localhost", "attacker.example:80"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_whose_name_leads_here_gets_nothing(rest, host, method):
    """DNS rebinding: the browser would send requests here, but has no key, and is given no leave to read answers."""
    headers = {"Host": host, "Origin": f"https://{host}", "Access-Control-Request-Headers": "authorization"}
    answer = rest(method, "/project", headers=headers)
    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_other_users_see_nothing_of_a_new_store(tmp_path):
    before = os.umask(0)
    try:
        with hopsworks_local.start(tmp_path / "new") as service:
            assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
            private = store_folder(service) / "services"
            files = [path for folder in private.iterdir() for path in (folder, *folder.rglob("*"))]
            secret = [path for path in files if path.name not in ("authority.pem", "lock")]
            assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in secret} == {0}
    finally:
        os.umask(before)


@pytest.mark.parametrize("text", INJECTIONS)
def test_values_of_filters_are_values(group, text):
    assert len(group.filter(group.text == text).read()) == 0
    assert len(group.filter(group.text != text).read()) == 6 + 2
    assert len(group.filter(group.text.isin([text, "t1"])).read()) == len(group.filter(group.text == "t1").read())


@pytest.mark.parametrize("text", INJECTIONS)
def test_names_are_names(rest, project, text):
    path = f"/project/{project.id}/featurestores/{project.id}"
    body = {"name": text, "type": "cachedFeaturegroupDTO", "features": [{"name": "id", "type": "bigint"}]}
    assert rest("POST", f"{path}/featuregroups", json=body).status_code == 400
    body = {**body, "name": "fine", "features": [{"name": text, "type": "bigint"}]}
    assert rest("POST", f"{path}/featuregroups", json=body).status_code == 400
    listing = rest("GET", f"{path}/featuregroups")
    assert listing.status_code == 200
    for what in ("featuregroups", "featureview"):
        assert rest("GET", f"{path}/{what}/{requests.utils.quote(text, safe='')}").status_code in (404, 501)


def connect(service, head):
    context = ssl.create_default_context(cafile=service.environment["HOPSWORKS_TRUST_STORE_PATH"])
    plain = socket.create_connection(("127.0.0.1", int(service.environment["HOPSWORKS_PORT"])))
    connection = context.wrap_socket(plain, server_hostname="127.0.0.1")
    connection.settimeout(10)
    connection.sendall(head.encode())
    return connection


def head(key, length=1000):
    return f"POST {API}/project HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nContent-Length: {length}\r\n\r\n"


def test_slow_clients_hold_up_nobody(service, rest):
    """Their bodies never come; whoever has no key is answered and cut off at once."""
    slow = [connect(service, head(rest.headers["Authorization"])) for _ in range(50)]
    try:
        begin = time.monotonic()
        assert rest("GET", "/project").status_code == 200
        stranger = connect(service, head("ApiKey wrong"))
        assert stranger.recv(100).startswith(b"HTTP/1.1 401")
        while stranger.recv(1000):
            pass
        assert time.monotonic() - begin < 2
    finally:
        for connection in slow:
            connection.close()
