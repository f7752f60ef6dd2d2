"""The book: lessons, exercises and documents as a static site; `make book` builds it, from the files where they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sphinx.application import Sphinx

project, author, html_title = "Lifeboat", "The Lifeboat maintainers", "Lifeboat"
copyright = "2026, The Lifeboat maintainers; code under the MIT licence"
extensions = ["myst_nb"]
root_doc = "README"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "benchmarks/*.md",
    "notebooks/*.ipynb",
    "notebooks/exercises/*.ipynb",
    "lib/hopsworks_local/README.md",
    "lib/hopsworks_local/CHANGELOG.md",
    "lib/lifeboat/data/README.md",
]
exclude_patterns = [".*", "build", "store", "runs", "**/.ipynb_checkpoints"]
html_theme = "sphinx_book_theme"
html_theme_options = {"navbar_persistent": [], "use_download_button": False, "show_toc_level": 2}
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_show_search_summary = False  # a browser does not let a page of the file system read another one
html_static_path = ["book.css"]
html_css_files = ["book.css"]
html_copy_source = html_use_index = False
nb_execution_mode = "off"  # the committed outputs are shown; tests see to it that they are what the cells give
myst_heading_anchors = 3

LINK = re.compile(r"\[([^\[\]\n]+)\]\(([\w/]+)\)")
CONTENTS = """
```{toctree}
:hidden:
:caption: Lessons
:glob:

notebooks/*
```

```{toctree}
:hidden:
:caption: Exercises
:glob:

notebooks/exercises/*
```

```{toctree}
:hidden:
:caption: Guide
:glob:

docs/*
CONTRIBUTING
CHANGELOG
```

```{toctree}
:hidden:
:caption: Measured
:glob:

benchmarks/*
lib/lifeboat/data/README
lib/hopsworks_local/README
lib/hopsworks_local/CHANGELOG
```
"""


def read(app: Sphinx, name: str, text: list[str]) -> None:
    """Give the first page the contents, and each figure of a notebook the alternative text that is stored with it.

    A link to a folder leads somewhere on a code host, but nowhere in a book: of it only the words are kept.
    """
    here = Path(app.srcdir, name).parent
    text[0] = LINK.sub(lambda link: link[1] if (here / link[2]).is_dir() else link[0], text[0])
    if name == root_doc:
        text[0] += CONTENTS
    if name.startswith("notebooks/"):
        book = json.loads(text[0])
        for cell in book["cells"]:
            for output in cell.get("outputs", []):
                if alternative := output.get("metadata", {}).get("image/png", {}).get("alt"):
                    cell["metadata"]["mystnb"] = {"image": {"alt": alternative}}
        text[0] = json.dumps(book)


def begin(app: Sphinx, failure: Exception | None) -> None:
    """Let the folder itself open on the first page."""
    page = f'<!DOCTYPE html><title>Lifeboat</title><meta http-equiv="refresh" content="0; url={root_doc}.html">'
    Path(app.outdir, "index.html").write_text(f'{page}<a href="{root_doc}.html">Lifeboat</a>\n', encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("source-read", read)
    app.connect("build-finished", begin)
