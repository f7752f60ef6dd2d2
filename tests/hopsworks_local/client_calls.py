"""Which public methods of the client the tests of the service call, and what became of it.

A method counts only if a test calls it by itself and then passes; what the client calls inside does not count.
"""

import functools
import importlib
import inspect
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
FILE = HERE / "client_calls.json"
VARIABLE = "HOPSWORKS_LOCAL_CALLS"  # names the file to which calls are added, one line a test
CLASSES = {
    "Project": "hopsworks.project",
    "FeatureStore": "hsfs.feature_store",
    "FeatureGroup": "hsfs.feature_group",
    "FeatureView": "hsfs.feature_view",
    "Query": "hsfs.constructor.query",
    "Feature": "hsfs.feature",
    "Logic": "hsfs.constructor.filter",
    "TrainingDataset": "hsfs.training_dataset",
    "TransformationFunction": "hsfs.transformation_function",
    "ExpectationSuite": "hsfs.expectation_suite",
    "ValidationReport": "hsfs.validation_report",
    "ModelRegistry": "hsml.model_registry",
    "Model": "hsml.model",
    "ModelServing": "hsml.model_serving",
    "DatasetApi": "hopsworks_common.core.dataset_api",
    "JobApi": "hopsworks_common.core.job_api",
    "Job": "hopsworks_common.job",
    "Execution": "hopsworks_common.execution",
}
"""What a notebook gets hold of, from `hopsworks.login()` on."""
INNER = {"to_dict", "json", "from_response_json", "from_response_json_single", "update_from_response_json"}
"""How the client reads and writes documents; nobody else calls that."""


def methods(name: str) -> list[str]:
    """The public methods of a class of the client."""
    found = inspect.getmembers_static(load(name))
    callables = (staticmethod, classmethod)
    return [
        key
        for key, value in found
        if not key.startswith("_") and key not in INNER and (inspect.isfunction(value) or isinstance(value, callables))
    ]


def load(name: str) -> type:
    import hopsworks  # noqa: F401  # sets up the names of the modules

    return getattr(importlib.import_module(CLASSES[name]), name)


class Watch:
    """Sees what test files call.

    Attributes
    ----------
    calls : dict
        By `Class.method`, whether it ever returned; else it was an error each time.
    """

    def __init__(self) -> None:
        self.calls: dict[str, bool] = {}
        self.failed = False

    def begin(self) -> None:
        """Put an observer before every method."""
        for name in CLASSES:
            cls = load(name)
            for method in methods(name):
                self._observe(cls, method)

    def _observe(self, cls: type, name: str) -> None:
        found = inspect.getattr_static(cls, name)
        kind = type(found) if isinstance(found, (staticmethod, classmethod)) else None
        original = found.__func__ if kind else found

        @functools.wraps(original)
        def observed(*arguments, **options):
            direct = Path(sys._getframe(1).f_code.co_filename).parent == HERE
            try:
                result = original(*arguments, **options)
            except Exception:
                if direct:
                    self.calls.setdefault(f"{cls.__name__}.{name}", False)
                raise
            if direct:
                self.calls[f"{cls.__name__}.{name}"] = True
            return result

        setattr(cls, name, kind(observed) if kind else observed)

    def take(self) -> dict[str, bool]:
        """The calls since the last time."""
        calls, self.calls = self.calls, {}
        return calls


def write(file: Path, test: str, calls: dict[str, bool]) -> None:
    """Add what a test that passed has called."""
    with file.open("a") as lines:
        lines.write(json.dumps([test, calls]) + "\n")


def gather(file: Path) -> dict[str, dict[str, str]]:
    """For each method that returned, or was always refused, a test that shows it."""
    found: dict[str, dict[str, str]] = {"works": {}, "refused": {}}
    for line in sorted(file.read_text().splitlines()):
        test, calls = json.loads(line)
        for method, returned in calls.items():
            found["works" if returned else "refused"].setdefault(method, test)
    for method in found["works"]:
        found["refused"].pop(method, None)
    return {kind: dict(sorted(tests.items())) for kind, tests in found.items()}
