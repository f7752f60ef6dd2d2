"""Plausible mistakes: answers made from the names of a solved notebook, and what the check must say of each."""

import numpy as np
import pandas as pd
from mistakes_08 import LESSON_08
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import cross_val_score

from lifeboat import passengers, survival
from lifeboat.passengers import FEATURES

LESSON_01 = [
    ("1.1", lambda s: 1 - s.share, "those who survived"),
    ("1.1", lambda s: 1 - s.data["survived"].mean(), "all passengers"),
    ("1.1", lambda s: 100 * s.share, "percentage"),
    ("1.1", lambda s: (s.mine["survived"] == 0).sum(), "Divide"),
    ("1.1", lambda s: s.mine["survived"], "Series"),
    ("1.1", lambda s: 0.5, "is not the share"),
    ("1.2", lambda s: (s.gain_men, s.gain_women), "swapped"),
    ("1.2", lambda s: (-s.gain_women, s.gain_men), "sign"),
    ("1.2", lambda s: (by_class(s)[1] - by_class(s)[3], s.gain_men), "women and men together"),
    ("1.2", lambda s: (s.gain_women, s.survived["male", 1] - s.survived["male", 2]), "second"),
    ("1.2", lambda s: (s.survived["female", 1] / s.survived["female", 3], s.gain_men), "ratio"),
    ("1.2", lambda s: (100 * s.gain_women, s.gain_men), "in percent"),
    ("1.2", lambda s: (round(s.gain_women, 2), s.gain_men), "rounded"),
    ("1.3", lambda s: raw_gap(s), "raw gap"),
    ("1.3", lambda s: gap_within_classes(s), "women and men together"),
    ("1.3", lambda s: s.gaps.mean(), "equal weights"),
    ("1.3", lambda s: -s.adjusted_gap, "sign"),
    ("1.3", lambda s: s.gaps.sum(), "added up"),
    (
        "1.3",
        lambda s: (s.gaps * s.data.loc[s.unknown, ["sex", "pclass"]].value_counts(normalize=True)).sum(),
        "unknown age;",
    ),
    ("1.4", lambda s: (1 - s.accuracy, s.leaks), "wrong"),
    ("1.4", lambda s: (rule_of_companions(s).mean(), s.leaks), "over all"),
    ("1.4", lambda s: (rule_with_oneself(s), s.leaks), "themselves"),
    ("1.4", lambda s: (rule_of_companions(s, share=0.501)[s.shared].mean(), s.leaks), "more than half"),
    ("1.4", lambda s: (rule_of_companions(s, share=0.001)[s.shared].mean(), s.leaks), "anyone else"),
    ("1.4", lambda s: (s.accuracy, ["companions_saved", "recovered"]), "not complete"),
    ("1.4", lambda s: (s.accuracy, [*s.leaks, "deck"]), "deck"),
    ("1.4", lambda s: (s.accuracy, ["boats"]), "none of the names"),
    ("1.4", lambda s: (s.accuracy, "recovered"), "list"),
    ("1.5", lambda s: s.data[s.data["survived"] == 1], "outcome?"),
    ("1.5", lambda s: s.data[s.data["sex"] == "female"], "not enough"),
    ("1.5", lambda s: s.data[s.data["age"] < 1], "too few"),
    ("1.5", lambda s: s.safest[FEATURES], "no column passenger_id"),
    ("1.5", lambda s: s.safest.assign(passenger_id=s.safest["passenger_id"] + 5000), "not passengers"),
]


def by_class(s):
    return s.data.groupby("pclass")["survived"].mean()


def raw_gap(s):
    mean = s.data.groupby(s.unknown)["survived"].mean()
    return mean[True] - mean[False]


def gap_within_classes(s):
    shares = s.data.groupby(["pclass", s.unknown])["survived"].mean().unstack()
    return ((shares[True] - shares[False]) * s.data["pclass"].value_counts(normalize=True)).sum()


def rule_of_companions(s, share=0.5):
    """Whether the rule is right for each passenger."""
    others = s.extra["party"] - 1
    return (s.extra["companions_saved"] >= share * others) == s.data["survived"].astype(bool)


def rule_with_oneself(s):
    mean = s.data.groupby("ticket")["survived"].transform("mean")
    return ((mean >= 0.5) == s.data["survived"])[s.shared].mean()


