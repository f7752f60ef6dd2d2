"""Lifeboat: a complete machine-learning system that predicts who survived the Titanic."""

import os

# On tables this small more threads gain nothing, and wait for each other whenever the machine has other work to do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from lifeboat.errors import LifeboatError
from lifeboat.store import login

__all__ = ["LifeboatError", "login"]
