# %% [markdown]
# # 01 Exercises: what survival depended on
#
# Five exercises on [01 Explore](../01_explore.ipynb), from easy to open-ended. Replace each `...` by your own code,
# run the cell, then run the check below it. A check says "correct", or what went wrong. `hint("1.1")` helps in
# steps, `solution("1.1")` shows one way.
#
# **Needs** nothing but this project. **Takes** about forty minutes.

# %%
import pandas as pd

from lifeboat import passengers
from lifeboat.course import check, hint, my_passengers, solution

data = passengers.load()

# %% [markdown]
# ## 1.1 The first baseline
#
# `mine` holds 600 passengers, drawn for you: other learners have others. For which share of them is it right to say
# "died"? Compute `share`, a number between 0 and 1.

# %%
mine = my_passengers("1.1")

# solution
share = 1 - mine["survived"].mean()
# end

# %%
check("1.1", share)

# %% [markdown]
# ## 1.2 What a first-class ticket was worth
#
# By how much was the share of survivors higher in first class than in third? Answer for women and for men, over all
# passengers in `data`: two numbers such as 0.25.

# %%
# solution
survived = data.groupby(["sex", "pclass"])["survived"].mean()
gain_women = survived["female", 1] - survived["female", 3]
gain_men = survived["male", 1] - survived["male", 3]
# end

# %%
check("1.2", gain_women, gain_men)

# %% [markdown] tags=["solution"]
# The ticket class is worth about twice as much to a woman as to a man. A model that adds one effect for sex and one
# for class cannot say that; it needs a term for both together.

# %% [markdown]
# ## 1.3 The gap that was mostly sex and class
#
# Fewer of those without an age survived, but most of them were men of the third class. So compare like with like: take
# the gap (share of survivors with unknown age minus share with known age) for women and men of each class, then
# average the six gaps, each weighted by *all* passengers of its group. Call the result `adjusted_gap`.

# %%
unknown = data["age"].isna()

# solution
by_group = data.groupby(["sex", "pclass", unknown])["survived"].mean().unstack()
gaps = by_group[True] - by_group[False]
adjusted_gap = (gaps * data[["sex", "pclass"]].value_counts(normalize=True)).sum()
# end

# %%
check("1.3", adjusted_gap)

# %% [markdown]
# ## 1.4 Leaks in disguise
#
# The lesson caught `boat`. Here are six more columns that somebody made of the file. One of them, `companions_saved`,
# counts how many *others* on the same ticket survived. Look only at the passengers who share their ticket
# (`party > 1`), and say "survived" if at least half of the others did, "died" if not. For which share of these
# passengers is that right? Call it `accuracy`. Then list in `leaks` all of the six that nobody could know when the
# ship left.

# %%
ticket, sex_and_class = data.groupby("ticket"), data.groupby(["sex", "pclass"])
extra = pd.DataFrame(
    {
        "title": data["name"].str.extract(r", (\w+)", expand=False),
        "deck": data["cabin"].str[0],
        "party": ticket["name"].transform("size"),
        "companions_saved": ticket["survived"].transform("sum") - data["survived"],
        "recovered": data["body"].notna(),
        "usual_outcome": sex_and_class["survived"].transform("mean"),
    }
)

# solution
shared = extra["party"] > 1
says_survived = extra["companions_saved"] >= (extra["party"] - 1) / 2
accuracy = (says_survived == data["survived"].astype(bool))[shared].mean()
leaks = ["companions_saved", "recovered", "usual_outcome"]
# end

# %%
check("1.4", accuracy, leaks)

# %% [markdown] tags=["solution"]
# None of the three looks like the outcome, and each was made of it. The rule over companions counts only *others*, and
# still no passenger on the pier has that number. `usual_outcome` is subtle: such means are a useful feature, but only
# if they come from the outcomes of earlier passengers, never from those of this very voyage.

# %% [markdown]
# ## 1.5 Find the safest passengers (open-ended)
#
# Find a rule that uses only the seven features and picks passengers of `data` who nearly all survived: at least 100
# of them, at least 92% survivors. Many rules do. Call the rows that your rule picks `safest`.
#
# A rule has no favourites: two passengers who are equal in all seven features are both in or both out.

# %%
# solution
safest = data[(data["sex"] == "female") & (data["pclass"] < 3) & (data["embarked"] != "Q") & (data["sibsp"] < 2)]
# end

# %%
check("1.5", safest)

# %% [markdown]
# ## Done?
#
# `lifeboat learn` in a terminal shows what is done, and what comes next: [02 Feature
# group](../02_feature_group.ipynb).
