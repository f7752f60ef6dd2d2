"""From a fitted pipeline to tables. The pipeline stays the one source of truth: what differs from it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.fields import Field
from lifeboat.passengers import PEOPLE, TITANIC
from lifeboat.scoring.effects import Axis, Bins, Cells, Codes, Points, Slope, Tables
from lifeboat.scoring.reading import Reader, is_counted
from lifeboat.survival.traits import AGE_SCALE, PassengerTraits

EXACT = 1e-9
"""How far a probability of the tables may be from the pipeline's."""
MOST_CELLS = 1 << 22
_TRIALS = 5_000
_SEED = 1912


class NotCompiled(LifeboatError):
    """A pipeline that tables cannot stand for; the message says why."""


def compile_pipeline(pipeline: Pipeline, dataset: Dataset = TITANIC) -> Tables:
    """Make tables of a fitted pipeline, and compare them with it.

    Parameters
    ----------
    pipeline : Pipeline
        One of `lifeboat.survival.ESTIMATORS`, fitted.
    dataset : Dataset
        The description of its data.

    Returns
    -------
    Tables
        The same probabilities to `EXACT` on trial rows: historical passengers, and values around everything that the
        tables tell apart, the ends of every range, and missing ones.

    Raises
    ------
    NotCompiled
        If there is no way to make tables of such a pipeline, they would be too large, or they differ from it.
    """
    for last, make in _MAKERS.items():
        if isinstance(pipeline[-1], last):
            tables = make(pipeline, dataset)
            _compare(tables, pipeline, dataset)
            return tables
    allowed = ", ".join(last.__name__ for last in _MAKERS)
    raise NotCompiled(f"the model ends with {type(pipeline[-1]).__name__}; tables are made of {allowed}.")


def trial_rows(tables: Tables, dataset: Dataset) -> pd.DataFrame:
    """Return rows that mix, at random, the values around everything that tables tell apart.

    Parameters
    ----------
    tables : Tables
        Whose cuts and points are tried, and the numbers next to them.
    dataset : Dataset
        Whose ends, texts and missing values are tried.
    """
    random = np.random.default_rng(_SEED)
    tried = {name: _candidates(field, _marks(tables, name)) for name, field in dataset.fields.items()}
    return pd.DataFrame({name: random.choice(values, _TRIALS) for name, values in tried.items()})


def _compare(tables: Tables, pipeline: Pipeline, dataset: Dataset) -> None:
    rows = trial_rows(tables, dataset)
    if dataset is TITANIC:
        from lifeboat import passengers

        rows = pd.concat([passengers.load()[dataset.features], rows], ignore_index=True)
    rows = dataset.validate(rows)
    columns = Reader(dataset).read(pa.RecordBatch.from_pandas(rows, preserve_index=False))
    gap = np.abs(tables.probability(columns) - pipeline.predict_proba(rows)[:, 1])
    if not gap.max() <= EXACT:
        worst = rows.iloc[int(gap.argmax())].to_dict()
        raise NotCompiled(f"the tables differ from the model by {gap.max():.1e} for {worst}; allowed: {EXACT:g}.")


