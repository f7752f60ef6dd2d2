"""How good the estimators are on all 1,309 passengers; fills the tables of benchmarks/quality.md.

    python -m benchmarks.quality                 about three minutes on one core

Folds and seeds are fixed, so a second run gives the same tables.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.stats import norm
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lifeboat import passengers, survival
from lifeboat.survival.comparison import fold_error, paired_difference
from lifeboat.survival.preprocessing import PassengerMatrix
from lifeboat.survival.traits import TRAITS, PassengerTraits

PAGE = Path(__file__).with_name("quality.md")
HEADINGS = {
    "accuracy": "accuracy",
    "roc_auc": "ROC AUC",
    "log_loss": "log loss",
    "brier": "Brier",
    "calibration_error": "ECE",
}
TABLE = passengers.load()
X, Y = TABLE[passengers.FEATURES], TABLE[passengers.LABEL]


def strangers() -> pd.Series:
    """Group passengers whom a ticket or a fare connects, over any number of steps."""
    tickets, fares = pd.factorize(TABLE["ticket"])[0], pd.factorize(TABLE["fare"].fillna(-1))[0]
    rows, count = np.arange(len(TABLE)), len(TABLE) + tickets.max() + fares.max() + 2
    links = np.concatenate([len(TABLE) + tickets, len(TABLE) + tickets.max() + 1 + fares])
    graph = coo_matrix((np.ones(len(links)), (np.tile(rows, 2), links)), shape=(count, count))
    return pd.Series(connected_components(graph, directed=False)[1][: len(TABLE)])


PROTOCOLS = {"random folds": None, "companions together": TABLE["ticket"], "no shared ticket or fare": strangers()}


def changed(**settings: object) -> Pipeline:
    """The default with other settings of its traits or its regression."""
    owner = {"C": "logisticregression"}
    named = {f"{owner.get(name, 'passengertraits')}__{name}": value for name, value in settings.items()}
    return survival.build_estimator("logistic_companions").set_params(**named)


def variants() -> dict[str, Pipeline]:
    """What was tried besides the estimators of the library."""
    default = survival.build_estimator("logistic_companions")
    boosting = survival.build_estimator("gradient_boosting")
    without_fare = PassengerTraits(tuple(trait for trait in TRAITS if trait != "fare"))
    shuffled = StratifiedKFold(5, shuffle=True, random_state=0)  # the table is sorted by class
    process = GaussianProcessClassifier(4.0 * RBF(4.0), optimizer=None)
    return {
        "mean of logistic_companions and gradient_boosting": VotingClassifier(
            [("logistic", default), ("boosting", boosting)], voting="soft"
        ),
        "Gaussian process over the traits": make_pipeline(PassengerMatrix(), without_fare, StandardScaler(), process),
        "fares shrunk less (weight 0.35)": changed(fare_weight=0.35),
        "fares shrunk more (weight 0.1)": changed(fare_weight=0.1),
        "all effects shrunk more (C 1, same fares)": changed(C=1.0, fare_weight=0.2 * 8**0.5),
        "boys below 10": changed(boy_below=10.0),
        "boys below 16": changed(boy_below=16.0),
        "large families from 4": changed(large_family=4),
        "Platt scaling on top": CalibratedClassifierCV(default, method="sigmoid", cv=shuffled),
        "isotonic regression on top": CalibratedClassifierCV(default, method="isotonic", cv=shuffled),
    }


def rows(scores: dict[str, dict[str, pd.DataFrame]], protocols: list[str]) -> Iterator[str]:
    """A table of means with their standard errors, one row per estimator."""
    yield "| | " + " | ".join(f"{protocol}: {words}" for protocol in protocols for words in HEADINGS.values()) + " |"
    yield "|---" * (1 + len(protocols) * len(HEADINGS)) + "|"
    for name, tables in scores.items():
        cells = [_cell(tables[protocol], metric) for protocol in protocols for metric in HEADINGS]
        yield f"| {name} | " + " | ".join(cells) + " |"


def _cell(table: pd.DataFrame, metric: str) -> str:
    error = "" if metric == "calibration_error" else f" ± {fold_error(table[metric]):.3f}"
    return f"{table[metric].mean():.4f}{error}"


def differences(scores: dict[str, dict[str, pd.DataFrame]], protocol: str) -> Iterator[str]:
    """Paired differences to the default, with corrected 95% intervals."""
    yield "| minus logistic_companions | log loss | ROC AUC | Brier | accuracy |"
    yield "|---|---|---|---|---|"
    for name, tables in scores.items():
        if name == "logistic_companions":
            continue
        cells = [
            _difference(tables[protocol][metric], scores["logistic_companions"][protocol][metric])
            for metric in ("log_loss", "roc_auc", "brier", "accuracy")
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"


def _difference(values: pd.Series, reference: pd.Series) -> str:
    found = paired_difference(values, reference)
    return f"{found['difference']:+.4f} ({found['low']:+.4f} to {found['high']:+.4f})"


def ablation() -> Iterator[str]:
    """What each trait is worth, on both kinds of folds."""
    yield "| without | random folds | companions together |"
    yield "|---|---|---|"
    tables = [survival.ablation(X, Y, groups) for groups in (None, TABLE["ticket"])]
    for trait in tables[1].index:
        cells = [
            f"{t['difference']:+.4f} ({t['low']:+.4f} to {t['high']:+.4f})"
            for t in (table.loc[trait] for table in tables)
        ]
        yield f"| {trait} | " + " | ".join(cells) + " |"


def coverage() -> Iterator[str]:
    """How often the prediction set contained the outcome, at nominal 90%."""
    yield "| folds | all | of those who died | of those who survived | both outcomes possible |"
    yield "|---|---|---|---|---|"
    for name, groups in list(PROTOCOLS.items())[:2]:
        found = survival.coverage("logistic_companions", X, Y, groups, level=0.9, repeats=5)
        shares = [found["covered"].mean(), *found.groupby("survived")["covered"].mean(), found["undecided"].mean()]
        yield f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |"


SIZES = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of the training part that a learning curve learns from."""

