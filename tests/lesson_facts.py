"""What the claims of the lessons rest on, computed again from the data file, each fact once."""

from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from lifeboat import arrivals, features, monitoring, passengers, scoring, survival, training, training_dataset
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.registry import Champion
from lifeboat.synthetic import PassengerGenerator

BOY = {"pclass": 2, "sex": "male", "age": 4, "sibsp": 1, "parch": 1, "fare": 26.0, "embarked": "S"}


class Facts:
    """The historical passengers, and what lessons 02, 03 and 06 make of them."""

    def __init__(self):
        self.historical = features.historical_passengers()
        rows = self.historical.sort_values([*FEATURES, "ticket", LABEL], ignore_index=True)
        self.data = training_dataset.TrainingData(
            1, passengers.validate(rows), rows[LABEL].astype("int64"), rows["ticket"]
        )
        self.train, self.test = training_dataset.hold_out(self.data)
        parts = (self.data.X, self.data.y, self.data.together)
        self.X, self.y, self.ticket = (part.iloc[self.train].reset_index(drop=True) for part in parts)

    @cached_property
    def tested(self):
        return training.fit_and_test(self.data)

    @cached_property
    def apart(self):
        return {name: survival.evaluate(name, self.X, self.y, repeats=2) for name in survival.ESTIMATORS}

    @cached_property
    def together(self):
        return {name: survival.evaluate(name, self.X, self.y, self.ticket, repeats=2) for name in survival.ESTIMATORS}

    def log_loss(self, scores):
        return pd.Series({name: table["log_loss"].mean() for name, table in scores.items()})

    @property
    def flattered(self):
        return self.log_loss(self.together) - self.log_loss(self.apart)

    @property
    def behind(self):
        """The estimators whose difference to the best, for strangers, leaves zero out."""
        table = survival.compare(self.together)
        return set(table.index[table["low"] > 0])

    def chosen(self, *scores):
        return survival.simplest_within_one_error(*map(survival.compare, scores))

    def saved_by_fares(self, scores):
        losses = self.log_loss(scores)
        return losses["logistic_engineered"] - losses["logistic_companions"]

    @cached_property
    def remembered(self):
        """By how much the probability of two of a party falls if the model has seen the other nine."""
        party = self.data.together == "CA. 2343"
        two = self.data.X[party].index[:2]
        falls = {}
        for name in ("logistic", "gradient_boosting", "random_forest"):
            means = []
            for rest in (~party, ~self.data.X.index.isin(two)):
                model = survival.fit(name, self.data.X[rest], self.data.y[rest])
                means.append(model.predict_proba(self.data.X.loc[two])[:, 1].mean())
            falls[name] = means[0] - means[1]
        return falls

    @cached_property
    def marks(self):
        """Twenty trees on an exam, and on passengers whom none of them has seen."""
        splits = StratifiedGroupKFold(8, shuffle=True, random_state=0).split(self.X, self.y, self.ticket)
        parts = [rows for _, rows in splits]
        exam, learn, fresh = parts[0], np.concatenate(parts[1:3]), np.concatenate(parts[3:])
        marks = []
        for seed in range(20):
            tree = DecisionTreeClassifier(max_depth=4, splitter="random", random_state=seed)
            model = make_pipeline(survival.build_estimator("logistic")[:-1], tree)
            model.fit(self.X.iloc[learn], self.y.iloc[learn])
            marks.append([model.score(self.X.iloc[part], self.y.iloc[part]) for part in (exam, fresh)])
        return len(exam), len(fresh), pd.DataFrame(marks, columns=["exam", "fresh"])

    @cached_property
    def regression(self):
        return survival.fit("logistic_companions", self.X, self.y)

    @property
    def effects(self):
        return pd.Series(self.regression[-1].coef_[0], self.regression[:-1].get_feature_names_out())

    @cached_property
    def explained(self):
        return survival.explain(self.regression, BOY)

    @cached_property
    def ablation(self):
        return survival.ablation(self.X, self.y, self.ticket, repeats=2)

    @cached_property
    def importance(self):
        return survival.importance("logistic_companions", self.X, self.y, self.ticket)

    @cached_property
    def seen(self):
        found = survival.cross_predict("logistic_companions", self.X, self.y, self.ticket, repeats=1)
        return found.sort_values("row", ignore_index=True)

    @cached_property
    def coverage(self):
        found = survival.coverage("logistic_companions", self.X, self.y, self.ticket, level=0.9)
        return found.sort_values("row", ignore_index=True).assign(sex=self.X["sex"])

    @cached_property
    def coverage_by_sex(self):
        """Coverage with cut-offs for women and men apart, each fold's from the other folds."""
        rows = []
        for sex, part in self.seen.groupby(self.X["sex"]):
            for fold in range(5):
                least = survival.plausibility(part[part["fold"] != fold])
                for one in part[part["fold"] == fold].itertuples():
                    answer = least.outcomes(one.probability)
                    rows.append((sex, one.survived, ["died", "survived"][one.survived] in answer, len(answer) == 2))
        return pd.DataFrame(rows, columns=["sex", "survived", "covered", "undecided"])

    @cached_property
    def slices(self):
        return survival.slices(self.seen, self.X, self.ticket)

    def wrong(self, sex, survived):
        """The share of those with an outcome who were predicted the other one."""
        part = self.seen[(self.X["sex"] == sex) & (self.seen["survived"] == survived)]
        return ((part["probability"] >= 0.5) != survived).mean()

    @property
    def costs(self):
        return survival.decision_costs(self.seen, miss=5)["cost"]

    def helped(self, pclass):
        return (self.seen["probability"] < survival.threshold_for(5))[self.X["pclass"] == pclass].mean()


