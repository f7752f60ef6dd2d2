"""Plausible mistakes in the capstone, as those in `mistakes`."""

from dataclasses import replace

import numpy as np
import pandas as pd

from lifeboat.course.lessons import lesson08


def refused_by(s, **limits):
    """The rows that a description with other ranges refuses."""
    fields = [replace(field, **limits) for field in s.tumours.fields.values()]
    return sorted(set(replace(s.tumours, fields=fields).find_problems(s.doubtful)["row"]))


def refused_by_todays_range(s):
    known = s.tumours_known
    fields = [replace(f, low=known[f.name].min(), high=known[f.name].max()) for f in s.tumours.fields.values()]
    return sorted(set(replace(s.tumours, fields=fields).find_problems(s.doubtful)["row"]))


def apart(s):
    """Each feature drawn by itself."""
    malignant, random = s.tumours_known.query("malignant == 1"), np.random.default_rng(0)
    return pd.DataFrame({name: random.choice(malignant[name], 300) for name in [*s.measurements, "malignant"]})


def flipped(s):
    return s.stored.assign(malignant=1 - s.stored["malignant"])


def historical_predictions(s):
    return s.predicted.assign(tumour_id=range(1, len(s.predicted) + 1))


def other_feature(s):
    return next(name for name in lesson08.INSTRUMENTS if name != s.suspect)


LESSON_08 = [
    ("8.1", lambda s: (refused_by_todays_range(s), s.stored), "too narrow"),
    ("8.1", lambda s: (refused_by(s, high=1e6), s.stored), "too wide"),
    ("8.1", lambda s: (refused_by(s, low=-1000), s.stored), "begins too low"),
    ("8.1", lambda s: (refused_by(s, optional=True), s.stored), "missing value is accepted"),
    ("8.1", lambda s: ([*s.refused, 99], s.stored), "does not exist"),
    ("8.1", lambda s: (s.refused, s.stored.head(400)), "400 tumours"),
    ("8.1", lambda s: (s.refused, pd.concat([s.stored, s.stored])), "more than once"),
    ("8.1", lambda s: (s.refused, flipped(s)), "exchanged"),
    ("8.1", lambda s: (s.refused, s.stored.assign(source="mine")), "historical_rows"),
    ("8.1", lambda s: (s.refused, s.tumours_known), "no column source"),
    ("8.2", lambda s: (s.champion, s.probability), "text"),
    ("8.2", lambda s: ("waits for approval: ...", s.probability), "approve=True"),
    ("8.2", lambda s: (s.status, 1 - s.probability), "other column"),
    ("8.2", lambda s: (s.status, s.probability >= 0.5), "True or False"),
    ("8.2", lambda s: (s.status, (s.probability >= 0.5) * 1.0), "predicted outcomes"),
    ("8.2", lambda s: (s.status, np.full(len(s.unknown), 0.37)), "same probability"),
    ("8.2", lambda s: (s.status, s.probability[:50]), "119 tumours"),
    ("8.2", lambda s: (s.status, 0.35 + 0.2 * s.probability), "does better"),
    ("8.3", lambda s: s.generator.sample(300, seed=8), "Choose one"),
    ("8.3", lambda s: s.generator.sample(300, outcome=0, seed=8), "benign"),
    ("8.3", lambda s: s.generator.sample(100, outcome=1, seed=8), "100 tumours"),
    ("8.3", lambda s: s.tumours_known.query("malignant == 1").sample(300, replace=True, random_state=1), "drawn again"),
    ("8.3", lambda s: s.generator.sample(300, outcome=0, seed=8).assign(malignant=1), "not that of malignant"),
    ("8.3", apart, "by itself"),
    ("8.4", lambda s: s.predicted.head(60), "60 predictions"),
    ("8.4", lambda s: pd.concat([s.predicted, s.predicted]), "two predictions"),
    ("8.4", historical_predictions, "Historical"),
    ("8.4", lambda s: s.predicted.assign(malignant=0), "beside the predictions"),
    ("8.4", lambda s: s.predicted.assign(prediction=1 - s.predicted["prediction"]), "do not follow"),
    ("8.4", lambda s: s.predicted.drop(columns="probability"), "no column"),
    ("8.5", lambda s: (s.daily.head(1), s.suspect), "1 rows"),
    ("8.5", lambda s: (s.daily.assign(known=20), s.suspect), "two days after"),
    ("8.5", lambda s: (s.daily, other_feature(s)), "much like"),
    ("8.5", lambda s: (s.daily, "malignant"), "name of a feature"),
    ("8.5", lambda s: (s.drift, s.suspect), "no column"),
]
