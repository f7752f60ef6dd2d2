import time

import pandas as pd
import pytest

from lifeboat import passengers
from lifeboat.pages.predict import batch
from lifeboat.passengers import FEATURES

HEADER = ",".join(FEATURES)


def score(champion, *lines, header=HEADER):
    return batch.score(champion.pipeline, "\n".join([header, *lines]).encode())


def test_good_rows_are_scored_and_faulty_ones_listed_by_line(champion):
    found = score(champion, "1,female,30,0,0,80,C", "4,female,-3,0,0,80,C", "3,male,unknown,0,0,,", "1,male,30")
    assert found.predictions["line"].tolist() == [2, 4]
    assert found.predictions["prediction"].tolist() == ["survived", "died"]
    assert found.faults[["line", "field"]].to_numpy().tolist() == [[3, "pclass"], [3, "age"], [5, "row"]]
    assert found.faulty == 2


def test_scores_are_those_of_the_model(champion):
    data = passengers.load()
    found = batch.score(champion.pipeline, data.to_csv(index=False).encode())
    assert found.faults.empty
    expected = champion.pipeline.predict_proba(data[FEATURES])[:, 1]
    assert found.predictions["probability"].to_numpy() == pytest.approx(expected)
    assert found.predictions["name"].tolist() == data["name"].tolist()


@pytest.mark.parametrize("cell", ["", " ", "unknown", "NaN", "NA", "none"])
def test_unknown_has_many_spellings(champion, cell):
    assert score(champion, f"3,male,{cell},0,0,{cell},{cell}").faults.empty


def test_lines_are_counted_through_quoted_breaks_and_blank_lines(champion):
    lines = ('1,female,30,0,0,80,C,"a\nb"', "", "9,female,30,0,0,80,C,c")
    found = score(champion, *lines, header=HEADER + ",note")
    assert found.predictions["line"].tolist() == [2]
    assert found.faults["line"].tolist() == [5]


def test_columns_come_in_any_order_with_a_byte_order_mark(champion):
    raw = ("\ufeffsex," + HEADER.replace(",sex", "") + "\nmale,3,22,1,0,7.25,S\n").encode()
    assert batch.score(champion.pipeline, raw).predictions["prediction"].tolist() == ["died"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no row below its header"),
        (HEADER.encode(), "no row below its header"),
        (b"a,b\n1,2", "missing column: pclass, sex"),
        (b"\xff\xfe\x00", "byte 1 is not UTF-8"),
        ((HEADER + '\n"1"x,2').encode(), "line 2 is not CSV"),
        ((HEADER + ",sex\n1,2").encode(), "different names"),
        ((HEADER + "\n" + "3,male,,0,0,,\n" * 100_001).encode(), "more than 100,000 rows"),
    ],
    ids=["empty", "header only", "other columns", "not text", "broken quotes", "doubled column", "too long"],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(champion, raw, said):
    with pytest.raises(batch.UnreadableList, match=said):
        batch.score(champion.pipeline, raw)


def test_a_hundred_thousand_rows_take_seconds(champion):
    raw = pd.concat([passengers.load()] * 77).head(batch.MOST_ROWS).to_csv(index=False).encode()
    begun = time.process_time()
    assert len(batch.score(champion.pipeline, raw).predictions) == batch.MOST_ROWS
    assert time.process_time() - begun < 15
