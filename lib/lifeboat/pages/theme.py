"""The look of both Spaces, and how they are served."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi.exceptions import RequestValidationError
from gradio.route_utils import FnIndexInferError
from gradio.routes import App
from gradio.themes.utils import sizes

from lifeboat.pages import files
from lifeboat.pages.live import Live
from lifeboat.pages.refusals import answer_bad_calls, malformed, no_such_endpoint

MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
LARGEST_UPLOAD = "20mb"
CALLS_PER_SUMMARY = "1000"
"""Gradio sums up all calls in a table after each of them, for its page of the API; that slowed down every call."""

STYLE = """<style>
.main.fillable { max-width: 1360px !important; margin-inline: auto; }
@media (max-width: 1000px) { .gradio-container { overflow: clip !important; } }
@media (max-width: 640px) { .main.fillable { padding: 12px !important; } }
</style>"""
"""The width, and rules for small windows; in style.css Gradio would confine them to what lies inside these elements."""

NAVY = "eef4fa d9e6f2 b5cde3 89adcf 5c8ab8 3a6a9d 285483 1f4369 173350 10253b 0a1929"
"""Shades of the main colour, from the lightest."""

COLORS = {
    "body_background_fill": ("#faf9f6", "#0b1622"),
    "body_text_color": ("#16212e", "#e8edf3"),
    "body_text_color_subdued": ("#51606f", "#a9b6c4"),
    "slider_color": ("#285483", "#89adcf"),
    "link_text_color": ("#285483", "#a9c6e2"),
    "block_background_fill": ("#ffffff", "#12202f"),
    "block_border_color": ("#e1e5ea", "#24364a"),
    "block_info_text_color": ("#51606f", "#a9b6c4"),
    "block_title_text_color": ("#16212e", "#e8edf3"),
    "block_label_text_color": ("#16212e", "#e8edf3"),
    "input_background_fill": ("#ffffff", "#0d1926"),
    "input_border_color": ("#8793a1", "#5b6d80"),
    "button_secondary_background_fill": ("#eef2f6", "#1d3044"),
    "button_primary_background_fill": ("#1f4369", "#3a6a9d"),
    "checkbox_label_background_fill": ("#f4f6f8", "#182838"),
    "checkbox_label_background_fill_selected": ("#d9e6f2", "#285483"),
    "checkbox_label_text_color_selected": ("#10253b", "#ffffff"),
}
"""What Gradio calls each part of a page, and its colour in light and in dark mode."""


ROUNDED = [f"{part}_radius" for part in ("block", "container", "input", "table")]
ROUNDED += [f"button_{size}_radius" for size in ("small", "medium", "large")]
"""What has corners: one radius for all."""


class BroughtFont(gr.themes.Font):
    """A font that the page brings along, within the stylesheet that it waits for.

    So it measures the same everywhere, and no text is ever drawn in another font first and moved afterwards.
    """

    def stylesheet(self) -> dict[str, str | None]:
        """Return the rule that declares the font, with its file in it."""
        file = Path(__file__).parent / "fonts" / f"{self.name.lower()}.woff2"
        source = f"url(data:font/woff2;base64,{b64encode(file.read_bytes()).decode()}) format('woff2')"
        rule = f"font-family: '{self.name}'; font-weight: 100 900; font-display: block; src: {source}"
        return {"url": None, "css": f"@font-face {{ {rule}; }}"}


def theme() -> gr.themes.Base:
    """Build the theme: navy on paper, in dark mode paper on navy; the font is Inter, which the page brings along."""
    navy = gr.themes.Color(*(f"#{shade}" for shade in NAVY.split()))
    hues = {"primary_hue": navy, "secondary_hue": navy, "neutral_hue": "slate"}
    fonts = (BroughtFont("Inter"), "system-ui", "sans-serif")
    base = gr.themes.Base(**hues, font=fonts, font_mono=MONO, radius_size=sizes.radius_md)
    light = {name: color for name, (color, _) in COLORS.items()}
    dark = {f"{name}_dark": color for name, (_, color) in COLORS.items()}
    return base.set(
        color_accent="#1f4369",
        button_primary_text_color="#ffffff",
        block_title_text_weight="600",
        **dict.fromkeys(ROUNDED, "*radius_lg"),
        input_border_width="1px",
        **light,
        **dark,
    )


def launch(build: Callable[[Live], gr.Blocks], live: Live, lead: str, **options: Any) -> tuple[App, str, str]:
    """Serve a page: nothing shared, nothing counted, no file but those of the page's own temporary folder.

    Parameters
    ----------
    build : callable
        Builds the page over `live`.
    live : Live
        What the page shows.
    lead : str
        What it is, in a sentence, for those to whom its address is sent.
    **options
        For `gr.Blocks.launch`.

    Returns
    -------
    tuple
        The app, its local address, and None: as `gr.Blocks.launch` returns them.
    """
    files.own_folder()
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", CALLS_PER_SUMMARY)
    page = build(live)
    answer_bad_calls(page)
    _describe(page, lead)
    page.queue(default_concurrency_limit=4, max_size=500)
    return page.launch(
        theme=theme(),
        css_paths=Path(__file__).with_name("style.css"),
        head=STYLE,
        favicon_path=str(Path(__file__).with_name("favicon.svg")),
        share=False,
        show_error=False,
        max_file_size=LARGEST_UPLOAD,
        enable_monitoring=False,
        run_history=False,
        pwa=False,
        mcp_server=False,
        ssr_mode=False,
        footer_links=["api", "settings"],
        app_kwargs={"exception_handlers": {RequestValidationError: malformed, FnIndexInferError: no_such_endpoint}},
        **options,
    )


def _describe(page: gr.Blocks, lead: str) -> None:
    """Fill the card that others show where the page's address is shared; Gradio's own Blocks have no such words."""
    config = page.get_config_file
    page.get_config_file = lambda: config() | {"simple_description": lead}
