# %% [markdown]
# # 07 Exercises: a system that runs while you sleep
#
# Five exercises on [07 Operate](../07_operate.ipynb), from easy to open-ended. The first uses the real Hopsworks
# client, in a practice store that is gone at the end.
#
# **Needs** no account. **Takes** about an hour.

# %%
import numpy as np
import pandas as pd

from lifeboat.course import check, hint, practice, solution
from lifeboat.course.lessons.samples07 import EVENING, my_evenings, my_forecasts, my_judged, my_pending
from lifeboat.course.lessons.samples07 import my_releases, my_threshold
from lifeboat.gate import MARGIN
from lifeboat.store import quiet

# %% [markdown]
# ## 7.1 As it was known
#
# The feature group `forecasts` holds predictions for 400 passengers, `outcomes` holds when each outcome became known
# (`outcome_at`) and what it was. Today everything is known. Ask the store for both, joined by `passenger_id`, and go
# back to the evening of 10 November (`EVENING`). How accurate did the predictions look then? Call it
# `accuracy_then`. And of how many passengers, scored by then, was the outcome still pending? Call it `pending_then`.

# %%
said, happened = my_forecasts()
fs = practice().get_feature_store()
key = {"version": 1, "primary_key": ["passenger_id"]}
forecasts = fs.get_or_create_feature_group(name="forecasts", event_time="predicted_at", **key)
outcomes = fs.get_or_create_feature_group(name="outcomes", **key)
with quiet():
    forecasts.insert(said)
    outcomes.insert(happened)

# solution
what = outcomes.select(["survived", "outcome_at"])
joined = forecasts.select_all().join(what, on=["passenger_id"], join_type="left").read()
scored = joined[joined["predicted_at"] <= EVENING]
then = scored[scored["outcome_at"] <= EVENING]
accuracy_then = (then["prediction"] == then["survived"]).mean()
pending_then = len(scored) - len(then)
# end

# %%
check("7.1", accuracy_then, pending_then)

# %% [markdown] tags=["solution"]
# The accuracy looked worse than it turned out to be, though no outcome was wrong: survivors were reported first, and
# survivors are whom this model misses. What is known early is not a fair sample of what will be known.

# %% [markdown]
# ## 7.2 An estimate without outcomes
#
# `waiting` holds the probabilities of 200 passengers whose outcome is pending. An owner with costs of their own says
# "survives" from `threshold` up, not from one half. If the probabilities are honest, what accuracy is to be expected?
# Call it `estimate`. And how many survivors will be missed, that is, told that they die? Call it `missed`; it need not
# be a whole number.

# %%
waiting, threshold = my_pending(), my_threshold()
print(f"'Survives' from {threshold:.0%} up.")

# solution
p = waiting["probability"]
says_survives = p >= threshold
estimate = p.where(says_survives, 1 - p).mean()
missed = p[~says_survives].sum()
# end

# %%
check("7.2", estimate, missed)

# %% [markdown]
# ## 7.3 May the challenger pass?
#
# `judged` holds 500 held-out passengers with their outcome, and the probabilities of survival that the champion and a
# challenger gave. The rule was agreed beforehand: the challenger passes if its log loss is lower, and if the upper end
# of the 95% interval of the difference (challenger minus champion) is at most `MARGIN`, 0.01.
#
# The log loss of one passenger is minus the logarithm of the probability given to what happened. Compute the mean
# `difference`, the upper end `worst` (1.96 standard errors above it), and decide: `passes` is True or False.

# %%
judged = my_judged()

# solution
lived = judged["survived"] == 1
losses = {name: -np.log(judged[name].where(lived, 1 - judged[name])) for name in ("champion", "challenger")}
paired = losses["challenger"] - losses["champion"]
difference = paired.mean()
worst = difference + 1.96 * paired.std() / np.sqrt(len(paired))
passes = difference < 0 and worst <= MARGIN
# end

# %%
check("7.3", difference, worst, passes)

# %% [markdown] tags=["solution"]
# Both models find the same passengers hard, so their losses rise and fall together, and the differences vary far less
# than the losses. An interval that forgets this is several times too wide.

# %% [markdown]
# ## 7.4 When did the bad version get out?
#
# `stored` holds what was predicted on twenty days, and by which version of the model; `settled` holds the outcomes that
# are known so far. One version was bad. Which (`bad_version`)? On which day did it predict for the first time
# (`first_day`, such as "2026-11-05")? And how many passengers have a prediction of it (`affected`), whether or not
# their outcome is known? Somebody will have to write to them.

# %%
stored, settled = my_releases()

# solution
results = stored.merge(settled, on="passenger_id")
right = (results["prediction"] == results["survived"]).groupby(results["model_version"]).mean()
bad_version = right.idxmin()
of_bad = stored[stored["model_version"] == bad_version]
first_day = of_bad["predicted_at"].min()
affected = len(of_bad)
# end

# %%
check("7.4", bad_version, first_day, affected)

# %% [markdown] tags=["solution"]
# The release went out in the middle of a day, so a table of accuracy by day shows it too late, and mixes two versions.
# The version that is stored with each prediction says it to the passenger.

# %% [markdown]
# ## 7.5 An alarm that people will still read (open-ended)
#
# `evenings` holds eighty days: how many outcomes came in, and how many predictions were right. The first sixty are
# `quiet`; then the accuracy falls by ten points. An alarm looks each evening at the last `window` days together, and
# rings if the share of right predictions is below `limit`. Choose both, so that the alarm rings on at most one quiet
# evening, and rings by the tenth evening of the others. The check also tries it on quiet days that you have not seen.

# %%
evenings = my_evenings()

# solution
window = 7
totals = evenings[["known", "right"]].rolling(window).sum()
share = totals["right"] / totals["known"]
limit = share[evenings["quiet"]].min()
# end

# %%
check("7.5", window, limit)

# %% [markdown]
# ## Done?
#
# `lifeboat learn` in a terminal shows what is done, and what comes next.
