"""The estimators: unfitted pipelines from the raw features to the probability of the outcome 1, survival."""

from collections.abc import Callable

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError, check_name
from lifeboat.passengers import FEATURES, TITANIC
from lifeboat.survival.preprocessing import FieldMatrix, PassengerMatrix
from lifeboat.survival.traits import TRAITS, PassengerTraits

SEED = 1912


class UnknownEstimator(LifeboatError):
    """A name that is not among `ESTIMATORS`."""


def _matrix(dataset: Dataset) -> FieldMatrix:
    return PassengerMatrix() if dataset is TITANIC else FieldMatrix(dataset.columns)


def logistic(dataset: Dataset = TITANIC) -> Pipeline:
    """Logistic regression as in the original lab: median imputation, one code per category."""
    return make_pipeline(
        _matrix(dataset), SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000)
    )


def logistic_engineered(dataset: Dataset = TITANIC) -> Pipeline:
    """Logistic regression over a few traits: sex, boys and large families by class, port and age."""
    return _over_traits(dataset, tuple(trait for trait in TRAITS if trait != "fare"))


def logistic_companions(dataset: Dataset = TITANIC) -> Pipeline:
    """As `logistic_engineered`, with a shrunken effect for each fare, which passengers of one party or origin share."""
    return _over_traits(dataset, TRAITS)


def _over_traits(dataset: Dataset, traits: tuple[str, ...]) -> Pipeline:
    if dataset.features != FEATURES:
        raise UnknownEstimator(
            f"the estimators over traits know the features of 'titanic' alone, not those of {dataset.name!r}; "
            f"allowed: logistic, gradient_boosting, random_forest."
        )
    classifier = LogisticRegression(C=8.0, solver="newton-cholesky", tol=1e-8)
    return make_pipeline(PassengerMatrix(), PassengerTraits(traits), classifier)


def gradient_boosting(dataset: Dataset = TITANIC) -> Pipeline:
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
    return make_pipeline(_matrix(dataset), booster)


def random_forest(dataset: Dataset = TITANIC) -> Pipeline:
    """Random forest of 50 trees, at least eight passengers in a leaf; it takes missing values as they are."""
    forest = RandomForestClassifier(n_estimators=50, min_samples_leaf=8, max_features=0.5, random_state=SEED)
    return make_pipeline(_matrix(dataset), forest)


ESTIMATORS: dict[str, Callable[[Dataset], Pipeline]] = {
    builder.__name__: builder
    for builder in (logistic, logistic_engineered, logistic_companions, gradient_boosting, random_forest)
}
"""Name to builder, from the simplest to the most complex."""

DEFAULT_ESTIMATOR = "logistic_companions"
"""The estimator that is trained and registered unless another is named; benchmarks/quality.md says why."""


def default_estimator(dataset: Dataset = TITANIC) -> str:
    """Return the estimator that is trained unless another is named: for other data the plain regression."""
    return DEFAULT_ESTIMATOR if dataset is TITANIC else "logistic"


def build_estimator(name: str = DEFAULT_ESTIMATOR, dataset: Dataset = TITANIC) -> Pipeline:
    """Build an unfitted pipeline over a DataFrame of the raw features.

    Parameters
    ----------
    name : str
        One of `ESTIMATORS`.
    dataset : Dataset
        Whose features it takes.

    Raises
    ------
    UnknownEstimator
        If there is no such estimator, or none for these features.
    """
    check_name("estimator", name, ESTIMATORS, error=UnknownEstimator)
    return ESTIMATORS[name](dataset)
