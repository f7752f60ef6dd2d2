"""The columns of the feature groups, as they follow from the description of a data set: type and meaning of each."""

from __future__ import annotations

from lifeboat.dataset import OUTCOME_AT, SCENARIO, SOURCE, Dataset

Columns = dict[str, tuple[str, str]]
"""By name, the type in the store and what the column means."""


def of_rows(dataset: Dataset) -> Columns:
    """Return the columns of the rows: key, features, outcome, and what else is known of a row."""
    types = {
        field.name: "string" if field.is_text else "bigint" if field.whole else "double"
        for field in dataset.fields.values()
    }
    no, yes = dataset.said
    columns = {
        dataset.key: ("bigint", "what identifies a row; of a synthetic one, day and counter"),
        **{name: (types[name], f"{field.meaning}; {field.allowed}") for name, field in dataset.fields.items()},
        dataset.label: ("bigint", f"1 for {yes}, 0 for {no}, missing while not known"),
        **{name: ("string", "whose rows stay together in a split; not a feature") for name in dataset.helpers},
        OUTCOME_AT: ("timestamp", "the day on which the outcome became known, missing before"),
        SOURCE: ("string", "historical or synthetic"),
        SCENARIO: ("string", "how the world differed when a synthetic row was made; else missing"),
        dataset.event_time: ("timestamp", "event time"),
    }
    return {name: (type, dataset.meanings.get(name, words)) for name, (type, words) in columns.items()}


def of_predictions(dataset: Dataset) -> Columns:
    """Return the columns of the predictions."""
    no, yes = dataset.said
    return {
        dataset.key: ("bigint", f"as in {dataset.name}"),
        "model_version": ("bigint", "version of the model in the registry"),
        "probability": ("double", f"predicted probability of the outcome 1 ({yes}), 0 to 1"),
        "prediction": ("bigint", f"1 ({yes}) if the probability is at least one half, else 0 ({no})"),
        "run_id": ("string", "the run that made the prediction"),
        "predicted_at": ("timestamp", "event time: the day that the run stands for"),
    }


def of_metrics(dataset: Dataset) -> Columns:
    """Return the columns of the daily metrics."""
    rows, (_, yes) = dataset.rows, dataset.said
    cells = {
        f"{right}_{said}": f"{rows} {adverb} predicted: {said}"
        for said in reversed(dataset.said)
        for right, adverb in (("true", "rightly"), ("false", "wrongly"))
    }
    scores = {
        "accuracy": "share of right predictions, 0 to 1",
        "log_loss": "mean negative log-likelihood, in nats",
        "brier": "mean squared error of the probability",
    }
    bounds = {f"{name}_{end}": f"95% interval of {name}, {end} end" for name in scores for end in ("low", "high")}
    whole = {"model_version": "version of the model in the registry", rows: f"{rows} scored"}
    whole |= {"known": f"{rows} with a known outcome"} | cells
    share = scores | bounds | {f"pending_{name}": f"expected of the pending: {words}" for name, words in cells.items()}
    share |= {
        "estimated_accuracy": "accuracy expected from the probabilities alone",
        "estimated_low": "range of the accuracy that will be measured, low end",
        "estimated_high": "range of the accuracy that will be measured, high end",
    }
    share |= {f"drift_{name}": f"population stability index of {name}" for name in dataset.features}
    lists = {f"aboard_{name}": ("array<bigint>", f"{rows} in each bin of {name}") for name in dataset.features}
    lists |= {
        f"bin_{rows}": ("array<bigint>", f"{rows} with a known outcome, by bin of probability"),
        "bin_probability": ("array<double>", "sum of their probabilities"),
        f"bin_{yes}": ("array<double>", f"how many of them {yes}"),
    }
    return {
        **{name: ("bigint", words) for name, words in whole.items()},
        **{name: ("double", words) for name, words in share.items()},
        **lists,
        "day": ("timestamp", "event time: the day of the predictions"),
    }
