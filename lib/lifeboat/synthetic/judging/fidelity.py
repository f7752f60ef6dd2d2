"""How faithful synthetic passengers are: what they keep of the strongest relation with survival."""

from __future__ import annotations

import pandas as pd

from lifeboat.passengers import LABEL


def survival_by_sex_and_class(real: pd.DataFrame, synthetic: pd.DataFrame) -> pd.DataFrame:
    """Compare the share of survivors of each sex and ticket class.

    Parameters
    ----------
    real, synthetic : DataFrame
        With columns `sex`, `pclass` and `survived`.

    Returns
    -------
    DataFrame
        One row per sex and ticket class; columns real, synthetic, difference.
    """
    keys = ["sex", "pclass"]
    rates = pd.DataFrame({"real": real.groupby(keys)[LABEL].mean(), "synthetic": synthetic.groupby(keys)[LABEL].mean()})
    return rates.assign(difference=rates["synthetic"] - rates["real"])
