"""Whoever has the key may send anything: the answer says what was wrong, and others are served meanwhile.

Some requests here; as a benchmark, in about three minutes:

    REQUESTS=20000 pytest -s tests/hopsworks_local/test_service_hostile.py -k no_error
"""

import copy
import inspect
import itertools
import json
import os
import random
import re
import socket
import sqlite3
import ssl
import threading
import time
from collections import Counter
from urllib.parse import quote

import deltalake
import pandas as pd
import pytest
import requests
import urllib3
from hopsworks.client.exceptions import RestAPIError
from service_helpers import Rest, days, store_folder

import hopsworks_local
from hopsworks_local.rest import RESOURCES

SEED = 1912
REQUESTS = int(os.environ.get("REQUESTS", "2200"))
PATIENCE = 5  # seconds for an answer
PREFIX = "/hopsworks-api/api"
USUAL = {
    **{
        name: ["1"]
        for name in (
            "project",
            "featurestore",
            "registry",
            "version",
            "dataset",
            "execution",
            "suite",
            "expectation",
            "report",
        )
    },
    "id": ["2", "2", "4", "8"],
    "name": ["kept", "kept", "fuzzed"],
    "path": ["Models", "Resources/x", "Models/fuzzed/1", "Resources/x/y"],
    "reference": ["fuzzed_1", "5"],
}
LOST = {"id": ["8", "9"], "name": ["fuzzed"], "dataset": ["2"], "reference": ["5"]}  # what may be deleted
FEATURE = {"name": "id", "type": "bigint", "primary": True}
GROUP = {
    "name": "fuzzed",
    "version": 1,
    "type": "cachedFeaturegroupDTO",
    "description": "a group",
    "features": [FEATURE, {"name": "at", "type": "timestamp"}, {"name": "x", "type": "double"}],
    "eventTime": "at",
    "statisticsConfig": {"enabled": True, "columns": ["x"], "histograms": True},
    "tags": {"items": [{"name": "owner", "value": "me"}]},
    "transformationFunctions": [
        {"hopsworksUdf": {"name": "f", "outputColumnNames": ["x"], "transformationFeatures": ["id"]}}
    ],
}
CONDITION = {"condition": "GREATER_THAN", "value": "1", "feature": {"name": "x", "featureGroupId": 2}}
FILTER = {"type": "AND", "leftFilter": CONDITION, "rightLogic": {"type": "SINGLE", "leftFilter": CONDITION}}
QUERY = {
    "leftFeatureGroup": {"id": 2},
    "leftFeatures": [{"name": "id"}, {"name": "x"}],
    "filter": FILTER,
    "limit": 3,
    "joins": [
        {
            "query": {"leftFeatureGroup": {"id": 4}, "leftFeatures": [{"name": "y"}]},
            "leftOn": [{"name": "id"}],
            "rightOn": [{"name": "id"}],
            "type": "LEFT",
            "prefix": "b_",
        }
    ],
}
EXPECTATION = {"id": 1, "expectationType": "between", "kwargs": "{}", "meta": json.dumps({"expectationId": 1})}
SUITE = {"expectationSuiteName": "fuzzed", "expectations": [EXPECTATION], "runValidation": True}
BODIES = {
    "featuregroups": {**GROUP, "version": None},
    "featuregroups/{id:int}": GROUP,
    "commits": {"commitID": 1_700_000_000_000, "rowsInserted": 1, "rowsUpdated": 0, "rowsDeleted": 0},
    "query": QUERY,
    "batch": FILTER,
    "featureview": {
        "name": "fuzzed",
        "version": 1,
        "query": QUERY,
        "features": [{"name": "x", "label": True, "featuregroup": {"id": 2}}],
    },
    "version/{version:int}": {"description": "another"},
    "trainingdatasets": {
        "trainingDatasetType": "HOPSFS_TRAINING_DATASET",
        "dataFormat": "csv",
        "seed": 3,
        "splits": [{"name": "train", "percentage": 0.5}, {"name": "test", "percentage": 0.5}],
        "extraFilter": FILTER,
    },
    "compute": {"query": QUERY, "overwrite": True},
    "statistics": {
        "computationTime": 1_700_000_000_000,
        "featureDescriptiveStatistics": [{"featureName": "x", "count": 3}],
    },
    "{tag}": {"value": [1, "a"]},
    "keywords": {"keywords": ["fast", "blue"]},
    "transformationfunctions": {"version": None, "hopsworksUdf": {"name": "fuzzed", "outputColumnNames": ["a"]}},
    **dict.fromkeys(("expectationsuite", "{suite:int}", "metadata"), SUITE),
    **dict.fromkeys(("expectations", "{expectation:int}"), EXPECTATION),
    "validationreport": {"success": True, "results": [{"success": True, "expectationConfig": json.dumps(EXPECTATION)}]},
    "log": {"extraLoggingColumns": [{"name": "extra", "type": "double"}]},
    "{reference}": {
        "name": "fuzzed",
        "version": 1,
        "metrics": {"accuracy": 0.5},
        "framework": "PYTHON",
        "featureView": {"name": "fuzzed", "version": 1},
        "trainingDatasetVersion": 1,
    },
}
VALUES = [
    None, True, -1, 0, 1.5, 2**63, 10**40, 1e308, "", "x", "1", "\ud800", "\0", "x" * 5000, "id; DROP", [], {}, [[]],
    [None], [{}], {"a": {}}, {"id": 10**30}, {"id": "x"}, {"name": 5}, "{", '{"useFullyQualifiedName"', "9" * 40, "²",
    "date AS id, (SELECT 1) AS y", "[" * 3000,
]  # fmt: skip
RAW = [
    b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 2000 + b"1" + b"}" * 2000, b"[" * 300 + b"]" * 300, b"1e999",
    b"NaN", b"[-Infinity]", b"1" * 5000, b"\0", b'"\\ud800"', b"null", b"[]", b"5", b'"text"',
]  # fmt: skip
TEXTS = [
    "",
    "x",
    "-1",
    "--1",
    "1",
    "²",
    "9" * 30,
    "1.5",
    "null",
    "%00",
    "\0",
    "ü" * 200,
    "a/b",
    "../..",
    "desc",
    ":",
    "::",
]
QUERIES = [
    *TEXTS, "true", "listing", "copy", "move", "create", "accuracy:desc", "name_eq:x", "computation_time_ltoeq:x",
    "feature_name_eq:null", "computation_time_gtoeq:{", "a/b", "Resources/x/y", "Models",
    "commited_on_ltoeq:" + "9" * 40, '[{"value": "fast"}]',
    '[{"name": "owner", "key": "a", "value": "b", "c": 1}]', "ALL",
]  # fmt: skip


