import numpy as np
import pytest

from lifeboat import gate, passengers, survival
from lifeboat.gate import HeldOut, Rival


@pytest.fixture(scope="module")
def people():
    return passengers.load()


@pytest.fixture(scope="module")
def held_out(people):
    rows = people[people.index % 3 == 0]
    return HeldOut(rows[passengers.FEATURES], rows[passengers.LABEL], rows["ticket"])


@pytest.fixture(scope="module")
def learned(people):
    rows = people[people.index % 3 > 0]
    return rows[passengers.FEATURES], rows[passengers.LABEL]


@pytest.fixture(scope="module")
def challenger(learned):
    return survival.fit("logistic", *learned)


@pytest.fixture(scope="module")
def probability(challenger, held_out):
    return challenger.predict_proba(held_out.X)[:, 1]


@pytest.fixture
def judge(challenger, held_out):
    """Judge the challenger against one rival with these probabilities."""

    def ask(other, must_be_beaten=True, calibration_error=0.03):
        rivals = [Rival("the other", other, must_be_beaten)]
        return gate.judge(challenger, rivals, held_out, calibration_error=calibration_error, champion=4)

    return ask


def less_sure(probability):
    return 0.5 + 0.3 * (probability - 0.5)


def nearer_the_outcome(probability, held_out, share):
    return probability + share * (held_out.y.to_numpy() - probability)


def test_a_better_model_passes_with_its_figures(judge, probability):
    verdict = judge(less_sure(probability))
    assert verdict.passed and verdict.faults == []
    assert verdict.low < verdict.difference < verdict.high <= gate.MARGIN
    assert (verdict.champion, verdict.against) == (4, "the other")
    assert 0 < verdict.latency_ms < gate.LATENCY_LIMIT_MS
    assert 0 < verdict.size_mb < gate.SIZE_LIMIT_MB
    assert str(verdict).startswith(f"passed the gate: log loss {verdict.difference:+.3f} (")


def test_the_difference_is_paired_and_companions_stay_together(judge, probability, held_out):
    other = less_sure(probability)
    expected = survival.measure_difference(held_out.y, probability, other, held_out.together).loc["log_loss"]
    verdict = judge(other)
    assert (verdict.difference, verdict.low, verdict.high) == tuple(expected[["value", "low", "high"]])


def test_a_model_that_may_be_much_worse_does_not_pass(judge, probability, held_out):
    verdict = judge(nearer_the_outcome(probability, held_out, 0.1), must_be_beaten=False)
    (fault,) = verdict.faults
    assert fault == f"its log loss may be {verdict.high:.3f} above that of the other, more than 0.01"
    assert str(verdict) == f"did not pass the gate: {fault}"


def test_a_model_within_the_margin_passes_only_where_it_need_not_win(judge, probability, held_out):
    slightly_better = nearer_the_outcome(probability, held_out, 0.005)
    assert judge(slightly_better, must_be_beaten=False).passed
    verdict = judge(slightly_better)
    assert 0 < verdict.difference < verdict.high < gate.MARGIN
    assert verdict.faults == ["its log loss is not below that of the other"]


def test_the_same_model_again_does_not_pass(judge, probability):
    assert judge(probability).faults == ["its log loss is not below that of the other"]


@pytest.mark.parametrize("error", [0.081, np.nan])
def test_a_badly_calibrated_model_does_not_pass(judge, probability, error):
    (fault,) = judge(less_sure(probability), calibration_error=error).faults
    assert fault == f"expected calibration error: {error:.3g}, above 0.08"


@pytest.mark.parametrize(
    ("limit", "fault"), [("LATENCY_LIMIT_MS", "milliseconds per prediction"), ("SIZE_LIMIT_MB", "megabytes")]
)
def test_a_slow_or_large_model_does_not_pass(judge, probability, monkeypatch, limit, fault):
    monkeypatch.setattr(gate, limit, 0.00001)
    (found,) = judge(less_sure(probability)).faults
    assert found.startswith(f"{fault}: ") and found.endswith("above 1e-05")


def test_all_rivals_count_and_the_last_gives_the_figures(challenger, held_out, probability):
    rivals = [Rival("the first", nearer_the_outcome(probability, held_out, 0.1)), Rival("last", less_sure(probability))]
    verdict = gate.judge(challenger, rivals, held_out, calibration_error=0.03)
    assert verdict.against == "last" and verdict.difference < 0
    assert len(verdict.faults) == 1 and "that of the first" in verdict.faults[0]


def test_the_labs_regression_passes_as_a_first_model_and_a_constant_does_not(challenger, learned, held_out):
    majority, regression = rivals = gate.baselines(*learned, held_out)
    assert gate.judge(challenger, rivals, held_out, calibration_error=0.05).passed
    assert np.ptp(majority.probability) == 0 and majority.probability[0] == pytest.approx(learned[1].mean())
    assert majority.must_be_beaten and not regression.must_be_beaten


def test_a_first_model_that_knows_nothing_does_not_pass(learned, held_out):
    X, y = learned
    shuffled = survival.fit("logistic", X, y.sample(frac=1, random_state=0).set_axis(y.index))
    verdict = gate.judge(shuffled, gate.baselines(X, y, held_out), held_out, calibration_error=0.03)
    assert len(verdict.faults) == 2, "neither the majority is beaten nor the regression reached"