class Days:
    """A fortnight as lesson 05 sees it, with so many passengers a day."""

    def __init__(self, facts, per_day):
        days = [date(2026, 11, 10) + timedelta(days=n) for n in range(14)]
        self.historical = facts.historical
        self.pipeline, self.card = facts.tested
        generator = PassengerGenerator().fit(facts.historical)
        self.aboard = arrivals.of_days(generator, days, per_day)
        model = Champion(self.pipeline, 1, self.card.metrics, "", None, 1, self.card)
        seen = arrivals.withhold(self.aboard, days[-1])
        said = scoring.predictions(model, seen)
        self.results = said.drop(columns="passenger_id").join(seen)
        self.known = self.results.dropna(subset=[LABEL])

    @property
    def metrics(self):
        return monitoring.metrics(self.results)

    def called_right(self, outcome):
        row = monitoring.confusion_matrix(self.results).loc[outcome]
        return row[outcome] / row.sum()

    @cached_property
    def daily(self):
        rows = monitoring.daily_rows(self.results, monitoring.Reference.of(self.historical))
        return rows[rows["known"] > 0]

    def right_without_age(self, fill):
        gaps = self.historical[self.historical["age"].isna()]
        said = scoring.score(self.pipeline, gaps if fill is None else gaps.assign(age=fill))
        return (said["prediction"] == gaps[LABEL]).mean()

    def right_in_order(self, women_first):
        learn, serve = self.historical[::2], self.historical[1::2].sort_values("sex", ascending=women_first)
        codes, later = (pd.factorize(table["sex"])[0].reshape(-1, 1) for table in (learn, serve))
        model = LogisticRegression().fit(codes, learn[LABEL].astype(int))
        return model.score(later, serve[LABEL].astype(int))

    @property
    def with_a_fifth_turned(self):
        """The accuracy if a fifth of the outcomes are turned into their opposite."""
        turned = self.known.index.isin(self.known.sample(frac=0.2, random_state=1912).index)
        noisy = self.known.assign(**{LABEL: self.known[LABEL].where(~turned, 1 - self.known[LABEL])})
        return monitoring.metrics(noisy)["accuracy"]

    def drift(self, older_by=0):
        table = monitoring.drift(self.historical, self.aboard.assign(age=self.aboard["age"] + older_by))
        return table.set_index("feature")
