"""How well has it been doing? Every prediction, the passenger's fate, and what that says about the model."""

from __future__ import annotations

import gradio as gr

from lifeboat.operate.serve import end_in_order
from lifeboat.pages import theme
from lifeboat.pages.links import TITLES, elsewhere
from lifeboat.pages.live import Live, from_store
from lifeboat.pages.markup import SKELETON, header
from lifeboat.pages.monitor.history import ALL_VERSIONS, PERIODS, History, read_history
from lifeboat.pages.monitor.page import FILTERS, HEADERS, LENGTHS, Page

LATEST = {"trigger_mode": "always_last", "show_progress": "hidden", "api_visibility": "private", "queue": False}
LEAD = "Every prediction, and its outcome."
SLIM = {"show_label": False, "container": False, "scale": 0, "min_width": 168}
EVERY = 20
"""Seconds between looks at the store: of an open page, and before a view is shown."""


def views() -> list[gr.components.Component]:
    """Lay out the panels and charts, in the order of `Page.show`."""
    with gr.Tab("Days"):
        days, by_day = gr.HTML(SKELETON, elem_classes="panel"), gr.Plot(show_label=False, elem_classes="days")
    with gr.Tab("Calibration"):
        honesty, calibration = gr.HTML(SKELETON, elem_classes="panel"), gr.Plot(show_label=False, elem_classes="square")
    with gr.Tab("Drift"):
        drift = gr.HTML(SKELETON, elem_classes="panel")
    with gr.Tab("Models"):
        versions = gr.HTML(SKELETON, elem_classes="panel")
    return [days, by_day, honesty, calibration, drift, versions]


def table() -> tuple[gr.Dataframe, list[gr.components.Component]]:
    """Lay out the table of recent predictions; returns it with its controls."""
    with gr.Row(elem_classes="toolbar"):
        outcome = gr.Radio(FILTERS, value="all", label="Show", show_label=False, container=False, min_width=320)
        choices = [(f"{length:,} rows", length) for length in LENGTHS]
        length = gr.Dropdown(choices, value=LENGTHS[0], label="Rows at most", **SLIM)
        sought = gr.Textbox(label="Find", placeholder="Find, such as: female", **SLIM)
    label = "Predictions, newest first"
    recent = gr.Dataframe(headers=HEADERS, label=label, interactive=False, max_height=420, buttons=["copy"])
    return recent, [outcome, length, sought]


def build(history: Live[History]) -> gr.Blocks:
    """Lay out the page and connect it to the history."""
    page = Page(history)
    with gr.Blocks(title=f"{TITLES['monitor']} · Lifeboat", analytics_enabled=False) as blocks:
        with gr.Row(elem_classes="toolbar"):
            gr.HTML(header(TITLES["monitor"], LEAD, elsewhere("monitor")), elem_classes="head", min_width=320)
            period = gr.Dropdown(list(PERIODS), label="Period", **SLIM)
            version = gr.Dropdown([ALL_VERSIONS], label="Model version", **SLIM)
        shown = gr.State()
        state = gr.HTML(elem_classes="state")
        tiles = gr.HTML(SKELETON, elem_classes=["panel", "tiles"])
        with gr.Tab("Now"):
            with gr.Row():
                with gr.Column(min_width=460):
                    latest = gr.HTML(SKELETON, elem_classes=["panel", "latest"])
                with gr.Column(min_width=460):
                    confusion = gr.HTML(SKELETON, elem_classes=["panel", "matrix"])
            recent, choice = table()
            download = gr.DownloadButton(
                "Download these predictions as CSV", size="sm", elem_classes="download", interactive=False
            )
        choice = [period, version, *choice]
        gr.Timer(EVERY).tick(page.look, None, state, **LATEST)
        asked = [blocks.load, state.change, *[control.change for control in choice]]
        outputs = [shown, version, state, tiles, latest, confusion, *views(), recent, download]
        gr.on(asked, page.show, [shown, *choice], outputs, **LATEST)
    return blocks


if __name__ == "__main__":
    end_in_order()
    theme.launch(build, Live(from_store(read_history), every=EVERY).warm(), LEAD)
