import pytest

from lifeboat.pages import links
from lifeboat.pages.markup import header


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    for name in ("SPACE_ID", *(links.VARIABLE.format(what) for what in ("PREDICT", "MONITOR", "SOURCE"))):
        monkeypatch.delenv(name, raising=False)


def test_where_nothing_is_known_there_is_no_dead_link():
    assert links.elsewhere("predict") == []
    assert "<a" not in header("Title", "Lead", links.elsewhere("predict"))


def test_the_environment_says_where_the_others_are(monkeypatch):
    monkeypatch.setenv("LIFEBOAT_PREDICT_PAGE", "http://127.0.0.1:7860")
    monkeypatch.setenv("LIFEBOAT_MONITOR_PAGE", "http://127.0.0.1:7861")
    assert links.elsewhere("predict") == [("How well has it been doing?", "http://127.0.0.1:7861")]
    assert links.elsewhere("monitor") == [("Would this passenger survive?", "http://127.0.0.1:7860")]


def test_a_space_knows_its_twin_and_its_own_files(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "somebody/lifeboat-predict")
    spaces = "https://huggingface.co/spaces/somebody/lifeboat"
    assert [address for _, address in links.elsewhere("predict")] == [
        f"{spaces}-monitor",
        f"{spaces}-predict/tree/main",
    ]


def test_a_space_of_another_name_knows_only_its_own_files(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "somebody/titanic")
    assert [text for text, _ in links.elsewhere("monitor")] == ["Source"]