def _candidates(field: Field, marks: np.ndarray) -> np.ndarray:
    if field.words:
        values: list = list(field.values)
    elif field.whole:
        values = list(range(int(field.low), int(field.high) + 1))[:1000]
    else:
        near = np.concatenate(
            [[field.low, field.high], marks, np.nextafter(marks, -np.inf), np.nextafter(marks, np.inf)]
        )
        values = [*near[(near >= field.low) & (near <= field.high)], *np.linspace(field.low, field.high, 50)]
    missing = [None] * (1 + len(values) // 20) if field.optional else []
    return np.array(values + missing, dtype=object)


def _marks(tables: Tables, name: str) -> np.ndarray:
    axes = [axis for effect in tables.effects if isinstance(effect, Cells) for axis in effect.axes]
    return np.array(
        [
            mark
            for axis in axes
            for mark in (*getattr(axis, "cuts", ()), *getattr(axis, "values", ()))
            if axis.field == name
        ]
    )


def _of_regression(pipeline: Pipeline, dataset: Dataset) -> Tables:
    if isinstance(pipeline[1], PassengerTraits):
        return _of_traits(pipeline[1], pipeline[-1])
    _, imputer, scaler, classifier = (step for _, step in pipeline.steps)
    (weights,), (intercept,) = classifier.coef_ / scaler.scale_, classifier.intercept_
    effects: list[Cells | Slope] = []
    for field, weight, mean, missing in zip(
        dataset.fields.values(), weights, scaler.mean_, imputer.statistics_, strict=True
    ):
        if field.is_text:
            codes = np.append(np.arange(len(field.values)), missing)
            effects.append(Cells(field.name, (_places(field),), weight * (codes - mean)))
        else:
            effects.append(Slope(field.name, weight, missing))
            intercept -= weight * mean
    return Tables(float(intercept), tuple(effects))


def _of_traits(traits: PassengerTraits, classifier: LogisticRegression) -> Tables:
    """Give each trait its table; boys and large families count by class, and nobody else gets their effect."""
    fields = TITANIC.fields
    sex, pclass, port = (_places(fields[name]) for name in ("sex", "pclass", "embarked"))
    boyhood = np.nextafter(traits.boy_below, -np.inf)
    age = Bins("age", np.array([boyhood]), missing=int(traits.age_ > boyhood))
    relatives = np.arange(2 * int(fields["sibsp"].high) + 1)
    family = Codes(("sibsp", "parch"), (1 + relatives >= traits.large_family).astype(np.intp))
    nobody, of = np.zeros(pclass.size), dict(_by_trait(traits, classifier.coef_[0]))
    boys = np.zeros((sex.size, age.size, pclass.size))
    boys[fields["sex"].codes["male"], 0] = of.get("boy", nobody)
    known = {
        "sex": lambda: Cells("sex, by class", (sex, pclass), np.append(of["sex"], nobody).reshape(sex.size, -1)),
        "boy": lambda: Cells("boys, by class", (sex, age, pclass), boys),
        "large_family": lambda: Cells(
            "large families, by class", (family, pclass), np.stack([nobody, of["large_family"]])
        ),
        "port": lambda: Cells("port", (port,), np.append(of["port"], 0.0)),
        "age": lambda: Slope("age", of["age"][0] / AGE_SCALE, traits.age_),
        "fare": lambda: Cells(
            "fare", (Points("fare", traits.fares_),), np.append(of["fare"] * traits.fare_weight, 0.0)
        ),
    }
    return Tables(float(classifier.intercept_[0]), tuple(known[trait]() for trait in traits.traits))


def _by_trait(traits: PassengerTraits, weights: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The weights of the columns of each trait, in their order."""
    classes, ports = (len(TITANIC.fields[name].values) for name in ("pclass", "embarked"))
    counts = {"sex": len(PEOPLE) * classes, "port": ports, "age": 1, "fare": len(traits.fares_)}
    ends = np.cumsum([counts.get(trait, classes) for trait in traits.traits])
    yield from zip(traits.traits, np.split(weights, ends[:-1]), strict=True)


def _of_boosting(pipeline: Pipeline, dataset: Dataset) -> Tables:
    nodes = [tree.nodes for stage in pipeline[-1]._predictors for tree in stage]
    splits = [(node["feature_idx"], node["num_threshold"]) for tree in nodes for node in tree if not node["is_leaf"]]
    return _of_trees(pipeline, dataset, splits, narrow=False)


def _of_forest(pipeline: Pipeline, dataset: Dataset) -> Tables:
    trees = [tree.tree_ for tree in pipeline[-1].estimators_]
    splits = [pair for tree in trees for pair in zip(tree.feature, tree.threshold, strict=True) if pair[0] >= 0]
    return _of_trees(pipeline, dataset, splits, narrow=True)


def _of_trees(pipeline: Pipeline, dataset: Dataset, splits: list[tuple[int, float]], narrow: bool) -> Tables:
    """Ask the trees once for each combination of the intervals between all their splits."""
    sides = []
    for place, field in enumerate(dataset.fields.values()):
        cuts = np.unique([threshold for feature, threshold in splits if feature == place])
        sides.append(_side_of_codes(field, cuts) if is_counted(field) else _side_of_numbers(field, cuts, narrow))
    shape = tuple(len(examples) for _, examples in sides)
    if np.prod(shape, dtype=float) > MOST_CELLS:
        raise NotCompiled(
            f"the trees tell {np.prod(shape, dtype=float):,.0f} combinations apart; allowed: {MOST_CELLS:,}."
        )
    table = np.empty(shape)
    for start in range(0, table.size, 1 << 16):
        cells = np.unravel_index(np.arange(start, min(start + (1 << 16), table.size)), shape)
        rows = np.stack([examples[cell] for (_, examples), cell in zip(sides, cells, strict=True)], axis=1)
        table.flat[start : start + len(rows)] = pipeline[-1].predict_proba(rows)[:, 1]
    return Tables(0.0, (Cells("all features", tuple(axis for axis, _ in sides), table),), log_odds=False)


def _side_of_codes(field: Field, cuts: np.ndarray) -> tuple[Axis, np.ndarray]:
    """A place for the codes between two cuts, and a code of each place."""
    codes = np.append(np.arange(len(field.values)), np.nan) if field.is_text else _each(field).astype(float)
    between = np.where(np.isnan(codes), -1, np.searchsorted(cuts, codes))
    _, first, merged = np.unique(between, return_index=True, return_inverse=True)
    return Codes((field.name,), merged.astype(np.intp)[_places(field).places]), codes[first]


def _side_of_numbers(field: Field, cuts: np.ndarray, narrow: bool) -> tuple[Axis, np.ndarray]:
    """The intervals between the cuts, a number in each, and NaN."""
    inside = cuts.astype(np.float32) if narrow else cuts
    if narrow:
        inside = np.where(inside > cuts, np.nextafter(inside, np.float32(-np.inf)), inside)
    above = max([field.high, *cuts]) + 1
    return Bins(field.name, cuts, narrow=narrow), np.concatenate([inside.astype(float), [above, np.nan]])


def _places(field: Field) -> Codes:
    """A place for each value: for a text also for a missing one."""
    if field.is_text:
        return Codes((field.name,), np.arange(len(field.values) + 1))
    if not field.words:
        return Codes((field.name,), np.arange(int(field.high) + 1))
    places = np.zeros(max(field.values) + 1, np.intp)
    places[list(field.values)] = np.arange(len(field.values))
    return Codes((field.name,), places)


def _each(field: Field) -> np.ndarray:
    """Every number that a counted field may hold, in the order of its places."""
    return np.array(field.values or range(int(field.high) + 1))


_MAKERS: dict[type, Callable[[Pipeline, Dataset], Tables]] = {
    LogisticRegression: _of_regression,
    HistGradientBoostingClassifier: _of_boosting,
    RandomForestClassifier: _of_forest,
}