def children(s, version, condition, primary_key=("passenger_id",)):
    rows = s.historical[condition(s.historical)]
    group = s.fs.get_or_create_feature_group(
        name="children", version=version, primary_key=list(primary_key), event_time="boarded_at"
    )
    group.insert(rows.assign(name=rows["passenger_id"].astype(str)))
    return group


LESSON_02 = [
    ("2.1", lambda s: [row + 1 for row in s.refused], "count from 1"),
    ("2.1", lambda s: [*s.refused, row_without_age(s)], "only lacks"),
    ("2.1", lambda s: list(range(len(s.refused))), "numbers of the faults"),
    ("2.1", lambda s: s.refused[:2], "there are more"),
    ("2.1", lambda s: [*s.refused, 99], "no fault"),
    ("2.1", lambda s: passengers.find_problems(s.doubtful), "list"),
    ("2.2", lambda s: children(s, 2, lambda h: h["passenger_id"] > 0), "All passengers"),
    ("2.2", lambda s: children(s, 3, lambda h: ~(h["age"] >= 14)), "no known age"),
    ("2.2", lambda s: children(s, 4, lambda h: h["age"] <= 14), "fourteen"),
    ("2.2", lambda s: children(s, 5, lambda h: h["age"] < 14, primary_key=["name"]), "primary key ['name']"),
    ("2.2", lambda s: s.fs.get_or_create_feature_group(name="children", version=6), "first `insert`"),
    ("2.2", lambda s: s.titanic, "called 'titanic'"),
    ("2.2", lambda s: s.historical[s.historical["age"] < 14], "A DataFrame was given"),
    ("2.3", lambda s: (s.from_keyed, s.from_keyed), "only once"),
    ("2.3", lambda s: (s.from_keyless, pd.concat([s.day, s.day])), "a key would have replaced"),
    ("2.3", lambda s: (s.from_keyed, s.from_keyless), "swapped"),
    ("2.3", lambda s: (pd.concat([s.day, s.day]), s.from_keyed), "do not leave"),
    ("2.3", lambda s: (s.from_keyless, s.historical), "passengers of `day`"),
    ("2.3", lambda s: (900, 30), "table"),
    ("2.4", lambda s: s.titanic.filter((s.titanic.pclass == 3) & (s.titanic.embarked == "Q")), "men of third"),
    ("2.4", lambda s: s.titanic.filter((s.titanic.sex == "female") & (s.titanic.embarked == "Q")), "all classes"),
    ("2.4", lambda s: s.titanic.filter((s.titanic.sex == "female") & (s.titanic.pclass == 3)), "all ports"),
    ("2.4", lambda s: s.titanic.filter(s.titanic.pclass == 3 and s.titanic.embarked == "Q"), "from that port"),
    ("2.4", lambda s: s.titanic.filter(s.titanic.sex == "woman"), "no rows"),
    ("2.4", lambda s: s.irish.read(), "before `.read()`"),
    ("2.5", lambda s: ([], s.batch), "one label"),
    ("2.5", lambda s: (s.view.labels, s.irish.read()), "hold the outcome"),
    ("2.5", lambda s: (s.view.labels, s.view.get_batch_data()), "no passenger_id"),
    ("2.5", lambda s: (s.view.labels, s.batch[["passenger_id", "boarded_at", "sex"]]), "at least three"),
]


def row_without_age(s):
    return next(row for row in s.doubtful.index[s.doubtful["age"].isna()] if row not in s.refused)


