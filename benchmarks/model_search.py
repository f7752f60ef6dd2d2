"""The search behind the fixed settings of `logistic_companions`, judged by nested cross-validation.

Inside every outer training part, three small grids are searched one after the other by log loss on ticket-grouped
folds: which traits, where boyhood ends and large families begin, and how much to shrink. The outer test part is only
predicted by what won inside. So the outer figures include the luck of choosing; those of the fixed settings in
quality.md do not, and the gap between the two is what the choice flatters.

    python benchmarks/model_search.py            about 10 minutes on one core
"""

from collections import Counter

import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline

from lifeboat import passengers, survival
from lifeboat.survival.evaluation import folds, score_folds
from lifeboat.survival.traits import TRAITS

FEWER_TRAITS = [tuple(trait for trait in TRAITS if trait != left_out) for left_out in TRAITS]
GRIDS = (
    {"passengertraits__traits": [TRAITS, *FEWER_TRAITS]},
    {"passengertraits__boy_below": [10.0, 12.0, 14.0, 16.0], "passengertraits__large_family": [4, 5, 6]},
    {"logisticregression__C": [1.0, 2.0, 4.0, 8.0], "passengertraits__fare_weight": [0.1, 0.15, 0.2, 0.25, 0.35, 0.5]},
)


def search(X: pd.DataFrame, y: pd.Series, ticket: pd.Series, seed: int = 0) -> Pipeline:
    """Choose settings on these passengers alone; the pipeline comes back fitted to them."""
    inner = list(StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(X, y, ticket))
    pipeline = survival.build_estimator("logistic_companions")
    for grid in GRIDS:
        pipeline = GridSearchCV(pipeline, grid, scoring="neg_log_loss", cv=inner).fit(X, y).best_estimator_
    return pipeline


def settings(pipeline: Pipeline) -> dict[str, object]:
    """What a search settled on."""
    return {name.split("__")[1]: pipeline.get_params()[name] for grid in GRIDS for name in grid}


def nested(X: pd.DataFrame, y: pd.Series, ticket: pd.Series, groups: pd.Series | None) -> tuple[pd.DataFrame, list]:
    """Metrics of every outer fold, and the settings chosen for it."""
    parts, chosen = [], []
    for repeat, fold, train, test in folds(y, groups):
        pipeline = search(X.iloc[train], y.iloc[train], ticket.iloc[train], seed=100 + repeat)
        chosen.append(settings(pipeline))
        columns = {
            "row": test,
            "survived": y.to_numpy()[test],
            "probability": pipeline.predict_proba(X.iloc[test])[:, 1],
        }
        parts.append(pd.DataFrame({"repeat": repeat, "fold": fold} | columns))
    return score_folds(pd.concat(parts)), chosen


def main() -> None:
    """Print the nested figures, how often each setting won, and what wins on all passengers."""
    table = passengers.load()
    X, y, ticket = table[passengers.FEATURES], table[passengers.LABEL], table["ticket"]
    print(
        "on all passengers:", *(settings(search(X, y, ticket, seed=100 + k)) for k in range(5)), sep="\n  ", flush=True
    )
    for name, groups in (("ticket-grouped folds", ticket), ("random folds", None)):
        metrics, chosen = nested(X, y, ticket, groups)
        print(name, metrics.mean().round(4).to_dict())
        for setting in chosen[0]:
            print(f"  {setting}:", dict(Counter(str(found[setting]) for found in chosen).most_common()), flush=True)


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
