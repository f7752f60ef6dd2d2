"""Would this passenger survive? Seven facts in, a probability and its reasons out."""

from __future__ import annotations

import gradio as gr

from lifeboat.fields import UNKNOWN
from lifeboat.operate.serve import end_in_order
from lifeboat.pages import theme
from lifeboat.pages.links import TITLES, elsewhere
from lifeboat.pages.live import Live, from_store
from lifeboat.pages.markup import SKELETON, header
from lifeboat.pages.predict.page import NOT_UPLOADED, NOTABLE, Page, example, people, read_champion, real, to_controls
from lifeboat.pages.predict.uploaded import MOST_ROWS
from lifeboat.pages.words import listed
from lifeboat.passengers import FEATURES, FIELDS
from lifeboat.registry import Champion

LEAD = "Seven facts known when the Titanic sailed, and what a model makes of them."
OPTIONAL = listed([name for name, field in FIELDS.items() if field.optional])
BATCH_LEAD = (
    f"Upload a table of passengers as CSV, up to {MOST_ROWS:,} rows. Its header must name {listed(FEATURES)} (or as "
    f"Kaggle does: Pclass, Sex, ...); further columns are kept. Only {OPTIONAL} may be empty: not known. "
    "Faulty rows are listed, the others are scored."
)
QUIET = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
LATEST = {"trigger_mode": "always_last", **QUIET}
EVERY = 20
"""Seconds between looks at the registry: of an open page, and before an answer is given."""


MARK = """() => document.querySelectorAll(".field").forEach(field => {
  const box = field.querySelector("input[type=number]"), fault = document.getElementById(`fault-${field.id}`);
  box.setAttribute("aria-invalid", Boolean(fault));
  fault ? box.setAttribute("aria-describedby", fault.id) : box.removeAttribute("aria-describedby");
})"""
"""Marks the boxes whose value is not allowed."""


def choice(name: str, value: int | str) -> gr.Radio:
    """Offer every value of a category, in words, and 'unknown' where that is allowed."""
    field = FIELDS[name]
    choices = [(word.capitalize(), each) for each, word in field.words.items()]
    if field.optional:
        choices.append((UNKNOWN.capitalize(), UNKNOWN))
    return gr.Radio(choices, value=value, label=field.label)


def slider(name: str, value: float, label: str | None = None) -> tuple[gr.Slider, gr.HTML]:
    """Offer the whole range of a number, with room to say what is wrong with it."""
    field = FIELDS[name]
    box = gr.Slider(field.low, field.high, value=value, step=1, label=label or field.label, buttons=[], **marked(name))
    box.preprocess = lambda typed: typed  # any number may be typed: the page says what is allowed, Gradio would fail
    return box, gr.HTML(elem_classes="fault")


def marked(name: str) -> dict[str, str]:
    """How `MARK` finds a field."""
    return {"elem_id": name, "elem_classes": "field"}


def controls(values: tuple) -> tuple[list[gr.components.Component], list[gr.HTML]]:
    """Build a control for each feature, in their order, then the two that say 'unknown'; and the room for faults."""
    pclass, sex, age, sibsp, parch, fare, embarked, age_unknown, fare_unknown = values
    with gr.Group():
        pclass = choice("pclass", pclass)
        sex = choice("sex", sex)
        age, age_fault = slider("age", age, "Age in years")
        age_unknown = gr.Checkbox(age_unknown, label="Age unknown")
        sibsp, sibsp_fault = slider("sibsp", sibsp)
        parch, parch_fault = slider("parch", parch)
        fare = gr.Number(
            value=fare,
            label="Fare in pounds of 1912",
            info="For the whole ticket. Half of all paid £14 or less; the dearest cost £512.",
            **marked("fare"),
        )
        fare_fault = gr.HTML(elem_classes="fault")
        fare_unknown = gr.Checkbox(fare_unknown, label="Fare unknown")
        embarked = choice("embarked", embarked)
    inputs = [pclass, sex, age, sibsp, parch, fare, embarked, age_unknown, fare_unknown]
    return inputs, [age_fault, sibsp_fault, parch_fault, fare_fault]


