"""docs/scaling.md: what it extrapolates follows from what it says was measured."""

import re
from pathlib import Path

import pytest

from lifeboat.arrivals import IDS_PER_DAY
from lifeboat.scoring.files import ROWS_AT_ONCE

TEXT = (Path(__file__).parents[1] / "docs" / "scaling.md").read_text(encoding="utf-8")
UNITS = {"s": 1, "min": 60, "h": 3600, "MB": 1e6, "GB": 1e9, "TB": 1e12}


def table(name):
    block = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", TEXT, re.DOTALL)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()[2:]]


def quantity(cell):
    number, _, unit = cell.replace(",", "").partition(" ")
    return float(number) * UNITS.get(unit, 1)


MEASURED = {what: float(figure) for what, figure, _ in table("measured")}
NS = MEASURED["score a row with the default model, reading and writing included"]
READ, WRITTEN = MEASURED["a row of the seven features in Parquet"], MEASURED["its scores in Parquet"]


@pytest.mark.parametrize("row", table("extrapolated"), ids=lambda row: row[0])
def test_the_extrapolated_figures_are_the_measured_ones_multiplied(row):
    rows, work, two, hundred, read, written, dollars = map(quantity, row)
    price = float(re.search(r"([\d.]+) dollars\s+a core-second", TEXT)[1])
    assert work == pytest.approx(rows * NS * 1e-9, rel=0.01)
    assert (two, hundred) == pytest.approx((work / 2, work / 100), rel=0.02)
    assert (read, written) == pytest.approx((rows * READ, rows * WRITTEN), rel=0.01)
    assert dollars == pytest.approx(work * price, rel=0.05)


def test_what_a_core_reads_and_writes_follows_from_the_rates():
    read, written = map(float, re.search(r"a core reads (\d+) MB/s and writes (\d+) MB/s", TEXT).groups())
    assert (read, written) == pytest.approx((1e3 * READ / NS, 1e3 * WRITTEN / NS), rel=0.05)


def test_the_limits_that_it_names_are_those_of_the_code():
    assert f"a day has {IDS_PER_DAY - 1:,} ids" in TEXT
    assert f"in pieces of {ROWS_AT_ONCE:,} rows" in TEXT
