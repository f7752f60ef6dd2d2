"""Borrowing from broader contexts."""

import numpy as np
import pandas as pd
import pytest

from lifeboat.synthetic.backoff import Backoff


@pytest.fixture
def rows():
    return pd.DataFrame({"kind": [0] * 40 + [1] * 40})


def test_contexts_that_differ_are_kept_apart(rows):
    target = rows["kind"].to_numpy()
    estimate = Backoff((("kind",),)).estimate(rows, np.eye(2)[target], target, rows.iloc[[0, -1]], 1.0)
    assert estimate == pytest.approx(np.eye(2), abs=0.01)


def test_contexts_that_do_not_differ_are_pooled(rows):
    target = np.arange(80) % 2
    assert Backoff((("kind",),)).strengths(rows, np.eye(2)[target], target) == [np.inf]


def test_a_context_never_seen_gets_the_broader_estimate(rows):
    target = rows["kind"].to_numpy()
    estimate = Backoff((("kind",),)).estimate(rows, np.eye(2)[target], target, pd.DataFrame({"kind": [7]}), 1.0)
    assert estimate == pytest.approx(np.array([[0.5, 0.5]]))


def test_estimates_are_distributions(rows):
    target = np.random.default_rng(0).integers(0, 5, 80)
    ladder = Backoff((("kind",), ("kind", "other")))
    rows = rows.assign(other=np.arange(80) % 7)
    estimate = ladder.estimate(rows, np.eye(5)[target], target, rows, 2.0)
    assert (estimate >= 0).all()
    assert estimate.sum(axis=1) == pytest.approx(1)


def test_the_estimate_is_the_mean_of_the_dirichlet_posterior(rows, monkeypatch):
    target = rows["kind"].to_numpy()
    monkeypatch.setattr(Backoff, "strengths", lambda *_: [4.0])
    estimate = Backoff((("kind",),)).estimate(rows, np.eye(2)[target], target, rows.iloc[[0]], 2.0)
    assert estimate[0] == pytest.approx([(40 + 8 * 0.5) / 48, 8 * 0.5 / 48])
