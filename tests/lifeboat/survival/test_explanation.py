import numpy as np
import pytest

from lifeboat import survival
from lifeboat.errors import LifeboatError
from lifeboat.passengers import FEATURES
from lifeboat.survival.explanation import log_odds


@pytest.mark.parametrize("row", [0, 300, 1225])
def test_contributions_add_up_to_the_predicted_log_odds(fitted, X, row):
    explanation = survival.explain(fitted, X.iloc[[row]])
    predicted = fitted.predict_proba(X.iloc[[row]])[:, 1]
    assert list(explanation.contributions.index) == FEATURES
    assert explanation.log_odds == pytest.approx(log_odds(predicted)[0], abs=1e-6)


def test_a_linear_model_is_explained_by_its_coefficients(X, y):
    pipeline = survival.build_estimator("logistic").fit(X, y)
    scaled = pipeline[1:-1].transform(pipeline[0].background_)
    passenger = pipeline[:-1].transform(X.iloc[[0]])
    expected = pipeline[-1].coef_[0] * (passenger[0] - scaled.mean(axis=0))
    np.testing.assert_allclose(survival.explain(pipeline, X.iloc[[0]]).contributions, expected, atol=1e-9)


def test_more_than_one_passenger_is_refused(default, X):
    with pytest.raises(LifeboatError, match="2 passengers given"):
        survival.explain(default, X.head(2))
