import time

import pandas as pd
import pytest

from lifeboat import passengers
from lifeboat.pages.predict import batch, uploaded
from lifeboat.pages.predict.summary import summary
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
        (b"\xff\xfe\x00", "not a text file"),
        (bytes(range(256)), "not a text file"),
        (b"PK\x03\x04rest", "a workbook of Excel or LibreOffice, not CSV: open it, save the table as 'CSV UTF-8'"),
        (b"\xd0\xcf\x11\xe0rest", "a workbook of Excel"),
        (HEADER.replace("sex", "Sex,gender").encode() + b"\n1,2", "Sex and gender may all be sex"),
        ((HEADER + '\n"1"x,2').encode(), "line 2 is not CSV"),
        ((HEADER + ",sex\n1,2").encode(), "different names"),
        ((HEADER + "\n" + "3,male,,0,0,,\n" * 100_001).encode(), "more than 100,000 rows"),
    ],
    ids=[
        "empty",
        "header only",
        "other columns",
        "cut",
        "not text",
        "workbook",
        "old workbook",
        "doubtful",
        "broken quotes",
        "doubled column",
        "too long",
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(champion, raw, said):
    with pytest.raises(uploaded.UnreadableList, match=said):
        batch.score(champion.pipeline, raw)


def test_a_million_columns_are_refused_at_once(champion):
    raw = (",".join(map(str, range(1_000_000))) + "\n").encode()
    begun = time.process_time()
    with pytest.raises(uploaded.UnreadableList, match="more than 1,000 columns"):
        batch.score(champion.pipeline, raw)
    assert time.process_time() - begun < 1


KAGGLE = """PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked
1,0,3,"Braund, Mr. Owen Harris",male,22,1,0,A/5 21171,7.25,,S
"""


def test_the_header_of_kaggle_is_understood_and_said(champion):
    found = batch.score(champion.pipeline, KAGGLE.encode())
    assert found.predictions["Name"].tolist() == ["Braund, Mr. Owen Harris"]
    assert found.remarks == [
        "Read Pclass as pclass, Sex as sex, Age as age, SibSp as sibsp, Parch as parch, Fare as fare and Embarked as "
        "embarked."
    ]
    assert "SibSp as sibsp" in summary(found)


OTHER = "Ticket class{0}Gender{0}Age{0}Siblings/Spouses Aboard{0}Parents/Children Aboard{0}Fare{0}Port\n"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_come_with_decimal_commas(champion, separator):
    raw = (OTHER + "Third{0}Male{0}28,5{0}0{0}0{0}7,25{0}Southampton\n").format(separator).encode()
    found = batch.score(champion.pipeline, raw)
    assert found.faults.empty
    assert found.people.to_dict("records") == [
        {"pclass": 3, "sex": "male", "age": 28.5, "sibsp": 0, "parch": 0, "fare": 7.25, "embarked": "S"}
    ]
    assert "decimal comma" in found.remarks[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings_are_found_out(champion, encoding):
    raw = (HEADER + ",name\n3,female,,0,0,,,Zoë\n").encode(encoding)
    found = batch.score(champion.pipeline, raw)
    assert found.predictions["name"].tolist() == ["Zoë"]
    assert bool(found.remarks) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(champion, end):
    raw = end.join([HEADER, *["3,male,22,1,0,7.25,S"] * 300]).encode()
    assert len(batch.score(champion.pipeline, raw).predictions) == 300


def test_faults_show_what_the_file_says_and_an_empty_cell_is_one_where_a_value_is_needed(champion):
    found = score(champion, "4,female,30,,0,80,C", "1,female,30,0,0.5,80,C")
    assert found.faults[["field", "value"]].to_numpy().tolist() == [["pclass", "4"], ["sibsp", ""], ["parch", "0.5"]]
    assert "(empty)" in summary(found)


def test_the_summary_shows_the_chances_and_the_first_predictions(champion):
    shown = summary(score(champion, *["3,male,22,1,0,7.25,S"] * 12))
    assert "10% to 20%: 12" in shown or "0% to 10%: 12" in shown
    assert "The first 10 predictions" in shown
    assert shown.count("a man of 22 years") == 10


def test_progress_rises_to_the_end(champion):
    steps = []
    batch.score(champion.pipeline, (HEADER + "\n" + "3,male,,0,0,,\n" * 25_000).encode(), lambda *s: steps.append(s))
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert [what for _, what in steps] == ["Reading", "Checking", "Scoring", "Scoring", "Scoring"]


def test_a_hundred_thousand_rows_take_seconds(champion):
    raw = pd.concat([passengers.load()] * 77).head(uploaded.MOST_ROWS).to_csv(index=False).encode()
    begun = time.process_time()
    assert len(batch.score(champion.pipeline, raw).predictions) == uploaded.MOST_ROWS
    assert time.process_time() - begun < 15
