import pytest

from lifeboat import promotion
from lifeboat.promotion import Promotion, Reason

BACK = Reason.ROLLED_BACK


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ([], []),
        ([(1, Reason.PASSED)], [1]),
        ([(1, Reason.PASSED), (2, Reason.FORCED), (3, Reason.BY_HAND)], [1, 2, 3]),
        ([(1, Reason.PASSED), (2, Reason.PASSED), (1, BACK)], [1]),
        ([(1, Reason.PASSED), (2, Reason.PASSED), (3, Reason.PASSED), (2, BACK), (1, BACK)], [1]),
        ([(1, Reason.PASSED), (2, Reason.PASSED), (1, BACK), (3, Reason.PASSED)], [1, 3]),
        ([(1, Reason.PASSED), (2, Reason.PASSED), (3, Reason.PASSED), (1, BACK)], [1]),
    ],
)
def test_each_rollback_goes_further_back(steps, line):
    promotions = [Promotion(version, 0, why, "") for version, why in steps]
    assert [entry.version for entry in promotion.line_of_succession(promotions)] == line