ENDPOINTS = [
    (method, route.path, sorted(inspect.getclosurevars(route.endpoint).nonlocals.get("known", ())))
    for resource in RESOURCES
    for route in resource.ROUTES
    for method in sorted(route.methods - {"HEAD"})
]


def mutate(chance, document):
    """Put something else in one or two places of a document."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(0, 2)):
        places = list(_places(document))
        if places:
            holder, key = chance.choice(places)
            if chance.random() < 0.2:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(chance.choice(VALUES))
    return document


def _places(document):
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in list(items):
        yield document, key
        yield from _places(value)


def fill(chance, method, path):
    """A path with its parameters filled in, mostly by what exists; the group that queries read is not deleted."""

    def value(match):
        name, _, kind = match[1].partition(":")
        usual = USUAL.get(name, ["fuzzed"])
        if name in LOST and (method == "DELETE" or path.endswith("/clear")):
            usual = LOST[name]
        if name != "project" and chance.random() < 0.2:
            usual = ["9" * 30, "1"] if kind == "int" else TEXTS
        return quote(chance.choice(usual), safe="")

    return re.sub(r"{(.*?)}", value, path).removeprefix(PREFIX)


def body_of(chance, method, path):
    ending = next((ending for ending in sorted(BODIES, key=len, reverse=True) if path.endswith(ending)), None)
    if method == "GET" or chance.random() < 0.1:
        return chance.choice(RAW) if chance.random() < 0.5 else b""
    document = mutate(chance, BODIES[ending]) if ending else chance.choice(VALUES)
    return json.dumps(document).encode()


def hostile_requests(seed, count):
    """Requests to every endpoint in turn: method, path, query, body and headers."""
    chance = random.Random(seed)
    for method, path, known in itertools.islice(itertools.cycle(ENDPOINTS), count):
        names = chance.sample(known, min(len(known), chance.randint(0, 2)))
        query = {name: chance.choice(QUERIES) for name in names}
        body, headers = body_of(chance, method, path), {}
        if "/upload/" in path:
            body, headers = upload(chance)
        yield method, fill(chance, method, path), query, body, headers


def upload(chance):
    """A chunk of a file as the client sends it, with something wrong in it."""
    fields = {"flowFilename": "a", "flowChunkNumber": "1", "flowTotalChunks": "1", "flowTotalSize": "1"}
    fields |= {name: chance.choice(TEXTS) for name in chance.sample(sorted(fields), chance.randint(0, 2))}
    fields["file"] = ("a", b"x") if chance.random() < 0.9 else "x"
    body, kind = urllib3.encode_multipart_formdata(fields)
    body = body[: chance.randint(0, len(body))] if chance.random() < 0.2 else body
    return body, {"Content-Type": chance.choice([kind, kind, kind, "multipart/form-data", "text/plain"])}


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with hopsworks_local.start(tmp_path_factory.mktemp("hostile") / "store") as service:
        yield fill_store(Rest(service.environment))


def fill_store(rest):
    """Give a new store the groups with the ids 2 and 4, a view of both and the folder of a model."""
    store = "/project/1/featurestores/1"
    group = rest("POST", f"{store}/featuregroups", json=GROUP).json()
    rows = pd.DataFrame({"id": [1, 2, 3], "at": days(1, 2, 3), "x": [1.0, None, 3.0]})
    deltalake.write_deltalake(group["location"], rows)
    features = [FEATURE, {"name": "y", "type": "array<double>"}]
    other = rest("POST", f"{store}/featuregroups", json={"name": "other", "type": GROUP["type"], "features": features})
    assert (group["id"], other.json()["id"]) == (2, 4)
    deltalake.write_deltalake(other.json()["location"], pd.DataFrame({"id": [1, 2], "y": [[1.0], [2.0, 3.0]]}))
    rest("POST", "/project/1/dataset/Models/fuzzed/1?action=create")
    rest("POST", f"{store}/featuregroups/2/expectationsuite", json=SUITE)
    rest("PUT", f"{store}/featuregroups/2/validationreport", json=BODIES["validationreport"])
    view = rest("POST", f"{store}/featureview", json={**BODIES["featureview"], "name": "kept"})
    dataset = {"trainingDatasetType": "IN_MEMORY_TRAINING_DATASET"}
    made = rest("POST", f"{store}/featureview/kept/version/1/trainingdatasets", json=dataset)
    assert (view.status_code, made.status_code) == (201, 201)
    return rest


def test_hostile_requests_get_an_answer_that_is_no_error_of_the_service(target, tmp_path_factory):
    around = outside(tmp_path_factory.getbasetemp())
    bad, answers, longest = [], Counter(), 0.0
    for method, path, query, body, headers in hostile_requests(SEED, REQUESTS):
        begin = time.monotonic()
        answer = target(method, path, params=query, data=body, headers={**target.headers, **headers})
        longest = max(longest, time.monotonic() - begin)
        answers[answer.status_code] += 1
        if answer.status_code == 500:
            bad.append((method, path, query, body[:200], answer.json()["errorMsg"]))
    print(f"{REQUESTS} requests to {len(ENDPOINTS)} endpoints, longest {longest:.2f} s: {dict(answers)}")
    assert not bad, f"{len(bad)} of {REQUESTS}, for example {bad[0]}"
    assert longest < PATIENCE
    assert outside(tmp_path_factory.getbasetemp()) == around
    for listing in ("featuregroups", "featureview", "featureview/kept/version/1/trainingdatasets"):
        assert target("GET", f"/project/1/featurestores/1/{listing}").json()["count"]


def outside(folder):
    """What lies around the stores."""
    return {path for path in folder.rglob("*") if "store" not in path.relative_to(folder).parts}


@pytest.mark.parametrize("type", ["date AS id, (SELECT 1) AS y", "object", 5])
def test_a_type_that_is_none_makes_no_group(target, type):
    body = {**GROUP, "name": "injected", "features": [FEATURE, {"name": "x", "type": type}]}
    assert target("POST", "/project/1/featurestores/1/featuregroups", json=body).status_code == 400
    assert target("GET", "/project/1/featurestores/1/featuregroups/injected").status_code == 404


def test_broken_text_is_refused_and_listings_stay(store, name):
    group = store.create_feature_group(name, version=1, primary_key=["id"], description="\ud800")
    with pytest.raises(RestAPIError, match="is no Unicode"):
        group.insert(pd.DataFrame({"id": [1]}))
    assert name not in [found.name for found in store.get_feature_groups()]


@pytest.mark.parametrize("spoil", [{"description": "\ud800"}, {"features": None}], ids=["text", "form"])
def test_listings_survive_a_document_that_an_older_version_has_stored(service, store, group, name, spoil):
    """What is broken beyond showing is left out, and can be deleted."""
    bad = store.create_feature_group(f"{name}_bad", version=1, primary_key=["id"])
    bad.insert(pd.DataFrame({"id": [1]}))
    with sqlite3.connect(store_folder(service) / "metadata.sqlite") as metadata:
        (body,) = metadata.execute("SELECT body FROM documents WHERE id = ?", (bad.id,)).fetchone()
        body = json.dumps({**json.loads(body), **spoil})
        metadata.execute("UPDATE documents SET body = ? WHERE id = ?", (body, bad.id))
    assert group.name in [found.name for found in store.get_feature_groups()]
    bad.delete()


def test_others_are_served_while_a_huge_document_is_refused(target):
    """The values are counted as they come: millions of them are never parsed."""
    body = b"[" + b"[]," * (62_000_000 // 3) + b"1]"
    status, other = [], copy.copy(target)
    other._session = requests.Session()
    path = "/project/1/featurestores/1/featuregroups"
    sender = threading.Thread(target=lambda: status.append(other("POST", path, data=body).status_code))
    sender.start()
    longest = 0.0
    while sender.is_alive():
        begin = time.monotonic()
        assert target("GET", "/project").status_code == 200
        longest = max(longest, time.monotonic() - begin)
    assert status == [413]
    assert longest < 1


def test_a_body_that_is_too_large_gets_its_answer(target):
    answer = target("POST", "/project/1/featurestores/1/featuregroups", data=b'"' + b"a" * 2**27)
    assert answer.status_code == 413
    assert "67108864 bytes" in answer.json()["errorMsg"]


def test_headers_that_never_end_are_given_up(tmp_path, monkeypatch):
    from hopsworks_local import server
    from hopsworks_local.backend import Backend
    from hopsworks_local.credentials import Credentials
    from hopsworks_local.engine import Engine
    from hopsworks_local.store import Store

    monkeypatch.setattr(server, "IDLE_SECONDS", 1)
    store = Store(tmp_path / "store", "titanic")
    listener = server._listen(0)
    engine, credentials = Engine(store.folder, tmp_path / "spill"), Credentials(tmp_path / "certificates")
    running = server._Server([Backend(store, engine, credentials, store.projects)], None)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        context = ssl.create_default_context(cafile=tmp_path / "authority.pem")
        with socket.create_connection(listener.getsockname()) as plain:
            connection = context.wrap_socket(plain, server_hostname="127.0.0.1")
            connection.settimeout(10)
            connection.sendall(b"GET / HTTP/1.1\r\n")
            with pytest.raises((ConnectionError, ssl.SSLError)):
                for number in range(50):
                    connection.sendall(b"X-%d: 1\r\n" % number)
                    time.sleep(0.1)
    finally:
        running.should_exit = True
        thread.join()