def one_passenger(page: Page, blocks: gr.Blocks, state: gr.HTML, model: gr.HTML) -> None:
    """Lay out and connect the first tab: controls on the left, answers on the right.

    An open page looks every now and then, and when the model is another it asks again, as it does when a control is
    touched: one event, so that the answer of a new model never meets older controls, or an older answer newer ones.
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
            inputs, faults = controls(to_controls(real(first)))
        with gr.Column(scale=3, min_width=320):
            answer = [gr.HTML(SKELETON, elem_classes=["panel", name]) for name in ("answer", "truth", "why", "change")]
    answer.append(gr.HTML(SKELETON, elem_classes=["panel", "alike"]))
    shown, told, timer = gr.State(), gr.State(), gr.Timer(EVERY, active=False)
    answer = [shown, state, *faults, *answer, model]
    outputs = [who, *inputs, told, *answer]
    # a slider moves what was typed into its range, which is a change but no input
    touched = [control.change if isinstance(control, gr.Slider) else control.input for control in inputs]
    timer.tick(page.look, None, state, **LATEST)
    asked = gr.on([*touched, state.change], page.ask, [shown, told, *inputs], [who, *answer], **LATEST)
    begun = gr.on([blocks.load, who.input], page.choose, who, outputs, **LATEST)
    begun.then(lambda: gr.Timer(active=True), None, timer, **QUIET)  # until then nothing is known of the passenger
    chosen = [lucky.click(page.surprise_survivor, None, outputs, **QUIET)]
    chosen += [unlucky.click(page.surprise_victim, None, outputs, **QUIET)]
    for answered in (asked, begun, *chosen):
        answered.then(None, js=MARK, **QUIET)


def many_passengers(page: Page) -> None:
    """Lay out and connect the second tab: a file in, files out."""
    gr.HTML(f"<p>{BATCH_LEAD}</p>", elem_classes="plain")
    with gr.Row(equal_height=False, elem_classes="stack"):
        with gr.Column(scale=2, min_width=320):
            file = gr.File(label="CSV file", height=160)
            gr.HTML(example(), elem_classes="plain")
        with gr.Column(scale=3, min_width=320):
            summary = gr.HTML(NOT_UPLOADED, elem_classes=["panel", "summary"])
            with gr.Row():
                predictions = gr.DownloadButton("Download the predictions", size="sm", interactive=False)
                faults = gr.DownloadButton("Download the faults", size="sm", interactive=False)
    outputs, buttons = [summary, predictions, faults], [predictions, faults]
    scored = gr.on(
        [file.upload, file.clear], page.score_file, file, outputs, api_name="predict_csv", concurrency_limit=2
    )
    scored.then(lambda *paths: [gr.update(interactive=bool(path)) for path in paths], buttons, buttons, **QUIET)


def build(champion: Live[Champion]) -> gr.Blocks:
    """Lay out the page and connect it to the model that predicts."""
    page = Page(champion)
    with gr.Blocks(title=f"{TITLES['predict']} · Lifeboat", analytics_enabled=False) as blocks:
        gr.HTML(header(TITLES["predict"], LEAD, elsewhere("predict")), elem_classes="head")
        state = gr.HTML(elem_classes="state")
        model = gr.HTML(SKELETON, elem_classes=["panel", "model"], render=False)
        with gr.Tab("One passenger"):
            one_passenger(page, blocks, state, model)
        with gr.Tab("A list"):
            many_passengers(page)
        gr.api(page.predict, api_name="predict", concurrency_limit=None)
        model.render()
    return blocks


if __name__ == "__main__":
    end_in_order()
    theme.launch(build, Live(from_store(read_champion), every=EVERY).warm(), LEAD)
