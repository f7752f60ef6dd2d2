"""Where the two pages and the source are, as far as this machine knows."""

from __future__ import annotations

import os

TITLES = {"predict": "Would this passenger survive?", "monitor": "How well has it been doing?"}
"""The questions that the pages answer; also their titles."""

VARIABLE = "LIFEBOAT_{}_PAGE"
"""The variable of the environment that holds the address of a page, or of the source."""


def address(what: str) -> str | None:
    """Return the address of a page or the source: from the environment, or what Hugging Face says of its Space.

    Parameters
    ----------
    what : {"predict", "monitor", "source"}
        The page, or the source of both.

    Returns
    -------
    str or None
        None if nothing is known.
    """
    known = os.environ.get(VARIABLE.format(what.upper()))
    space = os.environ.get("SPACE_ID", "")
    owner, dash, here = space.rpartition("-")
    if known or not space:
        return known
    if what == "source":
        return f"https://huggingface.co/spaces/{space}/tree/main"
    return f"https://huggingface.co/spaces/{owner}-{what}" if dash and here in TITLES else None


def elsewhere(here: str) -> list[tuple[str, str]]:
    """List what a page can point to, the other page and the source, as texts and addresses; the unknown is left out."""
    said = TITLES | {"source": "Source"}
    return [(said[what], found) for what in said if what != here and (found := address(what))]
