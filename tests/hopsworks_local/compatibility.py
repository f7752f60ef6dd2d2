"""Make docs/hopsworks-compatibility.md: which public methods of the client work, by what the tests of the service call.

make compatibility                                              runs the tests, then writes
python tests/hopsworks_local/compatibility.py --without-tests   writes what the last run found
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import client_calls
from client_calls import CLASSES, FILE, methods

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "hopsworks-compatibility.md"

DIFFERENCES = {
    "FeatureStore.create_feature_group": "Delta, offline and without a stream only; other kinds are refused by name",
    "FeatureStore.get_or_create_feature_group": "as `create_feature_group`",
    "FeatureStore.get_transformation_functions": "none are built in; if there is one alone, the client fails",
    "FeatureGroup.append_features": "the columns are there when the call returns; on a cluster a job adds them",
    "FeatureGroup.insert": "written at once, without Kafka and without a job",
    "FeatureGroup.multi_part_insert": "each part is written at once",
    "FeatureGroup.optimize": "by delta-rs in the client; no clustering",
    "FeatureView.log": "written at once, without Kafka",
    "FeatureView.pause_logging": "is about a job that there is none of here: rows are written all the same",
    "FeatureView.resume_logging": "as `pause_logging`",
    "FeatureView.train_test_split": "the seed is fixed, so a version always splits the same way",
    "FeatureView.train_validation_test_split": "as `train_test_split`",
    "FeatureView.create_training_data": "Parquet, CSV, TSV; no transformation functions; done when it returns",
    "FeatureView.create_train_test_split": "as `create_training_data`",
    "FeatureView.create_train_validation_test_split": "as `create_training_data`",
    "FeatureView.delete_log": "keeps its group, emptied",
    "Query.join": "inner or left if all groups have event times; an inner join within a left one is refused then",
    "Query.to_string": "DuckDB's SQL",
    "FeatureView.get_batch_query": "DuckDB's SQL",
    "ModelServing.get_deployments": "always empty",
    "Project.get_alerts": "always empty",
    "Project.get_alerts_api": "lists nothing, and all else is refused",
    "Project.get_app_api": "lists nothing, and all else is refused",
    "Project.get_environment_api": "lists nothing, and all else is refused",
    "Project.get_model_serving": "lists nothing, and all else is refused",
    "FeatureStore.get_external_feature_group": "always none",
    "FeatureStore.get_external_feature_groups": "always empty",
    "FeatureStore.get_on_demand_feature_group": "always none",
    "FeatureStore.get_on_demand_feature_groups": "always empty",
    "FeatureStore.search": "looks for the words as they stand, without ranking or similar words",
    "DatasetApi.upload": "two uploads of one name and size that cross are refused; see the README of hopsworks_local",
    "Execution.download_logs": "the logs are empty: the service does the work itself",
}
"""Methods that work, and how they differ from those of a cluster."""

REASONS = {
    "vector|serving|neighbors|online|inference_helper|transform$|ttl|prepared_statement": (
        "the online store is a database of its own, filled through Kafka"
    ),
    "stream|topic|kafka": "streams go through Kafka",
    "deploy|predictor|endpoint|transformer|vllm|create_feature_logger": "models are deployed on Kubernetes",
    r"^Job\.|^JobApi\.|^Execution\.|schedul|materialize_log|set_log_material": (
        "the service runs no programs of users, and what it does itself is done when a call returns"
    ),
    "monitor|alert": "monitoring and alerts are jobs, and messages sent by them",
    "connector|data_source|external|spine|spark|clustering|layout|partition_spec|sort_order": (
        "data lie in the store's folder, as Delta tables without Spark"
    ),
    "as_of|pull_changes|read_changes": "the cloud does not offer earlier states to the Python engine either",
    "member|share|restricted|chmod": "there is one user",
    "^TrainingDataset|get_training_dataset": "training data without a feature view are those of clients before 3.0",
}
"""Why methods are refused, by pattern."""
OTHER = "not needed by the notebooks that were tried"

HEAD = """\
# What of the Hopsworks client works locally

Which public methods of the client ({client}) work with [hopsworks_local](../lib/hopsworks_local/README.md):
{total} methods of the {classes} classes that a notebook gets hold of, from `hopsworks.login()` on. This page is made by
`make compatibility` from the tests of the service: **a method counts as working only if a test calls it by itself,
through the real client, it returns and the test passes.** Methods with which the client reads and writes documents
(`to_dict`, `json`, `from_response_json`) are not counted.

- *Works, with a difference*: it does what it says, but for what stands beside it.
- *Not supported*: a test calls it and gets an error, from the service or, if the method needs Spark or an online
  store, from the client itself. Nothing is ever answered as if it had been done.
- *No test*: nobody has tried it. Requests that the service does not know are refused
  (`not supported by the local service: ...`).

## Against what this was validated

