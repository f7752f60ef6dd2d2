"""docs/cloud.md: what it tells readers to run does what it says, as far as that can be tried without the services."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lifeboat import features, monitoring, registry, scoring, store
from lifeboat.arrivals import board
from lifeboat.days import today

GUIDE = (store.project_folder() / "docs" / "cloud.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def test_what_was_made_is_removed_again(trained):
    board(trained, [today()], 3)
    scoring.score_days(trained, registry.champion(trained), [today()])
    monitoring.write_metrics(trained, [today()])
    (removal,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(removal, {})
    kept = trained.get_feature_store()
    assert registry.registered(trained) == []
    assert kept.get_feature_view(features.VIEW, version=1) is None
    for name in (features.TITANIC, features.PREDICTIONS, features.METRICS):
        assert kept.get_feature_group(name, version=1) is None


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"`(?:\.venv/bin/)?((?:modal|hf) [a-z]+(?: [a-z]+)?)(?![\w/])", GUIDE)))
)
def test_its_commands_exist(command):
    done = subprocess.run([BIN / command.split()[0], *command.split()[1:], "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize(
    "said",
    [
        "did not let us in",
        "the key is refused (401)",
        "a local service",
        "there is no store in",
        "Hugging Face did not take",
    ],
)
def test_the_messages_that_it_quotes_are_those_of_the_code(said):
    assert said in GUIDE
    code = "".join(
        path.read_text(encoding="utf-8") for path in (store.project_folder() / "lib" / "lifeboat").rglob("*.py")
    )
    assert said in code
