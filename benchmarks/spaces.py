"""How both pages stand up to fifty visitors at once, beside a Gradio app that does nothing.

Run with ``python -m benchmarks.spaces``. The apps run in processes of their own; in this one fifty threads, each with a
session as gradio_client has it, call them in turn for three seconds, ten times each, so that whatever else the machine
does falls on all alike. Measured are the endpoint `predict`, what the page itself asks for (all panels of an answer),
and what an open monitor asks for.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import defaultdict

import numpy as np

CLIENTS = 50
SLICE, SLICES = 3.0, 10
OURS_AT, EMPTY_AT, MONITOR_AT = 7971, 7972, 7973

OURS = """
import sys
sys.path.insert(0, "tests/lifeboat/pages")
from pages import load_app, make_champion
from lifeboat.pages import theme
from lifeboat.pages.live import Live
champion = make_champion()
app = load_app("predict")
theme.launch(app.build, Live(lambda previous: champion, 30), app.LEAD, server_port={port}, quiet=True)
"""

MONITOR = """
import sys
sys.path.insert(0, "tests/lifeboat/pages")
from pages import load_app, make_champion, make_results, make_versions
from lifeboat.pages import theme
from lifeboat.pages.live import Live
from lifeboat.pages.monitor.history import history
found = history(make_results(make_champion()), make_versions(), mark="two weeks")
app = load_app("monitor")
theme.launch(app.build, Live(lambda previous: found, 30), app.LEAD, server_port={port}, quiet=True)
"""

EMPTY = """
import gradio as gr
def predict(pclass: int, sex: str, age: float, sibsp: int, parch: int, fare: float, embarked: str) -> dict:
    return {{}}
with gr.Blocks(analytics_enabled=False) as page:
    gr.api(predict, api_name="predict", concurrency_limit=None)
page.launch(server_port={port}, quiet=True)
"""


def passenger(random: np.random.Generator) -> list:
    """Make up the data of one call; every one is different, so that no cache can help."""
    return [
        int(random.integers(1, 4)),
        str(random.choice(["female", "male"])),
        round(float(random.uniform(0, 80)), 3),
        int(random.integers(0, 5)),
        int(random.integers(0, 5)),
        round(float(random.uniform(5, 300)), 3),
        str(random.choice(["S", "C", "Q"])),
    ]


def request(connection: http.client.HTTPConnection, method: str, path: str, body: dict | None = None) -> str:
    """Send a request over a kept connection and return the answer's text."""
    data = json.dumps(body) if body is not None else None
    connection.request(method, path, data, {"content-type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {text[:100]}")
    return text


def predict(connection: http.client.HTTPConnection, session: str, data: list) -> None:
    """Call the endpoint: post, then await the event."""
    body = {"data": data, "session_hash": session}
    event = json.loads(request(connection, "POST", "/gradio_api/call/predict", body))["event_id"]
    answer = request(connection, "GET", f"/gradio_api/call/predict/{event}")
    if "event: complete" not in answer:
        raise RuntimeError(answer[:200])


def ask(connection: http.client.HTTPConnection, session: str, data: list) -> None:
    """Do what the page does when a control is moved."""
    _event(connection, session, 1, [None, None, *data, False, False])


def look(connection: http.client.HTTPConnection, session: str, data: list) -> None:
    """Do what an open monitor does every now and then."""
    _event(connection, session, 0, [])


def _event(connection: http.client.HTTPConnection, session: str, index: int, data: list) -> None:
    """Call what a page calls, in its session, by its place in the app."""
    request(connection, "POST", "/gradio_api/run/predict", {"data": data, "fn_index": index, "session_hash": session})


CASES = {
    "predict": (predict, OURS_AT),
    "page": (ask, OURS_AT),
    "monitor": (look, MONITOR_AT),
    "empty app": (predict, EMPTY_AT),
}


def client(case: str, name: int, turn: int, end: float, seconds: list[float], errors: list[str]) -> None:
    """Call again and again until the end, in the same session in all turns."""
    call, port = CASES[case]
    random = np.random.default_rng([name, turn])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            call(connection, f"client-{name}", passenger(random))
            seconds.append(time.monotonic() - begun)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            errors.append(repr(error))
            connection.close()


def attack(case: str, turn: int) -> tuple[list[float], list[str]]:
    """Let all clients call for one slice of time."""
    seconds, errors, end = [], [], time.monotonic() + SLICE
    arguments = [(case, i, turn, end, seconds, errors) for i in range(CLIENTS)]
    threads = [threading.Thread(target=client, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, errors


def wait(port: int) -> None:
    """Wait until an app answers."""
    for _ in range(600):
        try:
            request(http.client.HTTPConnection("127.0.0.1", port), "GET", "/config")
            return
        except (OSError, RuntimeError):
            time.sleep(0.2)
    raise SystemExit(f"no answer on port {port}")


def main() -> None:
    """Measure all cases in turn and print a line for each."""
    codes = {OURS_AT: OURS, MONITOR_AT: MONITOR, EMPTY_AT: EMPTY}
    apps = [subprocess.Popen([sys.executable, "-c", code.format(port=port)]) for port, code in codes.items()]
    seconds, errors = defaultdict(list), defaultdict(list)
    try:
        for port in codes:
            wait(port)
        for turn, case in ((turn, case) for turn in range(SLICES) for case in CASES):
            measured, failed = attack(case, turn)
            seconds[case] += measured
            errors[case] += failed
    finally:
        for app in apps:
            app.terminate()
    empty = np.quantile(seconds["empty app"], 0.95)
    for case, each in seconds.items():
        p50, p95 = np.quantile(each, [0.5, 0.95])
        rate = f"{len(each) / (SLICE * SLICES):.0f} calls/s"
        print(f"{case:<10} p50 {p50:.2f} s  p95 {p95:.2f} s ({p95 / empty:.2f} x)  {rate}  {len(errors[case])} errors")
        print(*errors[case][:1], sep="\n", end="")


if __name__ == "__main__":
    main()