LESSON_03 = [
    ("3.1", lambda s: s.test["ticket"].isin(s.train["ticket"]).sum(), "divide it"),
    ("3.1", lambda s: s.train["ticket"].isin(s.test["ticket"]).mean(), "other way round"),
    ("3.1", lambda s: s.test["ticket"].drop_duplicates().isin(s.train["ticket"]).mean(), "tickets"),
    ("3.1", lambda s: s.data["ticket"].duplicated(keep=False).mean(), "anyone at all"),
    ("3.1", lambda s: 1 - s.straddling, "no* companion"),
    ("3.2", lambda s: s.chosen, "positions"),
    ("3.2", lambda s: s.test_ids + 5000, "no `passenger_id`"),
    ("3.2", lambda s: s.test["passenger_id"], "inside and outside"),
    ("3.2", lambda s: s.data.loc[s.data["ticket"] == "CA. 2343", "passenger_id"], "of the passengers; asked for"),
    ("3.2", lambda s: [*s.test_ids, s.test_ids.iloc[0]], "twice"),
    ("3.2", lambda s: unbalanced(s), "too far apart"),
    ("3.3", lambda s: (s.on_judges.mean(), s.honest), "all twenty"),
    ("3.3", lambda s: (s.right.loc[s.fresh.index].mean().max(), s.honest), "best on `fresh`"),
    ("3.3", lambda s: (s.apparent, s.apparent), "same as `apparent`"),
    ("3.3", lambda s: (s.apparent, s.right.loc[s.fresh.index].mean().max()), "chose again"),
    ("3.3", lambda s: (s.apparent, s.right[s.best].mean()), "included"),
    ("3.4", lambda s: -s.damage, "sign"),
    ("3.4", lambda s: 0, "no damage"),
    ("3.4", lambda s: log_loss(s.served["survived"], s.rewritten), "how much it rose"),
    ("3.4", lambda s: fitted_again(s), "new model"),
    ("3.5", lambda s: s.lab, "lower"),
    ("3.5", lambda s: 1 - s.probabilities, "death"),
    ("3.5", lambda s: s.probabilities > 0.5, "True or False"),
    ("3.5", lambda s: (s.probabilities > 0.5).astype(int), "outcomes"),
    ("3.5", lambda s: in_sample(s), "one model"),
    ("3.5", lambda s: s.probabilities[:100], "one for each"),
]


def unbalanced(s):
    """Whole parties without a survivor, until a fifth of the passengers is reached."""
    rates = s.data.groupby("ticket")["survived"].agg(["mean", "size"]).sort_values("mean")
    tickets = rates.index[rates["size"].cumsum() <= 0.2 * len(s.data)]
    return s.data.loc[s.data["ticket"].isin(tickets), "passenger_id"]


def fitted_again(s):
    model = survival.fit("logistic", s.learned[FEATURES].fillna({"age": 0}), s.learned["survived"])
    loss = log_loss(s.served["survived"], model.predict_proba(s.served[FEATURES].fillna({"age": 0}))[:, 1])
    return loss - log_loss(s.served["survived"], s.as_trained)


def in_sample(s):
    everyone = survival.fit("logistic_companions", s.data[FEATURES], s.data["survived"])
    return everyone.predict_proba(s.data[FEATURES])[:, 1]


LESSON_04 = [
    ("4.1", lambda s: (s.strange_real, s.strange_made), "swapped"),
    ("4.1", lambda s: (len(s.alone.query("not age >= 8 and sibsp + parch == 0")), s.strange_real), "unknown ages"),
    ("4.1", lambda s: (len(s.alone.query("age < 8 and sibsp == 0")), s.strange_real), "with a parent"),
    ("4.1", lambda s: (len(s.alone.query("age < 8 or sibsp + parch == 0")), s.strange_real), "both must hold"),
    ("4.1", lambda s: (s.alone, s.strange_real), "DataFrame"),
    ("4.2", lambda s: len(s.made.merge(s.known)) / len(s.made), "twice"),
    ("4.2", lambda s: len(s.made.dropna().merge(s.known.drop_duplicates())) / len(s.made), "unknown values"),
    ("4.2", lambda s: len(s.made.merge(s.unseen.drop_duplicates())) / len(s.made), "`unseen`"),
    ("4.2", lambda s: 1 - s.copies, "no* copies"),
    ("4.2", lambda s: 100 * s.copies, "percentage"),
    ("4.3", lambda s: roc_auc_score(s.is_real, s.judge.fit(s.X, s.is_real).predict_proba(s.X)[:, 1]), "trained on"),
    ("4.3", lambda s: cross_val_score(s.judge, s.X, s.is_real, cv=s.folds).mean(), "accuracy"),
    ("4.3", lambda s: 1 - s.auc, "one minus"),
    ("4.3", lambda s: cross_val_score(s.judge, s.X, s.is_real, cv=s.folds, scoring="roc_auc"), "ndarray"),
    ("4.4", lambda s: s.generator.survival_rate_, "as it was"),
    ("4.4", lambda s: s.real.groupby("pclass")["survived"].mean().mean(), "weight them"),
    ("4.4", lambda s: 1 - s.rate, "die"),
    ("4.5", lambda s: s.known.sample(len(s.known), replace=True, random_state=1), "Every one"),
    ("4.5", lambda s: s.made, "equal a passenger"),
    ("4.5", lambda s: s.rivals.marginals(s.known, len(s.known)), "too easy"),
    ("4.5", lambda s: s.mine.assign(age=-1.0), "would accept"),
    ("4.5", lambda s: s.mine.head(5), "as many as"),
]


