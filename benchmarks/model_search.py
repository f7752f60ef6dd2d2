"""The search behind the default model, judged by nested cross-validation: everything chosen is chosen inside.

Inside every outer training part, three small grids are searched one after the other for `logistic_companions`, by log
loss on ticket-grouped folds: which traits, where boyhood ends and large families begin, and how much to shrink. What
wins is compared with the other estimators of the library, and the rule of the project decides: the simplest within one
standard error of the best, on random and on ticket-grouped folds. The outer test part is only predicted by what was
chosen. So the outer figures include the luck of choosing; those of the fixed settings in quality.md do not.

    python -m benchmarks.model_search            about 15 minutes on one core; fills the first table of quality.md
"""

from collections import Counter

import pandas as pd
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline

from lifeboat import passengers, survival
from lifeboat.survival.evaluation import folds, score_folds
from lifeboat.survival.traits import TRAITS

from . import quality

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


def choose(X: pd.DataFrame, y: pd.Series, ticket: pd.Series, seed: int = 0) -> tuple[str, Pipeline]:
    """Choose an estimator by the rule of the project, with settings searched on these passengers alone; fit it."""
    found = search(X, y, ticket, seed)
    candidates = {name: survival.build_estimator(name) for name in survival.ESTIMATORS} | {"logistic_companions": found}
    tables = [
        {name: survival.evaluate(pipeline, X, y, groups, repeats=1) for name, pipeline in candidates.items()}
        for groups in (None, ticket)
    ]
    name = survival.simplest_within_one_error(*map(survival.compare, tables))
    return name, found if name == "logistic_companions" else survival.fit(name, X, y)


def nested(X: pd.DataFrame, y: pd.Series, ticket: pd.Series, groups: pd.Series | None) -> tuple[pd.DataFrame, list]:
    """Metrics of every outer fold, and what was chosen for it."""
    parts, chosen = [], []
    for repeat, fold, train, test in folds(y, groups, repeats=2):
        name, pipeline = choose(X.iloc[train], y.iloc[train], ticket.iloc[train], seed=100 + repeat)
        chosen.append({"estimator": name} | (settings(pipeline) if name == "logistic_companions" else {}))
        columns = {
            "row": test,
            "survived": y.to_numpy()[test],
            "probability": pipeline.predict_proba(X.iloc[test])[:, 1],
        }
        parts.append(pd.DataFrame({"repeat": repeat, "fold": fold} | columns))
    return score_folds(pd.concat(parts)), chosen


def main() -> None:
    """Fill the table of nested figures, and print how often each setting won."""
    table = passengers.load()
    X, y, ticket = table[passengers.FEATURES], table[passengers.LABEL], table["ticket"]
    scores = {"everything chosen inside": {}}
    for protocol, groups in (("companions together", ticket), ("random folds", None)):
        scores["everything chosen inside"][protocol], chosen = nested(X, y, ticket, groups)
        print(protocol, f"{len(chosen)} outer folds")
        for setting in ["estimator", *(name.split("__")[1] for grid in GRIDS for name in grid)]:
            counts = Counter(str(found[setting]) for found in chosen if setting in found)
            print(f"  {setting}:", dict(counts.most_common()), flush=True)
    quality.fill("nested", quality.rows(scores, [*scores["everything chosen inside"]]))


if __name__ == "__main__":
    main()
