"""The predict page as a program meets it: documented, strict, and closed to everything else."""

import json
import math
import re
from pathlib import Path

import pytest
import requests
from gradio_client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages import ROOT

from lifeboat.dataset import InvalidRow
from lifeboat.passengers import FEATURES, validate_one

GOOD = [1, "female", 44, 0, 0, 27.72, "C"]
LEAKS = re.compile(r"Traceback|File \"|/lib/|/site-packages/|\.py\b")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
tempting = st.sampled_from(
    [0, 4, -1, 1.5, 1e308, 10**400, "MALE", "", "1", "<script>", math.nan, math.inf, True, [], {}]
)
values = anything | tempting
one_odd = st.tuples(st.integers(0, 6), values).map(lambda odd: [*GOOD[: odd[0]], odd[1], *GOOD[odd[0] + 1 :]])
rows = one_odd | st.lists(values, max_size=10)
bodies = rows.map(lambda data: {"data": data}) | anything


def call(address, endpoint, body):
    """The answers of the two requests that a call takes: to post it, and to await its event."""
    posted = requests.post(
        f"{address}gradio_api/call/{endpoint}", data=body, headers={"content-type": "application/json"}
    )
    if not posted.ok:
        return posted.status_code, posted.text, None
    event = requests.get(f"{address}gradio_api/call/{endpoint}/{posted.json()['event_id']}")
    kind, data = re.search(r"event: (\w+)\ndata: (.*)", event.text).groups()
    return event.status_code, event.text, json.loads(data) if kind == "complete" else None


def is_allowed(data):
    try:
        validate_one(dict(zip(FEATURES, data, strict=True)))
    except (InvalidRow, ValueError, TypeError):
        return False
    return True


@settings(max_examples=310, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bodies)
def test_whatever_is_sent_the_answer_is_a_prediction_or_a_refusal(predict_page, body):
    status, text, answer = call(predict_page, "predict", json.dumps(body))
    assert status < 500
    assert not LEAKS.search(text)
    if answer:
        assert 0 <= answer[0]["probability"] <= 1
    if isinstance(body, dict) and isinstance(body.get("data"), list) and len(body["data"]) == len(FEATURES):
        assert bool(answer) == is_allowed(body["data"])


@pytest.mark.parametrize("body", ["", "{", "[]", "\x00", '{"data": ' + "[" * 5000, '{"data": [' + "9" * 5000 + "]}"])
def test_what_is_not_json_is_refused(predict_page, body):
    status, text, answer = call(predict_page, "predict", body)
    assert 400 <= status < 500 or answer is None
    assert status < 500
    assert not LEAKS.search(text)


@pytest.mark.parametrize(
    ("position", "value", "said"),
    [
        (0, 4, "pclass is 4; allowed: 1, 2 or 3"),
        (1, "f", "sex is 'f'; allowed: female or male"),
        (2, -1, "age is -1; allowed: a number from 0"),
        (3, 0.5, "sibsp is 0.5; allowed: a whole number"),
        (5, "eight", "fare is 'eight'; allowed: a number"),
        (6, "X", "embarked is 'X'; allowed: C (Cherbourg), Q (Queenstown) or S"),
    ],
)
def test_a_refusal_names_field_value_and_what_is_allowed(predict_page, position, value, said):
    data = [*GOOD[:position], value, *GOOD[position + 1 :]]
    _, text, answer = call(predict_page, "predict", json.dumps({"data": data}))
    assert answer is None
    assert said in json.loads(re.search(r"data: (.*)", text)[1])["error"]


