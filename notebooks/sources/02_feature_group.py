# %% [markdown]
# # 02 Exercises: a store that can be trusted
#
# Five exercises on [02 Feature group](../02_feature_group.ipynb), from easy to open-ended, with the real Hopsworks
# client. They run in a practice store that is empty at the start and gone at the end: nothing here can touch the
# tables of the system.
#
# **Needs** no account. **Takes** about fifty minutes.

# %%
from lifeboat import features, passengers
from lifeboat.course import check, hint, practice, solution
from lifeboat.course.lessons.lesson02 import doubtful_passengers, empty_group
from lifeboat.store import quiet

project = practice()
fs = project.get_feature_store()

# %% [markdown]
# The passengers, without the columns that these exercises do not need. The calls of the client print addresses and
# progress; `with quiet():` mutes them.

# %%
columns = ["passenger_id", "boarded_at", *passengers.FEATURES, "survived"]
historical = features.historical_passengers()[columns]
historical.head(3)

# %% [markdown]
# ## 2.1 Refuse bad rows
#
# `doubtful` holds twelve of your passengers; some have a value that the project does not accept, others only lack
# one that may be missing. Let the project check the table, and list in `refused` the positions (from 0) of the rows
# that it would refuse.

# %%
doubtful = doubtful_passengers()

# solution
refused = sorted(set(passengers.find_problems(doubtful)["row"]))
# end

# %%
check("2.1", refused)

# %% [markdown]
# ## 2.2 A feature group of your own
#
# Create the feature group `children`, version 1, with the primary key `passenger_id` and the event time
# `boarded_at`. Insert the rows of `historical` whose age is known and below 14. The check reads the group.

# %%
# solution
children = fs.get_or_create_feature_group(
    name="children", version=1, primary_key=["passenger_id"], event_time="boarded_at"
)
with quiet():
    children.insert(historical[historical["age"] < 14])
# end

# %%
check("2.2", children)

# %% [markdown]
# ## 2.3 Run a day twice, without a key
#
# Pipelines get run twice. Guess first: 30 passengers are inserted twice into a group without a primary key; how
# many rows does it hold?
#
# Then try it. Insert `day` twice into `keyless`, and twice into `keyed`, and read both: `from_keyless` and
# `from_keyed` are the tables that the store returns. How many rows have they? (`empty_group` empties both each time
# that you run the cell.)

# %%
day = historical.tail(30)
keyless = empty_group(fs, "keyless", event_time="boarded_at")
keyed = empty_group(fs, "keyed", primary_key=["passenger_id"], event_time="boarded_at")

# solution
with quiet():
    for group in (keyless, keyed):
        group.insert(day)
        group.insert(day)
from_keyless = keyless.read()
from_keyed = keyed.read()
# end

# %%
check("2.3", from_keyless, from_keyed)

# %% [markdown] tags=["solution"]
# The client looks for stored rows that a new row replaces, by primary key and event time. Without a primary key
# only the event time is left, and passengers who boarded at the same time cannot be told apart: each new row
# matches all of them.

# %% [markdown]
# ## 2.4 Let the store do the filtering
#
# Ask the feature group `titanic`, with a filter that runs in the store, for the women of third class who boarded at
# Queenstown. `irish` is the query itself, as `filter` returns it: the check reads it. (The next cell writes the
# passengers to `titanic` in the practice store.)

# %%
features.ensure_historical(project)
titanic = fs.get_feature_group("titanic", version=1)

# solution
irish = titanic.filter((titanic.sex == "female") & (titanic.pclass == 3) & (titanic.embarked == "Q"))
# end

# %%
check("2.4", irish)

# %% [markdown]
# ## 2.5 A view that cannot leak (open-ended)
#
# Create a feature view over `titanic` for a model of your own: choose at least three features, make `survived` the
# label, and let the key and the event time go along with inference data. Then get batch data from it, with these
# two columns. Set `labels` to the labels that your view names, and `batch` to the batch data.

# %%
# solution
with quiet():
    view = fs.get_or_create_feature_view(
        name="my_view",
        version=1,
        query=titanic.select(["passenger_id", "boarded_at", "sex", "pclass", "age", "survived"]),
        labels=["survived"],
        inference_helper_columns=["passenger_id", "boarded_at"],
    )
labels = view.labels
batch = view.get_batch_data(inference_helper_columns=True)
# end

# %%
check("2.5", labels, batch)

# %% [markdown]
# ## Done?
#
# `lifeboat learn` in a terminal shows what is done, and what comes next: [03 Training](../03_training.ipynb).
