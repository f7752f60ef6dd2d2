"""How fast training and single predictions are: one line per figure, with ratios within one run.

    python -m benchmarks.speed                   about a minute

Everything is measured in a temporary store. The client sleeps five seconds after it has saved a
model, whatever it is connected to; that sleep is counted separately.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np
from nbclient import NotebookClient
from nbformat import read

PASSENGER = {"pclass": 1, "sex": "female", "age": 30.0, "sibsp": 0, "parch": 0, "fare": 80.0, "embarked": "C"}


def seconds(call: Callable[[], object], times: int = 1) -> float:
    """Median time of a call."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return median(taken)


def show(what: str, taken: float, limit: float | None = None) -> None:
    """Print one line: what, how long, and the limit that it has to keep."""
    amount = f"{taken * 1e3:8.2f} ms" if taken < 1 else f"{taken:8.2f} s "
    print(f"{what:<62}{amount}" + (f"   limit {limit:g} s: {'kept' if taken <= limit else 'MISSED'}" if limit else ""))


def fits() -> None:
    """Fit every estimator; ratios to the lab's."""
    from lifeboat import passengers, survival

    table = passengers.load()
    X, y = table[passengers.FEATURES], table[passengers.LABEL]
    reference = None
    for name in survival.ESTIMATORS:
        taken = seconds(lambda name=name: survival.fit(name, X, y), 5)
        reference = reference or taken
        show(f"fit {name} (x {taken / reference:.1f})", taken, 1.0 if name == survival.DEFAULT_ESTIMATOR else None)


def predictions(folder: Path) -> None:
    """One prediction through a loaded pipeline, from a mapping and from a table, beside the bare arithmetic."""
    from lifeboat import passengers, survival

    table = passengers.load()
    X, y = table[passengers.FEATURES], table[passengers.LABEL]
    pipeline = survival.load(survival.save(survival.fit(survival.DEFAULT_ESTIMATOR, X, y), folder / "model.skops"))
    weights, design = pipeline[-1].coef_[0], pipeline[:-1].transform(PASSENGER)[0]
    bare = seconds(lambda: 1 / (1 + np.exp(-design @ weights)), 500)
    one = seconds(lambda: pipeline.predict_proba(PASSENGER), 500)
    frame = X.head(1)
    show("one prediction from a mapping", one, 0.001)
    show("one prediction from a table of one row", seconds(lambda: pipeline.predict_proba(frame), 500), 0.001)
    show(f"  of it arithmetic (1/{one / bare:.0f}); the rest is reading, checking and scikit-learn", bare)
    show("1,309 predictions from a table", seconds(lambda: pipeline.predict_proba(X), 20))
    show(
        "one exact explanation (128 coalitions x 64 passengers)",
        seconds(lambda: survival.explain(pipeline, PASSENGER), 20),
        0.15,
    )


def training_run() -> None:
    """`lifeboat train` beyond imports, with the client's sleep apart."""
    import lifeboat
    from lifeboat import features, training
    from lifeboat.figures import survival as _  # noqa: F401  imports count as imports

    project = lifeboat.login()
    features.write_new(features.feature_group(project), features.historical_passengers())
    slept: list[float] = []
    with patch("hsml.engine.model_engine.time.sleep", slept.append):
        taken = seconds(lambda: training.train(project))
    show("lifeboat train, beyond imports and the client's sleep", taken, 3.0)
    show("  the client's sleep after saving", sum(slept))
    show("lifeboat train again: the same data and code", seconds(lambda: training.train(project)))


def notebook() -> None:
    """Notebook 03, in the store that already has the passengers."""
    from lifeboat.operate import notebooks

    (path,) = (path for path in notebooks.paths() if path.name.startswith("03"))
    client = NotebookClient(read(path, as_version=4), kernel_name="python3", config=notebooks.kernel_config())
    show("notebook 03, kernel start and imports included", seconds(lambda: client.execute(cwd=str(path.parent))), 30.0)


def main() -> None:
    """Measure everything."""
    from lifeboat import store

    fits()
    with tempfile.TemporaryDirectory() as folder, store.temporary():
        predictions(Path(folder))
        training_run()
        notebook()


if __name__ == "__main__":
    main()
