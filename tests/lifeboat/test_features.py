import subprocess
import sys
import textwrap
from datetime import timedelta

import pandas as pd
import pytest
from deltalake.exceptions import CommitFailedError

from lifeboat import features, passengers
from lifeboat.days import days_between, today
from lifeboat.errors import LifeboatError


def rows(project, source):
    titanic = features.feature_group(project)
    found = titanic.filter(titanic.source == source).read()
    return found.sort_values("passenger_id", ignore_index=True)


def test_historical_passengers_board_in_2012():
    boarded = features.historical_passengers().set_index("embarked")["boarded_at"]
    assert set(boarded.loc["Q"]) == {pd.Timestamp("2012-04-11")}
    assert set(boarded.loc[["S", "C"]]) == {pd.Timestamp("2012-04-10")}
    assert boarded.dtype == "datetime64[us]"


def test_what_is_written_is_read_back(filled):
    written = features.historical_passengers()
    stored = features.read_historical(filled)[written.columns]
    pd.testing.assert_frame_equal(stored, written.astype({"survived": "int64"}))


def test_writing_twice_adds_nothing(filled):
    assert features.write_new(features.feature_group(filled), features.historical_passengers()) == 0
    assert len(features.read_historical(filled)) == 1309


def test_a_key_twice_in_a_table_is_refused_and_nothing_written(filled):
    twice = features.historical_passengers().head(2).assign(passenger_id=5000)
    with pytest.raises(LifeboatError, match=r"2 rows for 'titanic' share their key \(passenger_id=5000"):
        features.write(features.feature_group(filled), twice)
    assert 5000 not in rows(filled, features.HISTORICAL)["passenger_id"].to_numpy()


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.drop(columns="age"),
        lambda d: d.assign(extra=1),
        lambda d: d.assign(pclass="first"),
        lambda d: d.assign(passenger_id=None),
    ],
    ids=["column missing", "column unknown", "wrong type", "no key"],
)
def test_a_table_that_does_not_fit_is_refused_and_nothing_written(filled, change):
    before = len(features.feature_group(filled).read())
    table = change(features.historical_passengers().head(1).assign(passenger_id=6000))
    with pytest.raises(LifeboatError, match="nothing was written to 'titanic'"):
        features.write(features.feature_group(filled), table)
    assert len(features.feature_group(filled).read()) == before


def test_the_view_gives_no_label_to_inference(filled):
    view = features.feature_view(filled)
    batch = view.get_batch_data(inference_helper_columns=True)
    assert set(batch.columns) == {"passenger_id", "boarded_at", *passengers.FEATURES}


def test_an_empty_store_says_what_to_run(empty):
    for look in (features.feature_view, features.read_historical):
        with pytest.raises(LifeboatError, match="run notebook 02"):
            look(empty)


def test_who_needs_the_historical_passengers_brings_them_in(empty):
    assert len(features.ensure_historical(empty)) == 1309
    assert features.ensure_historical(empty).equals(features.read_historical(empty))


def test_the_future_cannot_board():
    with pytest.raises(LifeboatError, match="in the future"):
        days_between(today(), today() + timedelta(days=1))


WRITER = """
    import sys
    import lifeboat
    from lifeboat import features
    first = int(sys.argv[1])
    group = features.feature_group(lifeboat.login())
    rows = features.historical_passengers().head(5)
    print("ready", flush=True)
    sys.stdin.readline()
    for turn in range(4):
        features.write(group, rows.assign(passenger_id=range(first + 5 * turn, first + 5 * turn + 5)))
"""


@pytest.mark.slow
def test_several_processes_write_at_once_and_none_of_them_sees_it(empty):
    """They also create the group at once, and its table."""
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WRITER)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    programs = [subprocess.Popen([*command, str(first)], **pipes) for first in (100, 200, 300, 400)]
    for program in programs:
        while "ready" not in program.stdout.readline():
            assert program.poll() is None
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        output, _ = program.communicate(timeout=200)
        assert program.returncode == 0, output[-3000:]
    written = features.feature_group(empty).read()["passenger_id"]
    assert sorted(written) == [first + n for first in (100, 200, 300, 400) for n in range(20)]


def test_writing_is_given_up_if_others_are_always_quicker(monkeypatch):
    class Busy:
        name, primary_key, event_time = "titanic", ["passenger_id"], "boarded_at"

        def insert(self, frame):
            raise CommitFailedError("a concurrent transaction")

    monkeypatch.setattr(features.time, "sleep", lambda seconds: None)
    with pytest.raises(LifeboatError, match="others wrote to it at the same time, 20 times"):
        features.write(Busy(), features.historical_passengers())
