# %% [markdown]
# # 04 Exercises: passengers who could have been
#
# Five exercises on [04 Synthetic data](../04_synthetic_data.ipynb), from easy to open-ended.
#
# **Needs** nothing but this project. **Takes** about an hour.

# %%
import pandas as pd
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.tree import DecisionTreeClassifier

from lifeboat import passengers
from lifeboat.course import check, hint, seed, solution
from lifeboat.course.lessons.lesson04 import my_ship
from lifeboat.passengers import FEATURES
from lifeboat.synthetic import PassengerGenerator
from lifeboat.synthetic.judging import rivals
from lifeboat.synthetic.judging.codes import codes

real = passengers.load()[[*FEATURES, "survived"]]

# %% [markdown]
# ## 4.1 Small children who travel alone
#
# `alone` holds as many passengers as `real`, with every feature drawn on its own. Count the passengers below eight
# years of age who have neither siblings, spouse, parents nor children aboard: `strange_made` in `alone`,
# `strange_real` in `real`.

# %%
alone = rivals.marginals(real, len(real), seed("4.1"))

# solution
strange_made = len(alone.query("age < 8 and sibsp + parch == 0"))
strange_real = len(real.query("age < 8 and sibsp + parch == 0"))
# end

# %%
check("4.1", strange_made, strange_real)

# %% [markdown]
# ## 4.2 Whom does it copy?
#
# `made` was drawn by a generator that knows only the passengers in `known`. Which share of `made` equals a
# passenger of `known` in all eight columns? Two unknown ages are equal. Call the share `copies`.

# %%
known, unseen = train_test_split(real, test_size=0.5, stratify=real["survived"], random_state=seed("4.2"))
made = rivals.sequential_trees(known, len(known), seed("4.2"))

# solution
copies = len(made.merge(known.drop_duplicates(), how="inner")) / len(made)
# end

# %%
check("4.2", copies)

# %% [markdown] tags=["solution"]
# `merge` without `on` compares all columns that both tables have, and takes two missing values for equal. Without
# `drop_duplicates` a passenger who equals two of `known` would count twice.

# %% [markdown]
# ## 4.3 A judge who has seen the answers
#
# `judge` is a decision tree that tries to tell made passengers from unseen real ones: `X` are both, `is_real` says
# which they are. How well does it do on passengers that it was not trained on? Use the five folds of `folds`, and
# set `auc` to the mean area under the ROC curve.

# %%
X = codes(pd.concat([made, unseen], ignore_index=True))
is_real = pd.Series([0] * len(made) + [1] * len(unseen))
judge = DecisionTreeClassifier(min_samples_leaf=5, random_state=0)
folds = StratifiedKFold(5, shuffle=True, random_state=0)

# solution
auc = cross_val_score(judge, X, is_real, cv=folds, scoring="roc_auc").mean()
# end

# %%
check("4.3", auc)

# %% [markdown]
# ## 4.4 Another ship
#
# On your ship, `shares` says how the passengers are spread over the ticket classes. Bend the generator so that it
# makes the passengers of that ship, and set `rate` to the share of them who survive, as the bent generator knows
# it.

# %%
shares = my_ship()
generator = PassengerGenerator().fit(real)
print(f"Shares of the ticket classes: {shares}. As it was, {generator.survival_rate_:.1%} survive.")

# solution
rate = generator.with_marginal("pclass", shares).survival_rate_
# end

# %%
check("4.4", rate)

# %% [markdown]
# ## 4.5 Make them yourself (open-ended)
#
# Make `mine`: as many passengers as `known`, with its eight columns, learned from `known` alone. They pass if
# gradient boosting can hardly tell them from `unseen` (area under the ROC curve at most 0.70), and if at most 20%
# equal a passenger of `known`. The project's generator passes; can you do it in another way?

# %%
# solution
mine = PassengerGenerator().fit(known).sample(len(known), seed=1)
# end

# %%
check("4.5", mine)

# %% [markdown]
# ## Done?
#
# `lifeboat learn` in a terminal shows what is done, and what comes next: [05 Batch
# inference](../05_batch_inference.ipynb).