LESSON_05 = [
    ("5.1", lambda s: 1 - s.flipped, "wrong predictions"),
    ("5.1", lambda s: accuracy_on(s, s.served), "as they were"),
    ("5.1", lambda s: accuracy_on(s, s.served.assign(sex="male")), "undid"),
    ("5.2", lambda s: s.second_run, "rewritten"),
    ("5.2", lambda s: s.first_run, "second adds"),
    ("5.2", lambda s: pd.concat([s.first_run, s.second_run]), "two predictions"),
    ("5.2", lambda s: s.stored.drop(columns="probability"), "no column"),
    ("5.2", lambda s: s.stored.assign(probability=0.5), "others than those"),
    ("5.3", lambda s: (s.predicted["prediction"].head(200) == s.happened["survived"]).mean(), "by position"),
    ("5.3", lambda s: pending_as(s, None), "pending as wrong"),
    ("5.3", lambda s: pending_as(s, 0), "pending as dead"),
    ("5.3", lambda s: 1 - s.accuracy, "wrong predictions"),
    ("5.4", lambda s: by_position(s), "different orders"),
    ("5.4", lambda s: (s.p * np.log(s.p / s.q)).sum(), "p times"),
    ("5.4", lambda s: ((s.p - s.q) * np.log10(s.p / s.q)).sum(), "base ten"),
    ("5.4", lambda s: -s.psi, "negative"),
    ("5.5", lambda s: s.days.loc[s.days["right"] / s.days["known"] < 0.8, "day"], "half of all days"),
    ("5.5", lambda s: s.days.loc[s.days["right"] / s.days["known"] < 0.72, "day"], "nothing was wrong"),
    ("5.5", lambda s: s.broken[:1], "missing"),
    ("5.5", lambda s: [], "No day"),
    ("5.5", lambda s: [0], "no day 0"),
]


def accuracy_on(s, table):
    says = s.model.predict_proba(table[FEATURES])[:, 1] >= 0.5
    return (says == table["survived"].astype(bool)).mean()


def pending_as(s, outcome):
    joined = s.predicted.merge(s.happened, on="passenger_id", how="left")
    happened = joined["survived"] if outcome is None else joined["survived"].fillna(outcome)
    return (joined["prediction"] == happened).mean()


def by_position(s):
    p, q = s.p.to_numpy(), s.q.to_numpy()
    return ((p - q) * np.log(p / q)).sum()


LESSON_06 = [
    ("6.1", lambda s: -s.gap, "sign"),
    ("6.1", lambda s: s.middle["survived"].mean(), "subtract their mean"),
    ("6.1", lambda s: s.middle["survived"].mean() - 0.6, "middle of the range"),
    ("6.2", lambda s: 0.5, "cost the same"),
    ("6.2", lambda s: 1.5, "between 0 and 1"),
    ("6.2", lambda s: with_swapped_costs(s), "swapped"),
    ("6.2", lambda s: 0.0, "times the lowest"),
    ("6.3", lambda s: (s.missed_men, s.missed_women), "swapped"),
    ("6.3", lambda s: (1 - s.missed_women, s.missed_men), "found"),
    ("6.3", lambda s: (s.missed_women, missed_of_all(s)), "divided by all"),
]


def with_swapped_costs(s):
    false_alarms, missed = (s.says & ~s.survived).sum(axis=1), (~s.says & s.survived).sum(axis=1)
    return s.thresholds[(s.cost_missed * false_alarms + s.cost_false * missed).argmin()]


def missed_of_all(s):
    men = s.scored[s.scored["sex"] == "male"]
    return ((men["probability"] < 0.5) & (men["survived"] == 1)).mean()


