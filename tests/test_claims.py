"""No claim without its cell: what the lessons say of the data is computed again, and must be so.

Each claim is a phrase that stands in the lesson, and a condition. What the store does is checked against the stored
output, which nbval computes again.
"""

import nbformat
import pytest

from lesson_facts import Days, Facts
from lifeboat import gate, monitoring, survival
from lifeboat.model_card import SPLIT_USES
from lifeboat.operate import notebooks
from lifeboat.passengers import FEATURES

BOOKS = {path.stem[:2]: nbformat.read(path, as_version=4) for path in notebooks.paths()}


def source(number):
    return " ".join(" ".join(cell.source for cell in BOOKS[number].cells).split())


def printed(number):
    outputs = [output for cell in BOOKS[number].cells for output in cell.get("outputs", [])]
    return "".join(output.get("text") or output["data"]["text/plain"] for output in outputs)


OUTPUTS = [
    ("02", "a) 1,309", "1,309 rows.\n1,309 rows.\n"),
    ("02", "c) 100", "\n100 rows.\n"),
    ("02", "c) none", "1       1  999.0000  211.3375\n1             2       4    0.9167  151.5500"),
    ("02", "c) 9", "9 columns: "),
    ("02", "c) none, without an error", "5 rows in the group, 0 in the training data."),
    ("02", "An insert is an *upsert*", "1,309 rows.\n1,309 rows.\n"),
    ("02", "A hundred. Without a primary key", "\n100 rows.\n"),
    ("02", "One passenger, two rows", "Rows of passenger 1: 2."),
    ("02", "The real passengers pass", "0 faults in 1,309 passengers."),
    ("02", "Run twice, `write_new` finds nothing to write.", "\n0 passengers were new.\n"),
    ("02", "Nine: the label stays away", "9 columns: "),
    ("02", "None, and no error. Unless told otherwise", "5 rows in the group, 0 in the training data."),
    ("03", "`training_data` does the same", "The same passengers: True."),
    ("03", "The library calls this estimator `logistic`", "Largest difference between the two: 0.000000."),
    ("03", "So `evaluate` with one more argument is the honest test", "The same in each fold: True."),
    (
        "03",
        "We decided to trust one type of numpy",
        "Types to decide about: ['numpy.dtype']. The same predictions: True.",
    ),
    ("03", "so it goes", "Left of it: []."),
    ("03", "a) none", "New in the registry: 0."),
    ("04", "b) the cheap first class only", "fare given class             34                  1                  3"),
    ("05", "`batch_data` makes the same call", "The same batch: True."),
    ("05", "After your own insert, nothing is left to do for it", "420 new predictions.\n0 new predictions.\n"),
    ("05", "The same join, by its name.", "The same: True."),
    ("05", "By hand, for the ticket class", "By hand 0.003518, by drift 0.003518."),
    ("06", "`decision_costs` counts the same", "The same costs: True."),
    ("06", "b) about one in twenty", "of 58 slices stand out; by chance about 3 would."),
]


@pytest.mark.parametrize(("number", "phrase", "output"), OUTPUTS, ids=lambda text: text[:40])
def test_what_is_said_of_the_store_was_printed(number, phrase, output):
    assert phrase in source(number)
    assert output in printed(number)


