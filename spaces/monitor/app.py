"""How well has it been doing? Every prediction, the passenger's fate, and what that says about the model."""

from __future__ import annotations

import gradio as gr

from lifeboat.operate.serve import end_in_order
from lifeboat.pages import theme
from lifeboat.pages.live import Live, from_store
from lifeboat.pages.monitor.history import ALL_VERSIONS, PERIODS, History, read_history
from lifeboat.pages.monitor.page import HEADERS, LENGTHS, OUTCOMES, Page

LATEST = {"trigger_mode": "always_last", "show_progress": "hidden", "api_visibility": "private"}
WAITING = "<p>…</p>"
EVERY = 20
"""Seconds between looks at the store: of an open page, and before a view is shown."""


def views() -> list[gr.components.Component]:
    """Lay out the panels and charts, in the order of `Page.show`."""
    with gr.Tab("Days"):
        days, by_day = gr.HTML(WAITING, elem_classes="panel"), gr.Plot(show_label=False, elem_classes="days")
    with gr.Tab("Calibration"):
        honesty, calibration = gr.HTML(WAITING, elem_classes="panel"), gr.Plot(show_label=False, elem_classes="square")
    with gr.Tab("Drift"):
        drift = gr.HTML(WAITING, elem_classes="panel")
    with gr.Tab("Models"):
        versions = gr.HTML(WAITING, elem_classes="panel")
    return [days, by_day, honesty, calibration, drift, versions]


def table() -> tuple[gr.Dataframe, list[gr.components.Component]]:
    """Lay out the table of recent predictions; returns it with its controls."""
    with gr.Row():
        outcome = gr.Radio(OUTCOMES, value="all", label="Show", scale=2, min_width=320)
        length = gr.Dropdown(LENGTHS, value=LENGTHS[0], label="Rows at most")
        sought = gr.Textbox(label="Find", placeholder="female")
    label = "Predictions, newest first"
    recent = gr.Dataframe(headers=HEADERS, label=label, interactive=False, max_height=420, buttons=["copy"])
    return recent, [outcome, length, sought]


def build(history: Live[History]) -> gr.Blocks:
    """Lay out the page and connect it to the history."""
    page = Page(history)
    with gr.Blocks(title="How well has it been doing? · Lifeboat", analytics_enabled=False) as blocks:
        gr.HTML("<h1>How well has it been doing?</h1><p>Every prediction, and its outcome.</p>")
        shown = gr.State()
        state = gr.HTML(elem_classes="state")
        with gr.Row():
            period = gr.Dropdown(list(PERIODS), label="Period", info="Counted back from the newest prediction")
            version = gr.Dropdown([ALL_VERSIONS], label="Model version", info="Each passenger counts once per version")
        tiles = gr.HTML(WAITING, elem_classes=["panel", "tiles"])
        with gr.Tab("Now"):
            with gr.Row():
                with gr.Column(min_width=460):
                    latest = gr.HTML(WAITING, elem_classes=["panel", "latest"])
                with gr.Column(min_width=460):
                    confusion = gr.HTML(WAITING, elem_classes=["panel", "matrix"])
            recent, choice = table()
            download = gr.DownloadButton("Download these predictions as CSV", size="sm")
        choice = [period, version, *choice]
        asked = [blocks.load, gr.Timer(EVERY).tick, *[control.change for control in choice]]
        outputs = [shown, version, state, tiles, latest, confusion, *views(), recent, download]
        gr.on(asked, page.show, [shown, *choice], outputs, **LATEST)
    return blocks


if __name__ == "__main__":
    end_in_order()
    theme.launch(build, Live(from_store(read_history), every=EVERY).warm())