LESSON_07 = [
    ("7.1", lambda s: ((s.scored["prediction"] == s.scored["survived"]).mean(), s.pending_then), "nobody had"),
    ("7.1", lambda s: ((s.joined["prediction"] == s.joined["survived"]).mean(), s.pending_then), "of today"),
    ("7.1", lambda s: (right_before_the_evening(s), s.pending_then), "10 November itself"),
    ("7.1", lambda s: (right_if_pending_is(s, 0), s.pending_then), "as dead"),
    ("7.1", lambda s: (right_if_pending_is(s, None), s.pending_then), "as wrong"),
    ("7.1", lambda s: (s.accuracy_then, len(s.joined) - len(s.then)), "not even scored"),
    ("7.1", lambda s: (s.accuracy_then, len(s.then)), "how many were not"),
    ("7.2", lambda s: (s.p.where(s.p >= 0.5, 1 - s.p).mean(), s.missed), "threshold of one half; use"),
    ("7.2", lambda s: (s.p.mean(), s.missed), "mean probability"),
    ("7.2", lambda s: (1 - s.estimate, s.missed), "wrong predictions"),
    ("7.2", lambda s: (s.estimate, (~s.says_survives).sum()), "only some of them"),
    ("7.2", lambda s: (s.estimate, s.p.sum()), "all survivors"),
    ("7.2", lambda s: (s.estimate, s.p[s.p < 0.5].sum()), "`missed` needs"),
    ("7.3", lambda s: (-s.difference, s.worst, s.passes), "sign"),
    ("7.3", lambda s: (s.difference, 2 * s.difference - s.worst, s.passes), "lower end"),
    ("7.3", lambda s: (s.difference, unpaired_worst(s), s.passes), "passenger by passenger"),
    ("7.3", lambda s: (s.difference, s.difference + 1.96 * s.paired.std(), s.passes), "far surer"),
    ("7.3", lambda s: (s.difference, s.worst, not s.passes), "does not follow"),
    ("7.3", lambda s: (s.difference, s.worst, "yes"), "True or False"),
    ("7.4", lambda s: (1, s.first_day, s.affected), "Another one was not"),
    ("7.4", lambda s: (9, s.first_day, s.affected), "no version 9"),
    ("7.4", lambda s: (s.bad_version, s.first_day + pd.Timedelta(days=1), s.affected), "whole"),
    ("7.4", lambda s: (s.bad_version, "2026-11-01", s.affected), "first time"),
    ("7.4", lambda s: (s.bad_version, "soon", s.affected), "cannot be read"),
    ("7.4", lambda s: (s.bad_version, s.first_day, (s.results["model_version"] == s.bad_version).sum()), "is known"),
    ("7.4", lambda s: (s.bad_version, s.first_day, everyone_on_these_days(s)), "another version predicted as well"),
    ("7.5", lambda s: (s.window, 0.8), "Who would still read it"),
    ("7.5", lambda s: (s.window, 0.2), "never rings"),
    ("7.5", lambda s: wide_alarm(s), "too late"),
    ("7.5", lambda s: (s.window, 80), "between 0 and 1"),
    ("7.5", lambda s: (0, s.limit), "whole number of days"),
]


def right_before_the_evening(s):
    earlier = s.joined[s.joined["outcome_at"] < s.EVENING]
    return (earlier["prediction"] == earlier["survived"]).mean()


def right_if_pending_is(s, outcome):
    happened = s.scored["survived"].where(s.scored["outcome_at"] <= s.EVENING, outcome)
    return (s.scored["prediction"] == happened).mean()


def unpaired_worst(s):
    return s.difference + 1.96 * np.hypot(s.losses["champion"].sem(), s.losses["challenger"].sem())


def everyone_on_these_days(s):
    return s.stored["predicted_at"].between(s.of_bad["predicted_at"].min(), s.of_bad["predicted_at"].max()).sum()


def wide_alarm(s, window=30):
    """Rings when the odd days are nearly over."""
    totals = s.evenings[["known", "right"]].rolling(window).sum()
    return window, (totals["right"] / totals["known"]).iloc[-3:].min() + 1e-9


MISTAKES = [*LESSON_01, *LESSON_02, *LESSON_03, *LESSON_04, *LESSON_05, *LESSON_06, *LESSON_07, *LESSON_08]
