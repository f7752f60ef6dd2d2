"""Synthetic passengers: learned for each outcome, reproducible by seed, by the million."""

from lifeboat.synthetic.checks import NotFittedError, SyntheticDataError
from lifeboat.synthetic.copula import CopulaGenerator
from lifeboat.synthetic.generator import PassengerGenerator
from lifeboat.synthetic.writing import synthesize

__all__ = ["CopulaGenerator", "NotFittedError", "PassengerGenerator", "SyntheticDataError", "synthesize"]
