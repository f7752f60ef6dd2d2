# %% [markdown]
# # 06 Exercises: decisions, and for whom they are wrong
#
# Three exercises on lesson 06. `scored` holds 500 passengers, drawn for you, with the probability that a model gave
# each; the model learned from the others.
#
# **Needs** nothing but this project. **Takes** about forty minutes.

# %%
import numpy as np
import pandas as pd

from lifeboat.course import check, hint, solution
from lifeboat.course.lessons.lesson06 import my_costs, scored_passengers

scored = scored_passengers()
scored[["passenger_id", "sex", "pclass", "survived", "probability"]].head(3)

# %% [markdown]
# ## 6.1 Calibrated?
#
# Take the passengers with a probability from 0.4 up to, not including, 0.8. By how much is the share of survivors
# among them higher than their mean probability? Call the difference `gap`; it is negative if fewer survived than
# predicted.

# %%
# solution
middle = scored[(scored["probability"] >= 0.4) & (scored["probability"] < 0.8)]
gap = middle["survived"].mean() - middle["probability"].mean()
# end

# %%
check("6.1", gap)

# %% [markdown]
# ## 6.2 A threshold by its costs
#
# A decision follows from the model: from a threshold up it says "survives". Saying so of somebody who dies costs
# `cost_false`; missing somebody who survives costs `cost_missed`. Set `threshold` to a value at which the total
# cost on `scored` is within 3% of the lowest among the thresholds 0, 0.01, 0.02 and so on to 1.

# %%
cost_false, cost_missed = my_costs()
print(f"A false 'survives' costs {cost_false}, a missed survivor {cost_missed}.")

# solution
thresholds = np.linspace(0, 1, 101)
says = scored["probability"].to_numpy() >= thresholds[:, None]
survived = scored["survived"].to_numpy() == 1
costs = cost_false * (says & ~survived).sum(axis=1) + cost_missed * (~says & survived).sum(axis=1)
threshold = thresholds[costs.argmin()]
# end

# %%
check("6.2", threshold)

# %% [markdown]
# ## 6.3 Whom does it miss?
#
# With a threshold of one half: of the women who survived, which share does the model miss? And of the men who
# survived? Call the shares `missed_women` and `missed_men`.

# %%
# solution
survivors = scored[scored["survived"] == 1]
missed = (survivors["probability"] < 0.5).groupby(survivors["sex"]).mean()
missed_women, missed_men = missed["female"], missed["male"]
# end

# %%
check("6.3", missed_women, missed_men)

# %% [markdown] tags=["solution"]
# One threshold for all is not one quality for all: nearly every man who survived was an exception to what the model
# knows about men.

# %% [markdown]
# ## Done?
#
# `lifeboat learn` in a terminal shows what is done, and what comes next.