UPLOADED_BY_NOBODY = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    ("endpoint", "data", "said"),
    [
        ("predict", [], "predict takes 7 arguments, pclass, sex, age, sibsp, parch, fare and embarked; found 0"),
        ("predict", GOOD[:3], "found 3"),
        ("predict", [*GOOD, 1], "found 8"),
        ("predict", [1, UPLOADED_BY_NOBODY, *GOOD[2:]], "sex cannot be read"),
        ("predict_csv", [], "predict_csv takes 1 argument, path; found 0"),
        ("predict_csv", ["passengers.csv"], "path cannot be read"),
        ("predict_csv", [{"a": 1}], "path cannot be read"),
        ("predict_csv", [UPLOADED_BY_NOBODY], "path cannot be read: predict_csv takes 1 argument, path; a file must"),
    ],
)
def test_a_wrong_call_is_answered_in_a_sentence_and_logged_nowhere(predict_page, capfd, endpoint, data, said):
    _, text, answer = call(predict_page, endpoint, json.dumps({"data": data}))
    assert answer is None
    assert said in json.loads(re.search(r"data: (.*)", text)[1])["error"]
    assert not LEAKS.search(text)
    assert capfd.readouterr() == ("", "")


def test_an_endpoint_that_is_not_there_is_said_to_be_none(predict_page):
    status, text, _ = call(predict_page, "survive", json.dumps({"data": GOOD}))
    assert status == 404
    assert "/gradio_api/call/survive is not an endpoint" in text


def test_where_the_page_is_shared_it_says_what_it_is(predict_page):
    shown = requests.get(predict_page).text
    assert '<meta property="og:title" content="Would this passenger survive? · Lifeboat"' in shown
    assert shown.count('content="Seven facts known when the Titanic sailed') == 2
    icon = requests.get(f"{predict_page}favicon.ico")
    assert icon.headers["content-type"].startswith("image/svg")


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "/proc/self/environ",
        "app.py",
        str(ROOT / "spaces" / "predict" / "app.py"),
        str(ROOT / "pyproject.toml"),
        "lifeboat/pages/theme.py",
    ],
)
def test_no_file_can_be_read(predict_page, path):
    for route in ("gradio_api/file=", "file=", "static/", "assets/", "theme.css/../", "gradio_api/upload/"):
        assert not requests.get(f"{predict_page}{route}{path}").ok
    fetched = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]}
    status, text, answer = call(predict_page, "predict_csv", json.dumps(fetched))
    assert status < 500
    assert answer is None
    assert not LEAKS.search(text)


def test_a_file_on_another_server_is_not_fetched(predict_page):
    fetched = {
        "data": [
            {"path": f"{predict_page}config", "url": f"{predict_page}config", "meta": {"_type": "gradio.FileData"}}
        ]
    }
    _, text, answer = call(predict_page, "predict_csv", json.dumps(fetched))
    assert answer is None
    assert not LEAKS.search(text)


def test_an_upload_is_limited(predict_page):
    upload = requests.post(f"{predict_page}gradio_api/upload", files={"files": ("big.csv", b"x" * 21_000_000)})
    assert upload.status_code == 413


@pytest.mark.parametrize("route", ["", "config", "gradio_api/info", "gradio_api/startup-events", "theme.css"])
def test_no_path_of_the_machine_is_told(predict_page, route):
    told = requests.get(f"{predict_page}{route}").text
    assert str(ROOT) not in told
    assert "lifeboat-space-" not in told


def test_only_the_documented_endpoints_are_named(predict_page):
    named = requests.get(f"{predict_page}gradio_api/info").json()["named_endpoints"]
    assert set(named) == {"/predict", "/predict_csv"}
    assert "Ticket class" in named["/predict"]["description"]


def test_the_example_of_the_readme_runs(predict_page, tmp_path, monkeypatch, capsys):
    readme = (ROOT / "spaces" / "predict" / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1].replace("http://127.0.0.1:7860", predict_page)
    (tmp_path / "passengers.csv").write_text(",".join(FEATURES) + "\n3,male,,0,0,8.05,S\n")
    monkeypatch.chdir(tmp_path)
    found = {}
    exec(code, found)
    assert found["faults"] is None
    assert "died" in Path(found["predictions"]).read_text()


def test_a_program_gets_what_the_page_shows(predict_page, champion):
    client = Client(predict_page, verbose=False)
    answer = client.predict(pclass=3, sex="male", age=22, sibsp=1, fare=7.25, embarked="S", api_name="/predict")
    expected = champion.pipeline.predict_proba(dict(zip(FEATURES, [3, "male", 22, 1, 0, 7.25, "S"], strict=True)))[0, 1]
    assert answer["probability"] == pytest.approx(expected)
    assert answer["survived"] is False
