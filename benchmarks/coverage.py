"""Do our intervals and thresholds keep their promise? Makes the table of benchmarks/coverage.md.

    python -m benchmarks.coverage                about half an hour on one core
    python -m benchmarks.coverage wilson drift   some kinds only; their lines of the table are replaced

Every check draws samples from a world whose truth is known, and counts how often the interval held it. Three worlds:
*passengers* (the 1,309, drawn with replacement; the outcome is drawn with the probability that the default model gave
them unseen, so it is calibrated), *tickets* (whole parties of the 1,309, with their real outcomes), and *ships*
(new passengers of the generator, who are independent of each other).
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from lifeboat import monitoring, passengers, survival
from lifeboat.intervals import mean_interval, wilson
from lifeboat.monitoring.alarms import ALARM_RATE, alarms
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.survival.comparison import fold_interval, paired_difference
from lifeboat.survival.measurement import losses
from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging.codes import codes
from lifeboat.synthetic.learning import fit_logistic

PAGE = Path(__file__).with_name("coverage.md")
REAL = passengers.load()
MANY, ENOUGH = 4000, 1000
"""Repetitions of what is computed at once, and of what needs models to be fitted."""

CLEAR = 3
"""Monte Carlo errors beyond which a promise is not kept: of fifty that hold, chance takes one in eight runs."""


class Check(NamedTuple):
    """What was promised, and in which share of each repetition it held."""

    what: str
    promise: float | None
    held: np.ndarray
    at_most: bool = False

    @property
    def error(self) -> float:
        """The Monte Carlo error of the measured share."""
        return float(np.std(self.held, ddof=1) / np.sqrt(len(self.held)))

    @property
    def verdict(self) -> str:
        """Whether the promise is kept, within the Monte Carlo error."""
        if self.promise is None:
            return "too narrow: independence is assumed"
        beyond = np.mean(self.held) - self.promise
        if abs(beyond) <= CLEAR * self.error or (self.at_most and beyond < 0):
            return "holds"
        return "**too many**" if self.at_most else "holds, and more" if beyond > 0 else "**falls short**"

    def row(self, kind: str) -> str:
        """The line of the table."""
        digits = 4 if self.at_most else 3
        promise = "none" if self.promise is None else f"{'at most ' if self.at_most else ''}{self.promise:g}"
        measured = f"{np.mean(self.held):.{digits}f} | {self.error:.{digits}f} | {len(self.held):,}"
        return f"| {kind} | {self.what} | {promise} | {measured} | {self.verdict} |"


def inside(low: np.ndarray, truth: np.ndarray | float, high: np.ndarray) -> np.ndarray:
    """Whether each interval holds the truth."""
    return (np.asarray(low) <= truth) & (truth <= np.asarray(high))


@cache
def unseen(estimator: str = survival.DEFAULT_ESTIMATOR) -> np.ndarray:
    """What a model says of each of the 1,309 without having seen them or their companions."""
    seen = survival.cross_predict(estimator, REAL[FEATURES], REAL[LABEL], REAL["ticket"], repeats=1)
    return seen.sort_values("row")["probability"].to_numpy()


def drawn(random: np.random.Generator, n: int) -> pd.DataFrame:
    """Draw passengers with a probability, and an outcome that has it."""
    rows = random.integers(len(REAL), size=n)
    p = unseen()[rows]
    return REAL[FEATURES].iloc[rows].assign(**{LABEL: (random.random(n) < p).astype(int)}, probability=p)


def proportions() -> Iterator[Check]:
    """Wilson's interval of a share of independent passengers, on average over all shares."""
    random = np.random.default_rng(0)
    for n in (10, 30, 210, 1000):
        share = random.random(MANY)
        low, high = wilson(random.binomial(n, share), n)
        yield Check(f"Wilson: a share of {n}, on average over all shares", 0.95, inside(low, share, high))


