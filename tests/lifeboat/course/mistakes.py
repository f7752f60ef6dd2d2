"""Plausible mistakes: for each exercise answers made from the names of the solved notebook, and what the check must say."""

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
    ("1.3", lambda s: raw_gap(s), "raw gap"),
    ("1.3", lambda s: s.gaps.mean(), "equal weights"),
    ("1.3", lambda s: -s.adjusted_gap, "sign"),
    ("1.3", lambda s: s.gaps.sum(), "added up"),
    ("1.3", lambda s: (s.gaps * s.data.loc[s.unknown, "pclass"].value_counts(normalize=True)).sum(), "unknown age;"),
    ("1.4", lambda s: (1 - s.accuracy, s.leaks), "wrong"),
    ("1.4", lambda s: (s.data["boat"].notna().mean(), s.leaks), "known boat"),
    ("1.4", lambda s: (s.data["survived"][s.data["boat"].notna()].mean(), s.leaks), "only at those with"),
    ("1.4", lambda s: (s.accuracy, ["boat"]), "not complete"),
    ("1.4", lambda s: (s.accuracy, ["boat", "body", "cabin"]), "cabin"),
    ("1.4", lambda s: (s.accuracy, ["boat", "body", "survived"]), "outcome itself"),
    ("1.4", lambda s: (s.accuracy, ["boats"]), "none of the names"),
    ("1.4", lambda s: (s.accuracy, "boat"), "list"),
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


MISTAKES = [*LESSON_01]
