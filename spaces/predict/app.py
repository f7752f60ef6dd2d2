"""Would this passenger survive? Seven facts in, a probability and its reasons out."""

from __future__ import annotations

import gradio as gr

from lifeboat.operate.serve import end_in_order
from lifeboat.pages import theme, words
from lifeboat.pages.live import Live, from_store
from lifeboat.pages.predict.page import NOTABLE, Page, example, people, read_champion
from lifeboat.registry import Champion

LEAD = "Seven facts known when the Titanic sailed, and what a model makes of them."
BATCH_LEAD = (
    "Upload a table of passengers as CSV, up to 100,000 rows. Its header names pclass, sex, age, sibsp, parch, fare "
    "and embarked; an empty cell means unknown; further columns are kept. Faulty rows are listed, the others scored."
)
WAITING = "<p>…</p>"
NOTHING = "<p>Nothing uploaded yet.</p>"
CLASSES = [("First", 1), ("Second", 2), ("Third", 3)]
SEXES = [("Female", "female"), ("Male", "male")]
PORTS = [(name, code) for code, name in words.PORTS.items()] + [("Unknown", words.UNKNOWN)]
QUIET = {"show_progress": "hidden", "api_visibility": "private"}
LATEST = {"trigger_mode": "always_last", **QUIET}
EVERY = 20
"""Seconds between looks at the registry: of an open page, and before an answer is given."""


def controls() -> list[gr.components.Component]:
    """Build a control for each feature, in their order, then the two that say 'unknown'."""
    with gr.Group():
        pclass = gr.Radio(CLASSES, value=3, label=words.LABELS["pclass"])
        sex = gr.Radio(SEXES, value="male", label=words.LABELS["sex"])
        age = gr.Slider(0, 80, value=22, step=1, label="Age in years", buttons=[])
        age_unknown = gr.Checkbox(label="Age unknown")
        sibsp = gr.Slider(0, 8, value=0, step=1, label=words.LABELS["sibsp"], buttons=[])
        parch = gr.Slider(0, 9, value=0, step=1, label=words.LABELS["parch"], buttons=[])
        fare = gr.Number(
            value=7.25,
            label="Fare in pounds of 1912",
            info="For the whole ticket. Half of all paid £14 or less; the dearest cost £512.",
        )
        fare_unknown = gr.Checkbox(label="Fare unknown")
        embarked = gr.Radio(PORTS, value="S", label=words.LABELS["embarked"])
    return [pclass, sex, age, sibsp, parch, fare, embarked, age_unknown, fare_unknown]


def one_passenger(page: Page, blocks: gr.Blocks, state: gr.HTML, model: gr.HTML) -> None:
    """Lay out and connect the first tab: controls on the left, answers on the right.

    An open page asks again every now and then, as it does when a control is touched: one event, so that the answer of
    a new model never meets older controls, or an older answer newer ones.
    """
    with gr.Row(elem_classes="pair"):
        with gr.Column(scale=2, min_width=320):
            first = next(iter(NOTABLE))
            who = gr.Dropdown(
                people(), value=first, label="Begin with a real passenger", info="Type to search all 1,309."
            )
            with gr.Row():
                lucky = gr.Button("Surprise me: a survivor", size="sm", min_width=140)
                unlucky = gr.Button("Surprise me: a victim", size="sm", min_width=140)
            inputs = controls()
        with gr.Column(scale=3, min_width=320):
            answer = [gr.HTML(WAITING, elem_classes=["panel", name]) for name in ("answer", "truth", "why", "change")]
    answer.append(gr.HTML(WAITING, elem_classes=["panel", "alike"]))
    shown, told, timer = gr.State(), gr.State(), gr.Timer(EVERY, active=False)
    answer = [shown, state, *answer, model]
    outputs = [*inputs, told, *answer]
    again = [*[control.input for control in inputs], timer.tick]
    gr.on(again, page.ask, [shown, told, *inputs], answer, **LATEST)
    begun = gr.on([blocks.load, who.input], page.choose, who, outputs, **LATEST)
    begun.then(lambda: gr.Timer(active=True), None, timer, **QUIET)  # until then the controls are not a passenger's
    lucky.click(page.surprise_survivor, None, [who, *outputs], **QUIET)
    unlucky.click(page.surprise_victim, None, [who, *outputs], **QUIET)


def many_passengers(page: Page) -> None:
    """Lay out and connect the second tab: a file in, files out."""
    gr.HTML(f"<p>{BATCH_LEAD}</p>")
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=320):
            file = gr.File(label="CSV file", file_types=[".csv"], height=160)
            gr.HTML(example())
        with gr.Column(scale=3, min_width=320):
            summary = gr.HTML(NOTHING, elem_classes="panel")
            with gr.Row():
                predictions = gr.DownloadButton("Download the predictions", size="sm")
                faults = gr.DownloadButton("Download the faults", size="sm")
    outputs = [summary, predictions, faults]
    gr.on([file.upload, file.clear], page.score_file, file, outputs, api_name="predict_csv", concurrency_limit=2)


def build(champion: Live[Champion]) -> gr.Blocks:
    """Lay out the page and connect it to the model that predicts."""
    page = Page(champion)
    with gr.Blocks(title="Would this passenger survive? · Lifeboat", analytics_enabled=False) as blocks:
        gr.HTML(f"<h1>Would this passenger survive?</h1><p>{LEAD}</p>")
        state = gr.HTML(elem_classes="state")
        model = gr.HTML(WAITING, elem_classes=["panel", "model"], render=False)
        with gr.Tab("One passenger"):
            one_passenger(page, blocks, state, model)
        with gr.Tab("A list"):
            many_passengers(page)
        gr.api(page.predict, api_name="predict", concurrency_limit=None)
        model.render()
    return blocks


if __name__ == "__main__":
    end_in_order()
    theme.launch(build, Live(from_store(read_champion), every=EVERY).warm())