OVER_TRAITS = ["logistic_engineered", "logistic_companions"]
HISTORY = [
    ("02", "so there are two event times", lambda f: f.historical["boarded_at"].nunique() == 2),
    (
        "02",
        "Of the 56 children below six two thirds survived",
        lambda f: len(_children(f)) == 56 and abs(_children(f)["survived"].mean() - 2 / 3) < 0.02,
    ),
    ("02", "Nineteen of them travelled in first or second class.", lambda f: (_children(f)["pclass"] < 3).sum() == 19),
    ("02", "a) one", lambda f: len(_dead_children(f, "pclass < 3")) == 1),
    (
        "02",
        "One: the girl in the third row of the first table. In third class nearly half died.",
        lambda f: (
            _dead_children(f, "pclass < 3")["passenger_id"].item() == f.historical["passenger_id"].iloc[2]
            and abs(len(_dead_children(f, "pclass == 3")) / (_children(f)["pclass"] == 3).sum() - 0.48) < 0.02
        ),
    ),
    ("02", "The view selects eleven columns", lambda f: len(FEATURES) + 4 == 11),
    (
        "02",
        "Age is the feature with gaps",
        lambda f: f.historical[FEATURES].isna().mean().nlargest(2).to_list()[1] < 0.01,
    ),
    ("03", "a fifth of the passengers is set aside", lambda f: abs(len(f.test) / len(f.data.X) - 0.2) < 0.01),
    ("03", "when 263 passengers wait in the hold-out", lambda f: len(f.test) == 263),
    (
        "03",
        "The two regressions over traits lead, and both ensembles come out ahead of the lab's regression.",
        lambda f: (
            set(f.log_loss(f.apart).sort_values().index[:2]) == {"logistic_engineered", "logistic_companions"}
            and f.log_loss(f.apart).idxmax() == "logistic"
        ),
    ),
    ("03", "b) a regression over traits", lambda f: f.log_loss(f.apart).nsmallest(2).index.isin(OVER_TRAITS).all()),
    ("03", "All eleven died.", lambda f: f.data.y[f.data.together == "CA. 2343"].to_list() == [0] * 11),
    (
        "03",
        "b) it helps the ensembles most",
        lambda f: min(f.remembered["gradient_boosting"], f.remembered["random_forest"]) > f.remembered["logistic"] > 0,
    ),
    (
        "03",
        "their probability of survival falls by far more than that of the lab's regression",
        lambda f: min(f.remembered["gradient_boosting"], f.remembered["random_forest"]) > 3 * f.remembered["logistic"],
    ),
    (
        "03",
        "The regressions that do not know single fares hardly move. The other three lose",
        lambda f: (
            f.flattered[["logistic", "logistic_engineered"]].abs().max()
            < f.flattered[["logistic_companions", "gradient_boosting", "random_forest"]].min() / 2
        ),
    ),
    (
        "03",
        "`logistic_companions` was 0.013 better than `logistic_engineered`",
        lambda f: f"{f.saved_by_fares(f.apart):.3f}" == "0.013",
    ),
    ("03", "c) nothing", lambda f: f.saved_by_fares(f.together) < 0.1 * f.saved_by_fares(f.apart)),
    ("03", "a) one", lambda f: len(f.behind) == 1),
    (
        "03",
        "The lab's regression is clearly behind; gradient boosting is not distinguishable from the best on these "
        "folds, and neither is the forest.",
        lambda f: f.behind == {"logistic"},
    ),
    ("03", "`logistic_engineered` is the simpler model", lambda f: f.chosen(f.together) == "logistic_engineered"),
    ("03", "the fares are a clear gain", lambda f: f.chosen(f.apart) == "logistic_companions"),
    (
        "03",
        "we take the model that the rule allows on *both* kinds of folds",
        lambda f: f.chosen(f.apart, f.together) == survival.DEFAULT_ESTIMATOR == "logistic_companions",
    ),
    (
        "03",
        "gains 0.013 in one case and loses 0.001 in the other, less than its standard error",
        lambda f: (
            (f"{f.saved_by_fares(f.apart):.3f}", f"{-f.saved_by_fares(f.together):.3f}") == ("0.013", "0.001")
            and -f.saved_by_fares(f.together)
            < survival.compare(f.together).loc["logistic_companions", "standard_error"]
        ),
    ),
    ("03", "a small exam of 131 passengers", lambda f: f.marks[0] == 131),
    ("03", "The winner predicts 656 passengers", lambda f: f.marks[1] == 656),
    ("03", "c) four points lower or more", lambda f: _fall(f.marks[2]) >= 0.035),
    ("03", "may be no more than 0.01 above zero", lambda f: gate.MARGIN == 0.01),
    (
        "03",
        "Most of its lead was luck.",
        lambda f: _lead(f.marks[2], "fresh") < _lead(f.marks[2], "exam") / 2,
    ),
    ("03", "after twenty models the system even draws another one", lambda f: SPLIT_USES == 20),
    (
        "03",
        "The intervals are wide",
        lambda f: f.tested[1].test.loc["accuracy", "high"] - f.tested[1].test.loc["accuracy", "low"] > 0.08,
    ),
    ("06", "b) about as safe", lambda f: _boy_less_woman(f) < 0.5),
    ("06", "in the second class that comes to about the effect of a woman", lambda f: _boy_less_woman(f) < 0.5),
    (
        "06",
        "A large family in the third class had next to no chance",
        lambda f: f.effects["large family, third class"] < -2,
    ),
    (
        "06",
        "His age outweighs his sex",
        lambda f: f.explained.contributions["age"] > 2 * -f.explained.contributions["sex"] > 0,
    ),
    ("06", "a) one", lambda f: (f.ablation["low"] > 0.001).sum() == 1),
    (
        "06",
        "Sex by class is nearly all of it. The others have intervals that touch or cover zero here",
        lambda f: (
            f.ablation["difference"].idxmax() == "sex"
            and f.ablation.loc["sex", "difference"] > 0.8 * f.ablation["difference"].clip(lower=0).sum()
            and (f.ablation["low"].drop("sex") <= 0.001).all()
        ),
    ),
    (
        "06",
        "The answers differ because the questions do",
        lambda f: f.importance.loc["embarked", "low"] > 0 > f.ablation.loc["port", "low"],
    ),
    (
        "06",
        "The jump at 14 is no discovery",
        lambda f: -survival.partial_dependence(f.regression, f.X, "age", range(76))["mean"].diff().iloc[14] > 0.15,
    ),
    (
        "06",
        "Siblings and spouses matter only as part of a large family.",
        lambda f: _same_within_small_families(f),
    ),
    ("06", "b) at least nine", lambda f: _inside(f) >= 9),
    (
        "06",
        "Miscalibration is a small part of the score",
        lambda f: _parts(f)["miscalibration"] < 0.05 * _parts(f)["brier"],
    ),
    (
        "06",
        "The promise is kept, among those who died and among those who survived.",
        lambda f: (f.coverage.groupby("survived")["covered"].mean() - 0.9).abs().max() < 0.02,
    ),
    ("06", "b) for three in ten", lambda f: abs(f.coverage["undecided"].mean() - 0.3) < 0.03),
    (
        "06",
        "Nine of ten on average, far fewer for women who died",
        lambda f: f.coverage[(f.coverage["sex"] == "female") & (f.coverage["survived"] == 0)]["covered"].mean() < 0.5,
    ),
    (
        "06",
        "c) fewer than half",
        lambda f: f.coverage.query("sex == 'female' and survived == 0")["covered"].mean() < 0.5,
    ),
    (
        "06",
        "there are five times as many of them, and they are easy",
        lambda f: (
            4.5 < _ratio(f.coverage.query("survived == 0")["sex"].value_counts()) < 5.5
            and f.coverage.query("survived == 0 and sex == 'male'")["covered"].mean() > 0.97
        ),
    ),
    (
        "06",
        "Now it holds within each group, near enough",
        lambda f: f.coverage_by_sex.groupby(["sex", "survived"])["covered"].mean().min() > 0.88,
    ),
    (
        "06",
        'the model says "either" twice as often',
        lambda f: abs(f.coverage_by_sex["undecided"].mean() / f.coverage["undecided"].mean() - 2) < 0.3,
    ),
    (
        "06",
        "No more slices stand out than chance would make.",
        lambda f: ((f.slices["gap_low"] > 0) | (f.slices["gap_high"] < 0)).sum() <= 0.05 * len(f.slices),
    ),
    ("06", "c) 0.8", lambda f: abs(f.costs.idxmin() - 0.8) < 0.05),
    ("06", "The two are equal at 5 / 6", lambda f: survival.threshold_for(5) == 5 / 6),
    (
        "06",
        "nearly as cheap as the best of a hundred, without a look at the outcomes, and far cheaper than one half",
        lambda f: f.costs[0.83] < 1.05 * f.costs.min() and f.costs[0.83] < 0.7 * f.costs[0.5],
    ),
    ("06", "Among the men who died it is one in a hundred.", lambda f: f"{f.wrong('male', 0):.0%}" == "1%"),
    ("06", "c) more than half", lambda f: f.wrong("female", 0) > 0.5),
    (
        "06",
        "Women who died and men who survived are called wrong",
        lambda f: (
            min(f.wrong("female", 0), f.wrong("male", 1)) > 0.5 > 0.2 > max(f.wrong("male", 0), f.wrong("female", 1))
        ),
    ),
    ("06", "They are right for women and for men.", lambda f: _gap_by_sex(f) < 0.02),
    (
        "06",
        "In the third class nearly everyone gets an escort, in the first about half do.",
        lambda f: f.helped(3) > 0.95 and abs(f.helped(1) - 0.5) < 0.05,
    ),
]


