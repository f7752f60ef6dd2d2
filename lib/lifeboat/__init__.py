"""Lifeboat: a complete machine-learning system that predicts who survived the Titanic."""

from lifeboat.errors import LifeboatError
from lifeboat.store import login

__all__ = ["LifeboatError", "login"]
