"""Synthetic passengers: learned per class, reproducible by seed, by the million."""

from lifeboat.synthetic.errors import NotFittedError, SyntheticDataError
from lifeboat.synthetic.generator import PassengerGenerator
from lifeboat.synthetic.writing import synthesize

__all__ = ["NotFittedError", "PassengerGenerator", "SyntheticDataError", "synthesize"]
