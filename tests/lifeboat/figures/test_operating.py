import pandas as pd
import pytest

from lifeboat.figures import operating

EVENINGS = pd.DataFrame(
    [
        (pd.Timestamp(2026, 11, day), join, outcomes, accuracy)
        for day, then, later in [(8, 0.80, 0.80), (9, 0.80, 0.60), (10, 0.60, 0.60)]
        for join, outcomes, accuracy in [("known then", 240, then), ("known later", 420, later)]
    ],
    columns=["evening", "join", "outcomes", "accuracy"],
).assign(estimated=0.81, low=0.78, high=0.84)


def test_the_title_says_when_the_fall_was_clear_by_each_join():
    (axes,) = operating.evenings(EVENINGS).axes
    assert axes.get_title() == "Below the estimate from 10 Nov (known then), from 09 Nov (known later)"


def test_accuracy_that_never_falls_is_said_to():
    (axes,) = operating.evenings(EVENINGS.assign(accuracy=0.8)).axes
    assert axes.get_title() == "Below the estimate never (known then), never (known later)"


@pytest.mark.parametrize("part", ["known then: 80%, 80%, 60%", "known later: 80%, 60%, 60%"])
def test_the_alternative_gives_the_values(part):
    assert part in operating.evenings(EVENINGS).alt
