"""What benchmarks/README.md lists is all there is, and its pictures show the tables as they are."""

import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks import EVERYTHING, pictures
from PIL import Image

FOLDER = Path(__file__).parents[1] / "benchmarks"
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
APART = {"faults", "store_faults", "store_feast", "pictures", "privacy_attacks"}
"""Modules that are no step of `make bench`: kills, the pictures that it draws at the end, and parts of others."""


def test_every_benchmark_is_run_by_make_bench():
    modules = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")}
    assert modules - APART == set(EVERYTHING)


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_benchmark_is_listed_with_its_command(name):
    assert f"`python -m benchmarks.{name}`" in INDEX


def test_every_document_is_linked():
    assert {path.name for path in FOLDER.glob("*.md")} - {"README.md"} <= set(re.findall(r"\]\((\w+\.md)\)", INDEX))


@pytest.mark.parametrize("picture", pictures.PICTURES, ids=lambda picture: picture.name)
def test_a_picture_shows_the_table_as_it_is(picture, tmp_path):
    """Pixel by pixel, within what fonts of another version may change."""
    assert f"(images/{picture.name}.png)" in INDEX
    drawn = Image.open(pictures.draw(picture, tmp_path)).convert("L")
    kept = Image.open(FOLDER / "images" / f"{picture.name}.png").convert("L")
    assert drawn.size == kept.size
    assert np.abs(np.asarray(drawn, float) - np.asarray(kept, float)).mean() < 1