| mark | means | how many |
|---|---|---|
| cloud | the same tests passed against a Hopsworks cluster | **0**: not validated on the cloud |
| client | the tests pass with the client's own, unmodified code, which the service was written after | {works} |
| unknown | nobody has tried | {unknown} |

Nothing here was compared with a cluster: there was no key. If you have one, run the tests against it, in an empty
project called `local` (some of them name it):

```bash
export HOPSWORKS_API_KEY=... HOPSWORKS_HOST=... HOPSWORKS_PROJECT=local HOPSWORKS_LOCAL_AGAINST=cluster
cd tests/hopsworks_local
pytest test_service_{{feature_groups,feature_views,queries,training_datasets,models,search,feature_logs}}.py
```

They make feature groups, views and models whose names begin with `thing`, and do not remove all of them. What fails
there is a difference that belongs on this page. To report what you miss, start the service with `--record FILE`: each
refused request becomes a line in it, without key and data.

Also tested: client {earlier}, with the tests of views, training data and models. Other versions are served too; the
client itself warns at login if its minor version is not {minor}.

## Figures

| class | methods | work | with a difference | not supported | no test |
|---|---|---|---|---|---|
"""
SETTLED = """
## Differences that no method shows

- A joined group's event time that a query selects comes back under its own name, also from `train_test_split` of
  `a.select(...).join(b.select_all(include_primary_key=False))`: nothing in the client drops it. If the left group's
  event time has that name and is selected too, it comes once.
- Keys and event times that a view does not select come back fully qualified, `project_group_version_feature`, if they
  are asked for.
- Rows come in the order of the keys. A cluster promises no order.
- In a feature group joined with itself, a label or helper of a view is the left one, for the client does not say which
  is meant.
"""


def render(calls: dict[str, dict[str, str]], client: str) -> str:
    """Return the page."""
    rows, sections, sums = [], [], [0] * 5
    for name in CLASSES:
        kinds = sort(name, calls)
        counts = [sum(map(len, kinds)), *map(len, kinds)]
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        rows.append(f"| `{name}` | " + " | ".join(map(str, counts)) + " |")
        sections.append(section(name, kinds))
    rows.append("| **all** | " + " | ".join(f"**{number}**" for number in sums) + " |")
    facts = {"total": sums[0], "works": sums[1] + sums[2], "unknown": sums[4], "minor": client.rpartition(".")[0]}
    head = HEAD.format(client=client, classes=len(CLASSES), earlier=earlier(), **facts)
    return head + "\n".join(rows) + "\n" + SETTLED + "".join(sections)


def sort(name: str, calls: dict[str, dict[str, str]]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return the methods of a class that work, work with a difference, are refused and have no test."""
    works = [method for method in methods(name) if f"{name}.{method}" in calls["works"]]
    refused = [method for method in methods(name) if f"{name}.{method}" in calls["refused"]]
    differ = [method for method in works if f"{name}.{method}" in DIFFERENCES]
    rest = [method for method in methods(name) if method not in works + refused]
    return [method for method in works if method not in differ], differ, refused, rest


def section(name: str, kinds: tuple[list[str], ...]) -> str:
    """Return what is said of a class."""
    works, differ, refused, rest = kinds
    lines = [f"\n## {name}\n"]
    lines += [f"**Works:** {listed(works)}\n"] if works else []
    if differ:
        notes = [f"- `{method}`: {DIFFERENCES[f'{name}.{method}']}" for method in differ]
        lines.append("**Works, with a difference:**\n\n" + "\n".join(notes) + "\n")
    if refused:
        reasons: dict[str, list[str]] = {}
        for method in refused:
            reasons.setdefault(reason(f"{name}.{method}"), []).append(method)
        notes = [f"- {listed(names)}: {why}" for why, names in reasons.items()]
        lines.append("**Not supported:**\n\n" + "\n".join(notes) + "\n")
    lines += [f"**No test:** {listed(rest)}\n"] if rest else []
    return "\n".join(lines)


def reason(method: str) -> str:
    """Return why a method is refused."""
    return next((why for pattern, why in REASONS.items() if re.search(pattern, method)), OTHER)


def listed(names: list[str]) -> str:
    """Return names for a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def earlier() -> str:
    """The earlier client that is tested."""
    text = (Path(__file__).parent / "test_service_distribution.py").read_text(encoding="utf-8")
    return re.search(r'EARLIER = "([\d.]+)"', text)[1]


def run_tests() -> None:
    """Run the tests of the service, and keep what they called."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", str(FILE.parent)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, client_calls.VARIABLE: str(file)}, check=True)
        keep(file)


def keep(file: Path) -> None:
    """Keep what a run of the tests called."""
    found = {"client": version("hopsworks"), **client_calls.gather(file)}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Make the page."""
    if "--without-tests" not in sys.argv:
        run_tests()
    calls = json.loads(FILE.read_text(encoding="utf-8"))
    PAGE.write_text(render(calls, calls["client"]), encoding="utf-8")


if __name__ == "__main__":
    main()