def shares_of_parties() -> Iterator[Check]:
    """The share of survivors, though companions shared their fate: Wilson ignores it, and says so."""
    for name, group in {"everyone": REAL, **dict(iter(REAL.groupby("sex")))}.items():
        held = []
        for sample in parties(group, MANY, len(group)):
            low, high = wilson(sample[LABEL].sum(), len(sample))
            held.append(inside(low, group[LABEL].mean(), high))
        yield Check(f"Wilson, no promise: survivors among {name}, parties drawn as a whole", None, np.array(held))


def parties(people: pd.DataFrame, samples: int, size: int) -> Iterator[pd.DataFrame]:
    """Draw whole parties, about `size` passengers in each sample; the column `party` tells them apart."""
    tickets, ticket = np.unique(people["ticket"], return_inverse=True)
    rows_of = np.split(np.argsort(ticket, kind="stable"), np.cumsum(np.bincount(ticket))[:-1])
    random = np.random.default_rng(1)
    for _ in range(samples):
        chosen = random.integers(len(tickets), size=round(len(tickets) * size / len(people)))
        rows = [rows_of[ticket] for ticket in chosen]
        yield people.iloc[np.concatenate(rows)].assign(party=np.repeat(range(len(rows)), [*map(len, rows)]))


def means() -> Iterator[Check]:
    """The interval of a day's log loss and Brier score, and of a week's from those of its days."""
    p, random = unseen(), np.random.default_rng(2)
    truths = {"log_loss": -(p * np.log(p) + (1 - p) * np.log(1 - p)).mean(), "brier": (p * (1 - p)).mean()}
    for n in (10, 30, 100, 500):
        days = [drawn(random, n) for _ in range(MANY)]
        lost = [losses(day[LABEL], day["probability"]) for day in days]
        for metric, truth in truths.items():
            low, high = np.transpose([mean_interval(day[metric]) for day in lost])
            yield Check(f"mean {metric.replace('_', ' ')} of {n}", 0.95, inside(low, truth, high))


def weeks() -> Iterator[Check]:
    """What is pooled from the rows of seven days: scores, and the range of the accuracy to come."""
    p, random = unseen(), np.random.default_rng(3)
    reference = monitoring.Reference.of(REAL)
    truths = {"log_loss": -(p * np.log(p) + (1 - p) * np.log(1 - p)).mean(), "brier": (p * (1 - p)).mean()}
    found: dict[str, list] = {name: [] for name in (*truths, "estimated accuracy")}
    for _ in range(ENOUGH):
        whole = monitoring.pool(monitoring.daily_rows(days(random, 7, 30), reference))
        for metric, truth in truths.items():
            found[metric].append(inside(whole[f"{metric}_low"], truth, whole[f"{metric}_high"]))
        low, high = whole["estimated_low"], whole["estimated_high"]
        found["estimated accuracy"].append(inside(low, whole["accuracy"], high))
    for name, held in found.items():
        yield Check(f"week of 7 days of 30: {name.replace('_', ' ')}", 0.95, np.array(held))


def days(random: np.random.Generator, count: int, per_day: int) -> pd.DataFrame:
    """Predictions of some days up to `TODAY`, all outcomes known, as `monitoring.outcomes` returns them."""
    table = drawn(random, count * per_day)
    back = pd.to_timedelta(np.repeat(range(count), per_day), "D")
    said = (table["probability"] >= passengers.SURVIVES_FROM).astype(int)
    return table.assign(prediction=said, model_version=1, predicted_at=pd.Timestamp(TODAY) - back)


TODAY = date(2026, 1, 7)


def estimates() -> Iterator[Check]:
    """The range of the accuracy that will be measured, of calibrated predictions."""
    random = np.random.default_rng(4)
    for n in (10, 30, 210, 1000):
        held = []
        for _ in range(MANY):
            day = drawn(random, n)
            _, low, high = monitoring.expected_accuracy(day["probability"])
            held.append(inside(low, ((day["probability"] >= 0.5) == day[LABEL]).mean(), high))
        yield Check(f"estimated accuracy of {n} predictions: what is measured later", 0.95, np.array(held))


