"""Synthetic passengers: learned per class, reproducible by seed, by the million."""

from lifeboat.synthetic.errors import NotFittedError, SyntheticDataError
from lifeboat.synthetic.generator import PassengerGenerator

__all__ = ["NotFittedError", "PassengerGenerator", "SyntheticDataError"]
