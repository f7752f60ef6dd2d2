"""Draw each benchmark's main table as bars into benchmarks/images: `python -m benchmarks.pictures`."""

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

HERE = Path(__file__).parent
OURS = ("Lifeboat", "PassengerGenerator", "logistic_companions", "endpoint `predict`", "the monitor")
"""What a row of ours begins with."""


class Picture(NamedTuple):
    """What is drawn: `column` for each row of the first table of `document`, from `after` on, that has it."""

    name: str
    document: str
    column: str
    title: str
    after: str = ""


PICTURES = [
    Picture(
        "quality", "quality.md", "random folds: log loss", "Log loss, random folds (less is better)", "<!-- random -->"
    ),
    Picture("scoring", "scoring.md", "million rows/s", "Rows scored, Parquet to Parquet, millions a second"),
    Picture("spaces", "spaces.md", "p95, times the empty app", "Fifty clients: slowest twentieth, times an empty app"),
    Picture("monitor", "spaces.md", "10,000,000", "Seconds over ten million predictions"),
    Picture("synthetic", "synthetic.md", "copies", "Share of synthetic passengers that copy one (less is better)"),
    Picture("store", "store.md", "seconds", "Seconds for a million rows; raw is the same library without the service"),
    Picture("faults", "faults.md", "killed while at work", "Runs that were killed while at work"),
]


def tables(text: str) -> list[pd.DataFrame]:
    """Read all tables of a document, as texts; the index is the first column.

    Parameters
    ----------
    text : str
        Markdown.
    """
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        head, _, *rows = [[cell.strip(" *") for cell in line.strip()[1:-1].split("|")] for line in block.splitlines()]
        found.append(pd.DataFrame([row[1:] for row in rows], index=[row[0] for row in rows], columns=head[1:]))
    return found


def bars(picture: Picture) -> pd.Series:
    """Return the numbers that a picture shows, by row.

    Parameters
    ----------
    picture : Picture
        See there.

    Raises
    ------
    LookupError
        If no table of the document has the column.
    """
    text = (HERE / picture.document).read_text(encoding="utf-8")
    for table in tables(text[text.index(picture.after) :]):
        if picture.column in table:
            texts = table[picture.column].str.extract(r"^([\d.,]+)", expand=False).dropna()
            return texts.str.replace(",", "").astype(float)
    raise LookupError(f"no table of {picture.document} has the column {picture.column!r}")


def draw(picture: Picture, folder: Path = HERE / "images") -> Path:
    """Draw one picture into a folder, and return its file."""
    from lifeboat.figures.style import HIGHLIGHT, NEUTRAL, canvas

    shown = bars(picture)
    with canvas(8, 0.9 + 0.36 * len(shown)) as (figure, axes):
        colours = [HIGHLIGHT if str(name).startswith(OURS) else NEUTRAL for name in shown.index]
        drawn = axes.barh([str(name).replace("`", "") for name in shown.index], shown, color=colours)
        axes.bar_label(drawn, fmt="%.3g", padding=3)
        axes.invert_yaxis()
        axes.grid(visible=False)
        figure.suptitle(picture.title, x=0.01, ha="left", fontsize=11, fontweight="bold")
        axes.set_xlim(0, 1.12 * shown.max())
        folder.mkdir(exist_ok=True)
        target = folder / f"{picture.name}.png"
        figure.savefig(target, dpi=110, metadata={"Software": None})
    return target


def main() -> None:
    """Draw all."""
    for picture in PICTURES:
        print(draw(picture).name)


if __name__ == "__main__":
    main()
