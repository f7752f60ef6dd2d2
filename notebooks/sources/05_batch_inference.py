# %% [markdown]
# # 05 Exercises: predictions that can be checked
#
# Five exercises on [05 Batch inference](../05_batch_inference.ipynb), from easy to open-ended. The second uses the
# real Hopsworks client, in a practice store that is gone at the end.
#
# **Needs** no account. **Takes** about an hour.

# %%
import numpy as np
import pandas as pd

from lifeboat import passengers, survival
from lifeboat.course import check, hint, my_passengers, practice, solution
from lifeboat.course.lessons.lesson05 import my_days, my_fortnight, my_outcomes, my_runs
from lifeboat.passengers import FEATURES
from lifeboat.store import quiet

data = passengers.load()

# %% [markdown]
# ## 5.1 Flip an encoding
#
# `model` learned from all passengers but yours. Somebody rewrites the code that reads `sex`, and swaps the two
# codes: every woman reaches the model as a man, every man as a woman. No error is raised. How accurate is the model
# on `served` now? Call the accuracy `flipped`; from a probability of one half up, the model says "survived".

# %%
served = my_passengers("5.1", 300)
learned = data[~data["passenger_id"].isin(served["passenger_id"])]
model = survival.fit("logistic_engineered", learned[FEATURES], learned["survived"])

# solution
swapped = served.assign(sex=served["sex"].map({"female": "male", "male": "female"}))
says_survived = model.predict_proba(swapped[FEATURES])[:, 1] >= 0.5
flipped = (says_survived == served["survived"].astype(bool)).mean()
# end

# %%
check("5.1", flipped)

# %% [markdown]
# ## 5.2 What was said stays said
#
# `first_run` holds the predictions for 40 passengers, `second_run` those of a repeated run: for the same 40, whom
# the model now sees a little differently, and for 20 more. Insert the first run into the feature group `said`. Then
# insert what the second adds, without rewriting a prediction that is stored: the same passenger and model version
# keep what was said first. Set `stored` to what the store returns at the end.

# %%
first_run, second_run = my_runs()
fs = practice().get_feature_store()
said = fs.get_or_create_feature_group(
    name="said", version=1, primary_key=["passenger_id", "model_version"], event_time="predicted_at"
)

# solution
with quiet():
    said.insert(first_run)
known = said.select(["passenger_id"]).read()["passenger_id"]
with quiet():
    said.insert(second_run[~second_run["passenger_id"].isin(known)])
stored = said.read()
# end

# %%
check("5.2", stored)

# %% [markdown]
# ## 5.3 Late outcomes
#
# `predicted` holds predictions for 300 passengers; `happened` holds the outcomes that are known so far, in the
# order in which they came in. For which share of the passengers *whose outcome is known* was the prediction right?
# Call it `accuracy`.

# %%
predicted, happened = my_outcomes()

# solution
joined = predicted.merge(happened, on="passenger_id")
accuracy = (joined["prediction"] == joined["survived"]).mean()
# end

# %%
check("5.3", accuracy)

# %% [markdown]
# ## 5.4 A drift index by hand
#
# The population stability index compares two lists of shares over the same bins: the sum of (p - q) times the
# natural logarithm of p / q. Compute it for the ticket class: p are the shares of the classes among the historical
# passengers in `data`, q those among the passengers of `fortnight`. Call it `psi`, and add nothing to the counts.

# %%
fortnight = my_fortnight()

# solution
p = data["pclass"].value_counts(normalize=True)
q = fortnight["pclass"].value_counts(normalize=True)
psi = ((p - q) * np.log(p / q)).sum()
# end

# %%
check("5.4", psi)

# %% [markdown] tags=["solution"]
# `value_counts` sorts by how often a value occurs, so the classes come in different orders here. pandas lines them
# up by their labels; with bare arrays you would have compared third class with first.

# %% [markdown]
# ## 5.5 Noise, or a broken day? (open-ended)
#
# `days` holds sixty days: how many outcomes are known of each, and how many predictions were right. The model
# promised an accuracy of 80%. On a few days something was broken, and the model guessed. List these days in
# `broken`. You may miss none, and call out at most one day on which nothing was wrong.

# %%
days = my_days()

# solution
from scipy.stats import binom

chance = binom.cdf(days["right"], days["known"], 0.8)  # of so few right, or fewer, if nothing is wrong
broken = days.loc[chance < 0.001, "day"].tolist()
# end

# %%
check("5.5", broken)

# %% [markdown]
# ## Done?
#
# `lifeboat learn` in a terminal shows what is done, and what comes next.
