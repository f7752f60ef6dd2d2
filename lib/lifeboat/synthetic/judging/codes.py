"""Passengers as a table of floats, for models and distances."""

from __future__ import annotations

import pandas as pd

from lifeboat.passengers import FEATURES, FIELDS, LABEL, TEXT_FEATURES, TITANIC

COLUMNS = [*FEATURES, LABEL]
NUMBERS = TITANIC.numbers
"""Features whose differences mean something; the others are categories."""


def codes(passengers: pd.DataFrame) -> pd.DataFrame:
    """Return `COLUMNS` with the code of each text; NaN is unknown."""
    coded = {name: passengers[name].map(FIELDS[name].codes) for name in TEXT_FEATURES}
    return passengers[COLUMNS].assign(**coded).astype(float).reset_index(drop=True)
