# %% [markdown]
# # 08 Exercises: a system of your own
#
# The capstone of the course: five exercises, one for each part of the system, on data that it has never seen. You
# begin with a table of tumours of the breast and end with a monitored model.
# [08 Make it yours](../08_make_it_yours.ipynb) shows each step on wine. All of it happens in a practice store, which is
# gone when you close the notebook. The exercises build on each other: after a restart, run them from the top.
#
# **Needs** no account. **Takes** an hour and a half.

# %%
from lifeboat import arrivals, features, monitoring, registry, scoring, training
from lifeboat.course import check, hint, practice, solution
from lifeboat.course.lessons.lesson08 import DAYS, doubtful_tumours, my_tumours, new_tumours, strange_week
from lifeboat.dataset import Dataset
from lifeboat.fields import Field
from lifeboat.synthetic import CopulaGenerator

project = practice()

# %% [markdown]
# ## 8.1 Describe and store
#
# `tumours_known` holds 450 tumours: ten measurements of their cells, and whether they were malignant (1) or benign (0).
#
# 1. Write a description of them and call it `tumours`. Use the names that the next exercises expect: the data set is
#    `"tumours"`, its rows are `"tumours"`, the task is `"is_malignant"`; the words for the outcome are `"benign"` and
#    `"malignant"`. The other names stand in the table.
# 2. `doubtful` holds twelve more tumours. All of them were measured, but in a few rows somebody made a slip: another
#    unit, a wrong sign, a text, a gap. Set `refused` to a list of the positions of the rows that your description
#    refuses. If it refuses a real tumour, or accepts a slip, mend the description.
# 3. Write `tumours_known` to the feature group of the description, and set `stored` to what reading it returns.

# %%
tumours_known = my_tumours()
doubtful = doubtful_tumours()
tumours_known.describe().loc[["min", "max"]].T

# %%
# solution
measurements = [name for name in tumours_known if name.startswith("mean_")]
tumours = Dataset(
    name="tumours",
    task="is_malignant",
    fields=[
        Field(name, name.replace("_", " "), f"{name.replace('_', ' ')} of the cells", low=0, high=4 * highest)
        for name, highest in tumours_known[measurements].max().items()
    ],
    outcome=Field("malignant", "Outcome", "whether the tumour was malignant", words={0: "benign", 1: "malignant"}),
    key="tumour_id",
    event_time="examined_at",
    rows="tumours",
    description="Tumours of the breast by ten measurements of their cells",
)
refused = sorted(set(tumours.find_problems(doubtful)["row"]))
group = features.feature_group(project, tumours)
features.write_new(group, features.historical_rows(tumours_known, tumours))
stored = group.read()
# end

# %%
check("8.1", refused, stored)

# %% [markdown] tags=["solution"]
# Zero is a possible concavity, so `low` is 0 and nothing above. The upper ends are generous on purpose: a larger
# tumour than any in the table may come tomorrow, while a slip of units is usually a factor of ten or more.

# %% [markdown]
# ## 8.2 Train and register
#
# Train a model on the stored tumours and let the gate decide. Set `status` to what the registry says of its standing.
# `unknown` holds tumours that it has not seen, without their outcomes: set `probability` to the probabilities that
# they are malignant.

# %%
unknown = new_tumours()

# solution
champion = training.train(project, dataset=tumours)
status = registry.standing(project, champion)
probability = champion.pipeline.predict_proba(unknown)[:, 1]
# end

# %%
check("8.2", status, probability)

# %% [markdown]
# ## 8.3 Make new tumours
#
# Most tumours in the table are benign, and a test of the system needs more of the others. Fit a generator to the
# known tumours, and set `made` to 300 malignant ones.

# %%
# solution
generator = CopulaGenerator(tumours).fit(tumours_known)
made = generator.sample(300, outcome=1, seed=8)
# end

# %%
check("8.3", made)

# %% [markdown]
# ## 8.4 Score five days
#
# On each of `days` twenty made tumours arrive; their outcome becomes known two days later. Let them arrive, score
# them with your model, and set `predicted` to the predictions that the store holds in the end.

# %%
days = DAYS

# solution
arrivals.board(project, days, 20, outcome_after_days=2, generator=generator)
scoring.score_days(project, champion, days)
predicted = features.predictions_group(project, tumours).read()
# end

# %%
check("8.4", predicted)

# %% [markdown]
# ## 8.5 Watch it (open-ended)
#
# Measure the five days and store the metrics; set `daily` to the rows that were written. Then somebody brings you
# `strange`, the measurements of another week: one of the instruments shows too much. Set `suspect` to the name of the
# feature that it measures.

# %%
strange = strange_week()

# solution
daily = monitoring.write_metrics(project, days, tumours)
drift = monitoring.drift(tumours_known, strange, dataset=tumours)
suspect = drift.loc[drift["psi"].idxmax(), "feature"]
# end

# %%
check("8.5", daily, suspect)

# %% [markdown]
# ## Done?
#
# That was the whole system, on your own description. `lifeboat learn` in a terminal shows what is done. The best next
# exercise is a table of yours.
