"""docs/hopsworks-compatibility.md says what the tests have shown, and of what they have shown nothing is missing."""

import json
import re
from importlib.metadata import version

import client_calls
import compatibility
import pytest

CALLS = json.loads(client_calls.FILE.read_text(encoding="utf-8"))
SHOWN = {**CALLS["works"], **CALLS["refused"]}
PAGE = compatibility.PAGE.read_text(encoding="utf-8")


def test_the_page_is_made_from_what_was_called():
    assert compatibility.render(CALLS, CALLS["client"]) == PAGE, "run `make compatibility`"


def test_it_is_about_the_client_that_is_installed():
    assert CALLS["client"] == version("hopsworks"), "run `make compatibility`"
    known = {f"{name}.{method}" for name in client_calls.CLASSES for method in client_calls.methods(name)}
    assert SHOWN.keys() <= known


@pytest.mark.parametrize("name", client_calls.CLASSES)
def test_every_method_is_on_the_page(name):
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    assert set(client_calls.methods(name)) <= set(re.findall(r"`(\w+)`", section))


def test_the_tests_that_show_it_exist_and_call_the_method():
    """Cheaply: the file has the test, and some file of these tests has the call."""
    files = {file.name: file.read_text(encoding="utf-8") for file in client_calls.HERE.glob("*.py")}
    everything = "\n".join(files.values())
    for method, test in SHOWN.items():
        file, function = re.match(r".*?(\w+\.py)::(\w+)", test).groups()
        assert f"def {function}(" in files[file], f"{test} is gone: run `make compatibility`"
        called = rf"\b{method.partition('.')[2]}\("
        assert re.search(called, everything), f"nothing calls {method}: run `make compatibility`"


def test_differences_are_stated_of_methods_that_work():
    assert compatibility.DIFFERENCES.keys() <= CALLS["works"].keys()


CLIENT = """
class Thing:
    def outer(self):
        return self.inner()

    def inner(self):
        return 1

    def broken(self):
        raise ValueError

    @classmethod
    def made(cls):
        return cls()
"""
"""Stands for a class of the client, in a file of its own."""


def test_only_what_a_test_itself_calls_is_seen():
    names: dict = {}
    exec(compile(CLIENT, "/elsewhere/client.py", "exec"), names)
    thing, watch = names["Thing"], client_calls.Watch()
    for name in ("outer", "inner", "broken", "made"):
        watch._observe(thing, name)
    with pytest.raises(ValueError):
        thing.made().broken()
    assert watch.take() == {"Thing.made": True, "Thing.broken": False}
    assert thing.made().outer() == 1
    assert watch.take() == {"Thing.made": True, "Thing.outer": True}
    assert watch.take() == {}