def bootstrap() -> Iterator[Check]:
    """Metrics of a test set and the difference of two models, with whole parties drawn."""
    probabilities = {"ours": unseen(), "other": unseen("gradient_boosting")}
    people = REAL[["ticket", LABEL]].assign(**probabilities)
    of_all = {
        "metric": survival.measure(people[LABEL], people["ours"], resamples=2)["value"],
        "difference": survival.measure_difference(people[LABEL], people["ours"], people["other"], resamples=2)["value"],
    }
    for size in (262, 1047):
        found: dict[tuple, list] = {(kind, name): [] for kind, values in of_all.items() for name in values.index}
        for sample in parties(people, ENOUGH, size):
            y, party = sample[LABEL], sample["party"]
            tables = {
                "metric": survival.measure(y, sample["ours"], party),
                "difference": survival.measure_difference(y, sample["ours"], sample["other"], party),
            }
            for kind, name in found:
                row = tables[kind].loc[name]
                found[kind, name].append(inside(row["low"], of_all[kind][name], row["high"]))
        for (kind, name), held in found.items():
            of, promise = ("", 0.95) if kind == "metric" else (", difference of two models", 0.92)
            yield Check(f"bootstrap, {size} passengers: {name.replace('_', ' ')}{of}", promise, np.array(held))


@cache
def crowd(seed: int) -> pd.DataFrame:
    """New passengers of the generator, independent of each other."""
    return PassengerGenerator().fit(REAL).sample(ENOUGH * len(REAL), seed=seed, balanced=False)


def ship(number: int, size: int = len(REAL), seed: int = 0) -> pd.DataFrame:
    """Passengers of whom no two ships share any."""
    return crowd(seed)[number * size : (number + 1) * size].reset_index(drop=True)


def folds() -> Iterator[Check]:
    """The corrected t interval of cross-validated log loss, and of the difference to one without two features.

    The truth is the mean over all repetitions: cross-validation is right on average for models trained on four fifths.
    A plain regression over coded features stands for the estimators, as fifty fits a repetition must be fast.
    """
    tables = [fold_losses(ship(number)) for number in range(ENOUGH)]
    truth = np.mean([table.mean() for table in tables], axis=0)
    held = [inside(low, truth[0], high) for low, high in (fold_interval(table["all"]) for table in tables)]
    yield Check("corrected t, 5 x 5 folds of 1,309: log loss", 0.95, np.array(held))
    found = [paired_difference(table["all"], table["fewer"]) for table in tables]
    held = [inside(row["low"], truth[0] - truth[1], row["high"]) for row in found]
    yield Check("corrected t, 5 x 5 folds of 1,309: difference of two estimators", 0.95, np.array(held))


def fold_losses(table: pd.DataFrame) -> pd.DataFrame:
    """Log loss on every fold of a regression over all features, and of one without `embarked` and `parch`."""
    design = (codes(table)[FEATURES].fillna(0) / [3, 1, 30, 1, 1, 30, 1]).assign(everyone=1.0)
    y = table[LABEL].to_numpy()
    designs = {"all": design.to_numpy(), "fewer": design.drop(columns=["embarked", "parch"]).to_numpy()}
    found = {}
    for repeat, fold, train, test in survival.evaluation.folds(table[LABEL]):
        for name, X in designs.items():
            weights = fit_logistic(X[train], y[train], level=0.0, ridge=1.0)
            chance = expit(X[test] @ weights)
            found.setdefault((repeat, fold), {})[name] = -np.log(np.where(y[test], chance, 1 - chance)).mean()
    return pd.DataFrame(found).T.rename_axis(["repeat", "fold"])


