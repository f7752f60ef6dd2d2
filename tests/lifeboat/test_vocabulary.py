"""A value that is added to the vocabulary arrives everywhere, with nothing else changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPACE = Path(__file__).resolve().parents[2] / "spaces" / "predict" / "app.py"

ADD = """
from dataclasses import replace
from lifeboat import passengers

FIELDS = passengers.FIELDS
for name, value, word in (("embarked", "B", "Belfast"), ("pclass", 4, "fourth")):
    FIELDS[name] = replace(FIELDS[name], words={**FIELDS[name].words, value: word})
"""

COLLECT = """
import json, runpy, sys
import matplotlib
matplotlib.use("Agg")
from lifeboat import columns, survival
from lifeboat.figures import explore
from lifeboat.monitoring.drift import Reference
from lifeboat.pages import words
from lifeboat.pages.predict.whatif import _value
from lifeboat.dataset import InvalidRow
from lifeboat.passengers import FEATURES, groupings, validate_one
from lifeboat.survival.preprocessing import read_passengers
from lifeboat.synthetic.joint import texts
from lifeboat.synthetic.judging.codes import codes

NEW = {"pclass": 4, "sex": "male", "age": 30.0, "sibsp": 0, "parch": 0, "fare": 8.0, "embarked": "B"}
known = passengers.load()
frame = known.assign(survived=known["survived"])
frame.loc[:39, list(NEW)] = list(NEW.values())
try:
    validate_one(NEW | {"embarked": "X", "pclass": 9})
except InvalidRow as error:
    message = str(error)
pipeline = survival.build_estimator().fit(frame[FEATURES], frame["survived"])
space = runpy.run_path(sys.argv[1])
ticks = explore.aboard(frame).axes[0].get_yticklabels()
described = [words for _, words in columns.of_rows(passengers.TITANIC).values()]
found = {
    "validation": str(validate_one(NEW)),
    "messages": message,
    "feature store": " ".join(described),
    "model codes": str(read_passengers(NEW)[0].tolist()),
    "traits": " ".join(pipeline[:-1].get_feature_names_out()),
    "controls": str([space["choice"](name, None).choices for name in ("embarked", "pclass")]),
    "words": words.sentence(NEW),
    "changes": str([_value("embarked", 3.0), words.value("embarked", "B"), words.value("pclass", 4)]),
    "figures": " ".join(tick.get_text() for tick in ticks),
    "slices": str(groupings(frame[FEATURES]).iloc[0].tolist()),
    "drift": " ".join([*Reference.of(known).bins("embarked"), *Reference.of(known).bins("pclass")]),
    "judges": str(codes(frame).iloc[0].tolist()),
    "generator": str(texts("embarked").tolist()),
}
print(json.dumps(found))
"""

EXPECTED = {
    "validation": ["'pclass': 4", "'embarked': 'B'"],
    "messages": ["S (Southampton) or B (Belfast)", "1, 2, 3 or 4"],
    "feature store": ["B (Belfast)", "3 or 4"],
    "model codes": ["[4.0, 1.0, 30.0, 0.0, 0.0, 8.0, 3.0]"],
    "traits": ["from Belfast", "man, fourth class", "boy, fourth class", "large family, fourth class"],
    "controls": ["('Belfast', 'B')", "('Fourth', 4)"],
    "words": ["fourth class", "from Belfast"],
    "changes": ["['B', 'Belfast', 'fourth']"],
    "figures": ["fourth class, male"],
    "slices": ["['male', 'fourth class', '30 to 49', 'Belfast']"],
    "drift": ["Southampton Belfast unknown", "third fourth unknown"],
    "judges": ["[4.0, 1.0, 30.0, 0.0, 0.0, 8.0, 3.0, 1.0]"],
    "generator": ["['C', 'Q', 'S', 'B', None]"],
}


@pytest.fixture(scope="module")
def said():
    """What each part says of the new values, in a process that met them before anything else."""
    command = [sys.executable, "-c", ADD + COLLECT, str(SPACE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("place", EXPECTED)
def test_a_new_port_and_a_new_class_arrive_everywhere(said, place):
    for words in EXPECTED[place]:
        assert words in said[place]
