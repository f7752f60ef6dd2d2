"""The estimators: unfitted pipelines from the seven raw features to the probability of survival."""

from collections.abc import Callable

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lifeboat.errors import LifeboatError, check_name
from lifeboat.survival.preprocessing import PassengerMatrix
from lifeboat.survival.traits import TRAITS, PassengerTraits

SEED = 1912


class UnknownEstimator(LifeboatError):
    """A name that is not among `ESTIMATORS`."""


def logistic() -> Pipeline:
    """Logistic regression as in the original lab: median imputation, one code per category."""
    return make_pipeline(
        PassengerMatrix(), SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000)
    )


def logistic_engineered() -> Pipeline:
    """Logistic regression over a few traits: sex, boys and large families by class, port and age."""
    return _over_traits(tuple(trait for trait in TRAITS if trait != "fare"))


def logistic_companions() -> Pipeline:
    """As `logistic_engineered`, with a shrunken effect for each fare, which passengers of one party or origin share."""
    return _over_traits(TRAITS)


def _over_traits(traits: tuple[str, ...]) -> Pipeline:
    classifier = LogisticRegression(C=8.0, solver="newton-cholesky", tol=1e-8)
    return make_pipeline(PassengerMatrix(), PassengerTraits(traits), classifier)


def gradient_boosting() -> Pipeline:
    """Gradient boosting over histograms, slow learning and small trees; it takes missing values as they are."""
    booster = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=90,
        max_leaf_nodes=8,
        min_samples_leaf=15,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        random_state=SEED,
    )
    return make_pipeline(PassengerMatrix(), booster)


def random_forest() -> Pipeline:
    """Random forest of 50 trees, at least eight passengers in a leaf; it takes missing values as they are."""
    forest = RandomForestClassifier(n_estimators=50, min_samples_leaf=8, max_features=0.5, random_state=SEED)
    return make_pipeline(PassengerMatrix(), forest)


ESTIMATORS: dict[str, Callable[[], Pipeline]] = {
    builder.__name__: builder
    for builder in (logistic, logistic_engineered, logistic_companions, gradient_boosting, random_forest)
}
"""Name to builder, from the simplest to the most complex."""

DEFAULT_ESTIMATOR = "logistic_companions"
"""The estimator that is trained and registered unless another is named; benchmarks/quality.md says why."""


def build_estimator(name: str = DEFAULT_ESTIMATOR) -> Pipeline:
    """Build an unfitted pipeline over a DataFrame of the seven raw features.

    Parameters
    ----------
    name : str
        One of `ESTIMATORS`.

    Raises
    ------
    UnknownEstimator
        If there is no such estimator.
    """
    check_name("estimator", name, ESTIMATORS, error=UnknownEstimator)
    return ESTIMATORS[name]()
