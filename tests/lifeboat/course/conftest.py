"""What the tests of the course share: a learner with a progress file of their own."""

import pytest
from course_helpers import LEARNER


@pytest.fixture(autouse=True)
def learner(tmp_path, monkeypatch):
    """A learner whose progress goes with the test."""
    monkeypatch.setenv("LIFEBOAT_LEARNER", LEARNER)
    monkeypatch.setenv("LIFEBOAT_PROGRESS", str(tmp_path / "progress.json"))
