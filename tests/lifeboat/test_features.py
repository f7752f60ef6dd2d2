from datetime import timedelta

import pandas as pd
import pytest

from lifeboat import features, passengers
from lifeboat.days import days_between, today
from lifeboat.errors import LifeboatError
from lifeboat.synthetic import PassengerGenerator

DAYS = days_between("2026-11-10", "2026-11-12")


@pytest.fixture(scope="module")
def generator():
    return PassengerGenerator().fit(passengers.load())


def rows(project, source):
    titanic = features.titanic_group(project)
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
    pd.testing.assert_frame_equal(stored, written)


def test_writing_twice_adds_nothing(filled):
    assert features.write_new(features.titanic_group(filled), features.historical_passengers()) == 0
    assert len(features.read_historical(filled)) == 1309


def test_a_key_twice_in_a_table_is_refused_and_nothing_written(filled):
    twice = features.historical_passengers().head(2).assign(passenger_id=5000)
    with pytest.raises(LifeboatError, match=r"2 rows for 'titanic' share their key \(passenger_id=5000"):
        features.write(features.titanic_group(filled), twice)
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
    before = len(features.titanic_group(filled).read())
    table = change(features.historical_passengers().head(1).assign(passenger_id=6000))
    with pytest.raises(LifeboatError, match="nothing was written to 'titanic'"):
        features.write(features.titanic_group(filled), table)
    assert len(features.titanic_group(filled).read()) == before


def test_the_view_gives_no_label_to_inference(filled):
    view = features.survival_view(filled)
    batch = view.get_batch_data(inference_helper_columns=True)
    assert set(batch.columns) == {"passenger_id", "boarded_at", *passengers.FEATURES}


def test_an_empty_store_says_what_to_run(empty):
    for look in (features.survival_view, features.read_historical):
        with pytest.raises(LifeboatError, match="run notebook 02"):
            look(empty)


def test_who_needs_the_historical_passengers_brings_them_in(empty):
    assert len(features.ensure_historical(empty)) == 1309
    assert features.ensure_historical(empty).equals(features.read_historical(empty))


def test_the_future_cannot_board():
    with pytest.raises(LifeboatError, match="in the future"):
        days_between(today(), today() + timedelta(days=1))