TWO_BEST = ("logistic_companions", "logistic_engineered")


def losses_by_size(share: float) -> pd.DataFrame:
    """Log loss of the two best on every fold with companions together, learned from a share of the training parties."""
    found = {}
    for repeat, fold, train, test in survival.evaluation.folds(Y, TABLE["ticket"]):
        tickets = TABLE["ticket"].iloc[train].unique()
        random = np.random.default_rng([repeat, fold])
        some = random.permutation(tickets)[: round(share * len(tickets))]
        rows = train[TABLE["ticket"].iloc[train].isin(some)]
        for name in TWO_BEST:
            p = survival.fit(name, X.iloc[rows], Y.iloc[rows]).predict_proba(X.iloc[test])[:, 1]
            lost = survival.losses(Y.iloc[test], p)["log_loss"].mean()
            found.setdefault((repeat, fold), {})[name] = lost
    return pd.DataFrame(found).T.rename_axis(["repeat", "fold"])


def learning_curve(power: float = 0.8) -> Iterator[str]:
    """Log loss by training size, and the passengers that it would take to tell the two best apart."""
    yield f"| passengers to learn from | {' | '.join(TWO_BEST)} | difference |"
    yield "|---|---|---|---|"
    for share in SIZES:
        table = losses_by_size(share)
        ours, other = (table[name] for name in TWO_BEST)
        size = f"about {0.8 * share * len(TABLE):,.0f}"
        yield f"| {size} | {ours.mean():.4f} | {other.mean():.4f} | {_difference(other, ours)} |"
    found = paired_difference(other, ours)
    needed = len(TABLE) * ((norm.ppf(0.975) + norm.ppf(power)) * found["standard_error"] / found["difference"]) ** 2
    yield ""
    difference, error, more = found["difference"], found["standard_error"], needed - len(TABLE)
    yield f"The last difference ({difference:.4f}, standard error {error:.4f}) would be resolved at the 5% level with a"
    yield f"power of {power:.0%} by {needed:,.0f} passengers, {more:,.0f} more than there are, if it stays as large"
    yield "and its error shrinks with the square root of their number."


def fill(section: str, lines: Iterator[str]) -> None:
    """Put lines into the page, between the marks of a section."""
    text = "\n".join(lines)
    pattern = rf"(<!-- {section} -->\n).*?(<!-- end -->)"
    page, found = re.subn(pattern, lambda match: f"{match[1]}{text}\n{match[2]}", PAGE.read_text(), flags=re.DOTALL)
    assert found == 1, section
    PAGE.write_text(page)
    print(text, flush=True)


def main() -> None:
    """Measure everything and fill the page."""
    scores = {
        name: {protocol: survival.evaluate(name, X, Y, groups) for protocol, groups in PROTOCOLS.items()}
        for name in survival.ESTIMATORS
    }
    for section, protocol in zip(("random", "together", "strangers"), PROTOCOLS, strict=True):
        fill(section, rows(scores, [protocol]))
    fill("difference-random", differences(scores, "random folds"))
    fill("difference-together", differences(scores, "companions together"))
    fill("learning", learning_curve())
    fill("ablation", ablation())
    fill("coverage", coverage())
    both = list(PROTOCOLS)[:2]
    tried = {"logistic_companions": scores["logistic_companions"]} | {
        name: {protocol: survival.evaluate(pipeline, X, Y, PROTOCOLS[protocol]) for protocol in both}
        for name, pipeline in variants().items()
    }
    for section, protocol in zip(("tried-random", "tried-together"), both, strict=True):
        fill(section, rows(tried, [protocol]))


if __name__ == "__main__":
    main()