def _children(f):
    return f.historical[f.historical["age"] < 6]


def _dead_children(f, where):
    return _children(f).query(f"survived == 0 and {where}")


def _boy_less_woman(f):
    boy = f.effects[["man, second class", "boy, second class"]].sum()
    return abs(boy - f.effects["woman, second class"])


def _lead(marks, where):
    return marks[where][marks["exam"].idxmax()] - marks[where].mean()


def _fall(marks):
    return marks["exam"].max() - marks["fresh"][marks["exam"].idxmax()]


def _same_within_small_families(f):
    alone, with_a_sister = (f.X[f.X["parch"] == 0].assign(sibsp=n) for n in (0, 1))
    return (f.regression.predict_proba(alone) == f.regression.predict_proba(with_a_sister)).all()


def _inside(f):
    table = monitoring.calibration(f.seen)
    return table["predicted"].between(table["low"], table["high"]).sum()


def _parts(f):
    return survival.decompose_brier(f.seen["survived"].to_numpy(), f.seen["probability"].to_numpy())


def _ratio(counts):
    return counts.max() / counts.min()


def _gap_by_sex(f):
    means = f.seen.groupby(f.X["sex"])[["probability", "survived"]].mean()
    return (means["probability"] - means["survived"]).abs().max()


@pytest.fixture(scope="module")
def facts():
    return Facts()


