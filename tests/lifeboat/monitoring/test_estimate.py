import numpy as np
import pytest

from lifeboat import monitoring
from lifeboat.passengers import LABEL

DAYS, PER_DAY = 40, 200


def estimated_and_real(world, sample):
    """Over forty days of two hundred passengers: what the probabilities promise, and what came."""
    rows = world.predicted(sample.assign(boarded_at=0))
    estimate, low, high = monitoring.expected_accuracy(rows["probability"])
    return estimate, low, high, float((rows["prediction"] == rows[LABEL]).mean())


FEATURE_SHIFTS = {
    "none": lambda g, n: g.sample(n, seed=1),
    "third class only": lambda g, n: g.with_marginal("pclass", {3: 1}).sample(n, seed=1),
    "90% men": lambda g, n: g.with_marginal("sex", {"male": 0.9, "female": 0.1}).sample(n, seed=1),
}


@pytest.mark.parametrize("name", FEATURE_SHIFTS)
def test_the_estimate_holds_when_only_the_passengers_change(world, name):
    estimate, _, _, real = estimated_and_real(world, FEATURE_SHIFTS[name](world.generator, DAYS * PER_DAY))
    assert estimate == pytest.approx(real, abs=0.025)


def test_the_estimate_follows_the_passengers(world):
    n = DAYS * PER_DAY
    usual, third = (
        estimated_and_real(world, FEATURE_SHIFTS[name](world.generator, n)) for name in ("none", "third class only")
    )
    assert third[0] < usual[0] - 0.02
    assert third[3] < usual[3] - 0.01


def noisy(g, n):
    rows = g.sample(n, seed=1)
    wrong = np.random.default_rng(1).random(n) < 0.2
    return rows.assign(**{LABEL: rows[LABEL].mask(wrong, 1 - rows[LABEL])})


@pytest.mark.parametrize(
    ("change", "gap"),
    [(lambda g, n: g.sample(n, survival_rate=0.7, seed=1), 0.07), (noisy, 0.10)],
    ids=["70%", "noise"],
)
def test_the_estimate_is_blind_to_a_change_of_the_outcome(world, change, gap):
    """Accuracy falls by a lot; the estimate does not say so. That is why it stands beside the measured one."""
    estimate, low, _, real = estimated_and_real(world, change(world.generator, DAYS * PER_DAY))
    assert estimate == pytest.approx(0.815, abs=0.015)
    assert real < estimate - gap
    assert real < low


def test_the_range_holds_what_is_measured_nineteen_times_in_twenty():
    random = np.random.default_rng(0)
    held = []
    for _ in range(400):
        p = random.uniform(0.02, 0.98, 150)
        _, low, high = monitoring.expected_accuracy(p)
        held.append(low <= np.mean((random.random(150) < p) == (p >= 0.5)) <= high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_the_expected_confusion_adds_up_and_agrees_with_the_accuracy():
    p = np.random.default_rng(0).random(100)
    cells = monitoring.expected_confusion(p)
    assert cells.sum() == pytest.approx(100)
    assert (cells["true_survived"] + cells["true_died"]) / 100 == pytest.approx(monitoring.expected_accuracy(p)[0])


def test_nothing_is_expected_of_nobody():
    assert np.isnan(monitoring.expected_accuracy([])).all()
    assert monitoring.expected_confusion([]).sum() == 0
