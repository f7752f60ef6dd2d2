"""Guesses: the prose after the answer names one of the letters offered, and a claims test computes that it is right."""

import re

import pytest

from test_claims import BOOKS, FORTNIGHT, HISTORY, OUTPUTS
from test_claims_01_04_07 import EXPLORED, MADE, OPERATED, TESTED
from test_claims_08 import CLAIMS

TABLES = {"01": EXPLORED, "04": MADE + TESTED, "05": FORTNIGHT, "07": OPERATED, "08": CLAIMS}
ALONE = [("00", "a) two months"), ("04", "b) about 46%")]
"""Claims with a test of their own."""

CLAIMED = {
    (number, phrase.casefold().rstrip("."))
    for number, phrase in [
        *ALONE,
        *(row[:2] for row in OUTPUTS + HISTORY),
        *((number, row[0]) for number, rows in TABLES.items() for row in rows),
    ]
}


def asked():
    """The guesses with letters of all lessons: number, question, and the prose after the cells that answer."""
    for number, book in BOOKS.items():
        for place, cell in enumerate(book.cells):
            if cell.source.startswith("> **Guess first.**") and "a) " in cell.source:
                after = (later.source for later in book.cells[place + 1 :] if later.cell_type == "markdown")
                yield number, " ".join(cell.source.replace("\n> ", " ").split()), next(after)


GUESSES = list(asked())


@pytest.mark.parametrize(("number", "question", "answer"), GUESSES, ids=[f"{g[0]} {g[1][19:60]}" for g in GUESSES])
def test_a_guess_is_answered_by_the_letter_that_the_data_show(number, question, answer):
    options = dict(re.findall(r"\b([a-d])\) (.+?)(?= [a-d]\) |$)", question))
    letter = re.match(r"(?:It was )?([a-d])\) ", answer)
    assert letter and letter[1] in options, answer
    assert (number, f"{letter[1]}) {options[letter[1]]}".casefold()) in CLAIMED


def test_every_lesson_has_guesses():
    assert {number for number, *_ in GUESSES} == set(BOOKS)
