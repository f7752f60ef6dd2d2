"""The book: built once, every link followed, nothing fetched from elsewhere, and read in a browser from the files."""

import re
import resource
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from pages import serious_violations
from playwright.sync_api import expect

from lifeboat.store import project_folder

ROOT = project_folder()
FLAGS = ["-q", "-W", "-n", "--keep-going", "-c", "docs"]


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The folder of the built book; a warning of sphinx is an error."""
    folder = tmp_path_factory.mktemp("book")
    before = processor_time()
    command = [sys.executable, "-m", "sphinx", *FLAGS, "-d", str(folder / "doctrees"), ".", str(folder / "book")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert processor_time() - before < 30
    return folder / "book"


class Links(HTMLParser):
    """What a page points to, what can be pointed to in it, and its pictures."""

    def __init__(self, text):
        super().__init__()
        self.links, self.sources, self.ids, self.pictures = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif "src" in attributes or (tag == "link" and "href" in attributes):
            self.sources.append(attributes.get("src") or attributes["href"])
        if tag == "img":
            self.pictures.append(SimpleNamespace(alt=attributes.get("alt") or "", source=attributes["src"]))


@cache
def read(path):
    return Links(path.read_text(encoding="utf-8"))


def pages_of(book):
    return sorted(page for page in book.rglob("*.html") if "_static" not in page.parts)  # there, templates are left


def is_dead(page, link):
    parts = urlsplit(link)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return True
    return bool(parts.fragment) and target.suffix == ".html" and unquote(parts.fragment) not in read(target).ids


def is_elsewhere(link):
    return link.startswith("//") or urlsplit(link).scheme in ("http", "https")


def test_make_builds_it_with_the_same_flags():
    assert " ".join(["sphinx-build", *FLAGS]) in (ROOT / "Makefile").read_text()


def test_every_lesson_exercise_and_document_is_in_it_but_no_solution(book):
    kinds = ["README.md", "notebooks/*.ipynb", "notebooks/exercises/*.ipynb", "docs/*.md", "benchmarks/*.md"]
    for path in (path for kind in kinds for path in ROOT.glob(kind)):
        assert (book / path.relative_to(ROOT)).with_suffix(".html").is_file()
    assert not [path for path in book.rglob("*") if "solutions" in path.parts]


def test_no_link_is_dead(book):
    for page in pages_of(book):
        inside = [link for link in read(page).links + read(page).sources if not is_elsewhere(link)]
        assert [link for link in inside if not link.startswith("data:") and is_dead(page, link)] == [], page.name


def test_nothing_is_fetched_from_elsewhere(book):
    for page in pages_of(book):
        assert [source for source in read(page).sources if is_elsewhere(source)] == [], page.name
    for sheet in book.rglob("*.css"):
        fetched = re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)", sheet.read_text(encoding="utf-8"))
        assert [address for address in fetched if is_elsewhere(address)] == [], sheet.name


def test_every_picture_is_described(book):
    pictures = [picture for page in pages_of(book) for picture in read(page).pictures]
    assert len(pictures) > 20
    assert [p.source for p in pictures if len(p.alt) < 20 or Path(p.source).name in p.alt] == []


def test_no_path_of_the_machine_is_in_it(book):
    assert [page.name for page in pages_of(book) if str(ROOT) in page.read_text(encoding="utf-8")] == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_reader_walks_from_the_first_page_to_a_lesson_an_exercise_and_the_search(book, visit, size, scheme):
    page = visit((book / "index.html").as_uri(), size, scheme)
    text = page.get_by_role("main")
    opened(page, "Lifeboat", scheme)
    text.get_by_role("link", name="01_explore", exact=True).click()
    opened(page, "01 Explore", scheme)
    text.get_by_text("Anyone who says").click()
    text.get_by_text("about 62%").click()
    expect(text.get_by_text("Every model must beat that.")).to_be_visible()
    text.get_by_role("link", name="exercises", exact=True).click()
    opened(page, "01 Exercises", scheme)
    page.keyboard.press("Control+k")
    page.locator("dialog").get_by_role("searchbox").fill("rollback")
    page.keyboard.press("Enter")
    opened(page, "Search", scheme)
    page.locator("#search-results").get_by_role("link", name="07 Operate").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("07 Operate")


def opened(page, title, scheme):
    """Wait for a page; it has the colours that the reader prefers, fits the window, and axe finds nothing serious."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert serious_violations(page) == []
