"""Passengers as a table of floats, for models and distances."""

from __future__ import annotations

import pandas as pd

from lifeboat.passengers import FEATURES, FIELDS, LABEL, TEXT_FEATURES

COLUMNS = [*FEATURES, LABEL]
NUMBERS = [name for name, field in FIELDS.items() if field.values is None]
"""Features whose differences mean something; the others are categories."""


def codes(passengers: pd.DataFrame) -> pd.DataFrame:
    """Return `COLUMNS` with each text as its position in the field's values; NaN is unknown."""
    positions = {name: {value: i for i, value in enumerate(FIELDS[name].values)} for name in TEXT_FEATURES}
    coded = {name: passengers[name].map(position) for name, position in positions.items()}
    return passengers[COLUMNS].assign(**coded).astype(float).reset_index(drop=True)
