"""Feast's historical retrieval of the rows that `benchmarks.store` joins; needs Feast alone, in its own environment.

python benchmarks/store_feast.py FOLDER             with people.parquet and fares.parquet in it
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import feast
import pandas as pd
from feast.types import Float64

KEY, TIME = "passenger_id", "boarded_at"


def main() -> None:
    """Retrieve, and print the seconds of the faster of two times."""
    folder = Path(sys.argv[1]).absolute()
    (folder / "feature_store.yaml").write_text(
        "project: titanic\nregistry: registry.db\nprovider: local\noffline_store: {type: file}\n"
        "online_store: {type: sqlite, path: online.db}\nentity_key_serialization_version: 3\n",
        encoding="utf-8",
    )
    store = feast.FeatureStore(repo_path=str(folder))
    passenger = feast.Entity(name="passenger", join_keys=[KEY], value_type=feast.ValueType.INT64)
    source = feast.FileSource(path=str(folder / "fares.parquet"), timestamp_field=TIME)
    view = feast.FeatureView(
        name="fares",
        entities=[passenger],
        ttl=timedelta(days=0),
        schema=[feast.Field(name="fare", dtype=Float64)],
        source=source,
        online=False,
    )
    store.apply([passenger, view])
    people = pd.read_parquet(folder / "people.parquet").rename(columns={TIME: "event_timestamp"})
    taken = []
    for _ in range(2):
        begun = time.perf_counter()
        rows = store.get_historical_features(entity_df=people, features=["fares:fare"]).to_df()
        taken.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": min(taken), "rows": len(rows), "version": feast.__version__}))


if __name__ == "__main__":
    main()