def conformal() -> Iterator[Check]:
    """Whether the sets of plausible outcomes hold the true one, for each outcome by itself."""
    held: dict[int, list] = {0: [], 1: []}
    for number in range(ENOUGH):
        table, new = ship(number), ship(number, 1000, seed=1)
        seen = survival.cross_predict("logistic_engineered", table[FEATURES], table[LABEL], repeats=1)
        plausible = survival.plausibility(seen)
        fitted = survival.fit("logistic_engineered", table[FEATURES], table[LABEL])
        sets = [plausible.outcomes(p) for p in fitted.predict_proba(new[FEATURES])[:, 1]]
        kept = np.array([passengers.TITANIC.outcome.say(y) in s for y, s in zip(new[LABEL], sets, strict=True)])
        for outcome, shares in held.items():
            shares.append(kept[new[LABEL] == outcome].mean())
    for outcome, shares in held.items():
        who = passengers.TITANIC.said[outcome]
        yield Check(f"conformal sets of a model trained on {len(REAL):,}: of those who {who}", 0.9, np.array(shares))


def drift() -> Iterator[Check]:
    """How often a feature without drift is marked; the passengers of the model are a sample themselves."""
    random = np.random.default_rng(6)
    for n in (30, 210, 1000):
        marked = []
        for _ in range(MANY):
            reference = monitoring.Reference.of(drawn(random, len(REAL)))
            marked.append(reference.compare(reference.count(drawn(random, n))).set_index("feature")["drifted"])
        table = pd.DataFrame(marked)
        yield Check(f"drift of {n}: a feature is marked", 0.01, table.mean(axis=1).to_numpy(), at_most=True)
        worst = table.mean().idxmax()
        yield Check(f"drift of {n}: {worst}, marked most often", 0.01, table[worst].to_numpy(float), at_most=True)


def false_alarms() -> Iterator[Check]:
    """How often a look at a quiet week raises each kind of alarm."""
    random, reference = np.random.default_rng(7), monitoring.Reference.of(REAL)
    expected = float(np.maximum(unseen(), 1 - unseen()).mean())
    looks = []
    for _ in range(MANY):
        rows = monitoring.daily_rows(days(random, 1, 210), reference)
        looks.append({alarm.kind for alarm in alarms(rows, TODAY, reference, expected)})
    for kind in ("data", "drift", "estimate", "truth"):
        yield Check(
            f"alarm: {kind}, in a quiet week of 210", ALARM_RATE, np.array([kind in k for k in looks], float), True
        )


CHECKS: dict[str, Callable[[], Iterator[Check]]] = {
    "wilson": proportions,
    "parties": shares_of_parties,
    "means": means,
    "weeks": weeks,
    "estimates": estimates,
    "drift": drift,
    "alarms": false_alarms,
    "bootstrap": bootstrap,
    "conformal": conformal,
    "folds": folds,
}
COLUMNS = ["kind", "interval or threshold", "promise", "measured", "Monte Carlo error", "repetitions", "verdict"]
HEADER = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def rows_of_page() -> dict[str, list[str]]:
    """The lines of the table as it is, by kind."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {kind: [line for line in lines if line.startswith(f"| {kind} |")] for kind in CHECKS}


def main(kinds: list[str] | None = None) -> None:
    """Check everything, or some kinds, and put the lines into the table as soon as they are measured."""
    print(HEADER)
    for kind in kinds or CHECKS:
        lines = []
        for check in CHECKS[kind]():
            lines.append(check.row(kind))
            print(lines[-1], flush=True)
        table = [HEADER, *(line for found in (rows_of_page() | {kind: lines}).values() for line in found)]
        start, end = "<!-- table -->\n", "<!-- end -->"
        before, rest = PAGE.read_text().split(start)
        machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        when = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")
        PAGE.write_text(f"{before}{start}{machine}, {when}:\n\n" + "\n".join(table) + f"\n{end}" + rest.split(end)[1])


if __name__ == "__main__":
    main(sys.argv[1:])