@pytest.mark.parametrize(("number", "phrase", "holds"), HISTORY, ids=[f"{row[0]} {row[1][:50]}" for row in HISTORY])
def test_what_is_said_of_the_passengers_and_models_is_so(facts, number, phrase, holds):
    assert phrase in source(number)
    assert holds(facts)


FORTNIGHT = [
    ("About eight of ten predictions will be right.", lambda d: abs(d.metrics["accuracy"] - 0.8) < 0.05),
    ("b) more of those who died", lambda d: d.called_right("died") > d.called_right("survived") + 0.1),
    ("misses more than a third of the survivors", lambda d: d.called_right("survived") < 2 / 3),
    ("c) 9 points or more", lambda d: 1.96 * (0.81 * 0.19 / d.daily["known"].median()) ** 0.5 >= 0.09),
    (
        "Single days are mostly noise.",
        lambda d: (
            d.daily["accuracy_low"].le(d.card.metrics["accuracy"]).mean() >= 0.9
            and d.daily["accuracy_high"].ge(d.card.metrics["accuracy"]).mean() >= 0.9
        ),
    ),
    (
        "of those given 80% or more, nine of ten or more survived",
        lambda d: d.known.loc[d.known["probability"] >= 0.8, "survived"].mean() >= 0.9,
    ),
    ("c) ten points lower or more", lambda d: d.right_without_age(None) - d.right_without_age(0.0) >= 0.1),
    (
        "c) good once, and worse than a coin the other time",
        lambda d: d.right_in_order(women_first=True) > 0.75 and d.right_in_order(women_first=False) < 0.5,
    ),
    ("c) it does not move", lambda d: d.with_a_fifth_turned < _estimate(d)[1] <= d.metrics["accuracy"]),
    (
        "A man of age 0 is a boy, and boys were saved.",
        lambda d: d.right_without_age(None) - d.right_without_age(0.0) >= 0.1,
    ),
    (
        "The code flipped",
        lambda d: d.right_in_order(women_first=True) > 0.75 and d.right_in_order(women_first=False) < 0.25,
    ),
    (
        "The measured accuracy falls by about ten points.",
        lambda d: abs(d.metrics["accuracy"] - d.with_a_fifth_turned - 0.1) < 0.04,
    ),
    (
        "The estimate holds while only the *passengers* change. It is blind to a change of the *outcome*.",
        lambda d: (
            _estimate(d)[1] <= d.metrics["accuracy"] <= _estimate(d)[2] and d.with_a_fifth_turned < _estimate(d)[1]
        ),
    ),
    ("c) several times over", lambda d: d.drift(10)["psi"]["age"] > 3 * d.drift(10)["threshold"]["age"]),
    ("What would real drift look like?", lambda d: not d.drift()["drifted"].any()),
]


def _estimate(days):
    return monitoring.expected_accuracy(days.known["probability"])


@pytest.fixture(scope="module", params=[30, 60], ids=["30 a day", "60 a day"])
def days(request, facts):
    return Days(facts, request.param)


@pytest.mark.parametrize(("phrase", "holds"), FORTNIGHT, ids=[row[0][:50] for row in FORTNIGHT])
def test_what_is_said_of_a_fortnight_is_so(days, phrase, holds):
    assert phrase in source("05")
    assert holds(days)


def test_synthetic_passengers_travel_alone(days):
    assert "each have a ticket of their own" in source("03")
    assert days.aboard["ticket"].is_unique
