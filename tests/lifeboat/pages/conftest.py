"""Both pages, launched in this process over given models and histories, and a real browser to visit them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from io import BytesIO
from pathlib import Path

import gradio as gr
import pandas as pd
import pytest
from pages import SIZES, load_app, make_champion, make_results, make_versions, with_fonts_of
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lifeboat.operate import doctor
from lifeboat.pages import theme
from lifeboat.pages.live import Live
from lifeboat.pages.monitor.history import History, history
from lifeboat.registry import Champion

FLAGS = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"]
FLAGS += ["disable-component-update", "disable-sync"]
expect.set_options(timeout=20_000)
HINT = "no Chromium or Chrome was found on the PATH; get one with `apt-get install chromium` or from google.com/chrome"


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Callable[[str], Browser]]:
    """Chromium, headless, with the fonts of one family; without a Chromium the test is skipped, under CI it fails."""
    found = doctor.browser()
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HINT)
    with sync_playwright() as playwright:
        options = {"executable_path": found, "args": [f"--{flag}" for flag in FLAGS]}
        with ExitStack() as stack:

            @cache
            def start(fonts: str) -> Browser:
                environment = with_fonts_of(fonts, tmp_path_factory.mktemp(fonts))
                running = playwright.chromium.launch(env=environment, **options)
                stack.callback(running.close)
                return running

            yield start


@pytest.fixture(scope="session")
def window(browser) -> Callable[..., BrowserContext]:
    """A window of a size, colour scheme and fonts; it lasts, so that what a page loads need not be loaded again."""

    @cache
    def open_window(size: str, scheme: str, fonts: str) -> BrowserContext:
        width, height = SIZES[size]
        return browser(fonts).new_context(viewport={"width": width, "height": height}, color_scheme=scheme)

    return open_window


@pytest.fixture
def visit(window) -> Iterator[Callable[..., Page]]:
    """Open an address in a window, as `window` makes it; no page may ask the network or log an error."""
    pages, asked, errors = [], [], []

    def open_page(address: str, size: str = "desktop", scheme: str = "light", fonts: str = "DejaVu") -> Page:
        page = window(size, scheme, fonts).new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))] == []
    assert errors == []


@pytest.fixture
def picture(tmp_path) -> Callable[[Page, str], None]:
    """Take a picture of a page, and keep it in the folder that LIFEBOAT_PICTURES names: docs/images for the README."""
    folder = Path(os.environ.get("LIFEBOAT_PICTURES", tmp_path))

    def take(page: Page, name: str) -> None:
        page.wait_for_timeout(300)  # colours of what was just chosen fade in
        page.screenshot(path=folder / f"{name}.png")

    return take


@pytest.fixture
def film(tmp_path) -> Iterator[Callable[[Page], None]]:
    """Take pictures of pages for a screencast, pages.webp, which is kept where `picture` keeps its own."""
    frames = []

    def take(page: Page) -> None:
        page.wait_for_timeout(500)
        frames.append(Image.open(BytesIO(page.screenshot())).convert("RGB").resize((960, 675)))

    yield take
    path = Path(os.environ.get("LIFEBOAT_PICTURES", tmp_path), "pages.webp")
    if not frames:  # the test failed before the first
        return
    first, *others = frames
    first.save(path, save_all=True, append_images=others, duration=1800, loop=0, quality=75, method=6)
    assert path.stat().st_size < 2_000_000


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., str]]:
    """Serve a Space over what a function reads, as long as the tests of a module run; returns its address."""
    apps = []

    def start(name: str, read: Callable, every: float = 3600) -> str:
        app = load_app(name)
        app.EVERY = max(every, 1)

        def build(live: Live) -> gr.Blocks:
            apps.append(app.build(live))
            return apps[-1]

        _, address, _ = theme.launch(build, Live(read, every), app.LEAD, prevent_thread_lock=True, quiet=True)
        return address

    yield start
    for served in apps:
        served.close(verbose=False)


@pytest.fixture(scope="session")
def champion() -> Champion:
    return make_champion()


@pytest.fixture(scope="module")
def predict_page(serve, champion) -> str:
    return serve("predict", lambda previous: champion)


@pytest.fixture(scope="session")
def results(champion) -> pd.DataFrame:
    return make_results(champion)


@pytest.fixture(scope="session")
def two_weeks(results) -> History:
    return history(results, make_versions(), mark="two weeks")


@pytest.fixture(scope="session")
def one_row(results) -> History:
    return history(results.tail(1).reset_index(drop=True), make_versions().tail(1), mark="one row")


@pytest.fixture(scope="session")
def nothing(results) -> History:
    return history(results.head(0), make_versions().head(0), mark="nothing")
