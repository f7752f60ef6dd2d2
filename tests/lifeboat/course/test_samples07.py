"""What lesson 07 asks each learner about: whoever it is drawn for, it tells the story that the exercise needs."""

import numpy as np
import pytest

from lifeboat.course.checking import judge
from lifeboat.course.exercise import Result
from lifeboat.course.learner import as_learner
from lifeboat.course.lessons import samples07 as samples

LEARNERS = ["anna", "ben", "cora", "dan"]


@pytest.fixture(params=LEARNERS)
def someone(request):
    with as_learner(request.param):
        yield


def right(table):
    return (table["prediction"] == table["survived"]).mean()


def test_what_was_known_first_looks_worse_than_what_came_later(someone):
    said, happened = samples.my_forecasts()
    joined = said.merge(happened, on="passenger_id")
    assert right(joined[joined["outcome_at"] <= samples.EVENING]) < right(joined)
    assert (joined["outcome_at"] > joined["predicted_at"]).all()


def test_one_version_was_right_far_less_often_than_the_others(someone):
    stored, settled = samples.my_releases()
    joined = stored.merge(settled, on="passenger_id")
    worst, second = sorted(right(part) for _, part in joined.groupby("model_version"))[:2]
    assert worst < second - 0.2
    assert len(settled) < len(stored)


def test_the_lowest_share_of_a_quiet_week_makes_a_good_alarm(someone):
    days = samples.my_evenings()
    limit = np.nanmin(samples.shares(days, 7)[days["quiet"]])
    assert judge("7.5", 7, limit).result is Result.correct


def test_the_better_model_is_the_challenger_for_some_and_the_champion_for_others():
    verdicts = set()
    for name in LEARNERS:
        with as_learner(name):
            table = samples.my_judged()
            gain = np.log(table["challenger"] / table["champion"]).where(
                table["survived"] == 1, np.log((1 - table["challenger"]) / (1 - table["champion"]))
            )
            verdicts.add(bool(gain.mean() > 0))
    assert verdicts == {True, False}
