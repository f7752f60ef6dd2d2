"""What became of a list, as HTML: how it was understood, who would have survived, and what was wrong."""

from __future__ import annotations

import numpy as np

from lifeboat.pages import words
from lifeboat.pages.markup import Raw, facts, table, text
from lifeboat.pages.predict.batch import Scored
from lifeboat.pages.predict.uploaded import LINE
from lifeboat.passengers import SURVIVED

PREVIEWED, MOST_FAULTS, BINS = 10, 100, 10


def summary(scored: Scored) -> Raw:
    """Show counts, a histogram of the chances, the first predictions, and the faults by line."""
    survived = int((scored.predictions["prediction"] == SURVIVED).sum())
    counts = facts(
        [
            ("Rows scored", f"{len(scored.predictions):,}"),
            ("Predicted to have survived", f"{survived:,}"),
            ("Faulty rows, left out", f"{scored.faulty:,}"),
        ]
    )
    remarks = f'<p class="lead">{text(" ".join(scored.remarks))}</p>' if scored.remarks else ""
    return Raw(f"{counts}{remarks}{_histogram(scored)}{_preview(scored)}{_faults(scored)}")


def _histogram(scored: Scored) -> str:
    """How many passengers have which chance, as bars."""
    if scored.predictions.empty:
        return ""
    counts, edges = np.histogram(scored.predictions["probability"], bins=BINS, range=(0, 1))
    bars = "".join(f'<i style="height:{count / counts.max():.1%}"><b>{count:,}</b></i>' for count in counts)
    said = "; ".join(f"{low:.0%} to {low + 1 / BINS:.0%}: {count:,}" for low, count in zip(edges, counts, strict=False))
    return (
        "<h2>Chances of survival</h2>"
        f'<div class="histogram" role="img" aria-label="Passengers by chance of survival. {said}">{bars}</div>'
        '<div class="ends" aria-hidden="true"><span>0%</span><span>50%</span><span>100%</span></div>'
    )


def _preview(scored: Scored) -> str:
    """The first rows with their predictions."""
    first = scored.predictions.head(PREVIEWED)
    if first.empty:
        return ""
    people = scored.people.head(PREVIEWED).to_dict("records")
    found = zip(first[LINE], people, first["probability"], first["prediction"], strict=True)
    rows = [(f"{line:,}", words.sentence(who), words.percent(p), said) for line, who, p, said in found]
    heading = "The predictions" if len(rows) == len(scored.predictions) else f"The first {len(rows)} predictions"
    return f"<h2>{heading}</h2>" + table(heading, ["Line", "Passenger", "Chance", "Prediction"], rows, "preview")


def _faults(scored: Scored) -> str:
    """The faulty cells by line, with the reason."""
    if not scored.faulty:
        return ""
    rows = [
        (f"{fault[LINE]:,}", fault["field"], _found(fault["value"]), fault["allowed"])
        for fault in scored.faults.head(MOST_FAULTS).to_dict("records")
    ]
    more = len(scored.faults) - len(rows)
    rest = f"<p class='lead'>and {more:,} more, in the file of faults</p>" if more else ""
    return f"<h2>Faulty rows</h2>{table('Faults by line', ['Line', 'Field', 'Found', 'Allowed'], rows, 'faults')}{rest}"


def _found(cell: str, longest: int = 60) -> str:
    """A cell as it is in the file, cut if it is long."""
    if not cell.strip():
        return "(empty)"
    return cell if len(cell) <= longest else cell[: longest - 1] + "…"
