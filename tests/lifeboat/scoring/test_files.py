"""Folders of Parquet files: every row once, in order, whatever happens meanwhile."""

import errno
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from scoring_helpers import fitted, scorer, synthetic

from lifeboat import synthetic as generation
from lifeboat.bulk import FilesFailed, threads
from lifeboat.errors import LifeboatError
from lifeboat.passengers import FEATURES
from lifeboat.scoring import count_rows, files, score_folder

ROWS = [300, 200, 100]


@pytest.fixture
def folder(tmp_path):
    """Three files of passengers."""
    source, everyone = tmp_path / "in", synthetic(sum(ROWS))
    source.mkdir()
    for number, rows in enumerate(ROWS):
        part = everyone.iloc[sum(ROWS[:number]) :].head(rows)
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), source / f"part-{number}.parquet")
    return source


def score(folder, **options):
    return score_folder(scorer(), folder, folder.parent / "out", model="version 1", **options)


def scores(folder):
    return pd.concat(pd.read_parquet(path) for path in sorted((folder.parent / "out").glob("*.parquet")))


def spoil(folder, number, **values):
    """Give the 50th row of a file other values."""
    path = folder / f"part-{number}.parquet"
    frame = pd.read_parquet(path).astype(dict.fromkeys(values, object))
    frame.loc[50, list(values)] = list(values.values())
    frame.astype(dict.fromkeys(values, "float64")).to_parquet(path, index=False)


def test_every_row_is_scored_once_and_in_order(folder):
    seen = []
    assert score(folder, progress=seen.append) == (600, 0)
    assert sum(seen) == count_rows(folder) == 600
    expected = fitted().predict_proba(synthetic(600))[:, 1]
    assert np.abs(scores(folder)["probability"].to_numpy() - expected).max() < 1e-9
    assert scores(folder)["prediction"].tolist() == (expected >= 0.5).astype(int).tolist()
    assert sorted(path.name for path in (folder.parent / "out").iterdir()) == [
        ".lock", "_order.json", "part-0.parquet", "part-1.parquet", "part-2.parquet",
    ]  # fmt: skip


def test_what_the_generator_writes_can_be_scored(tmp_path):
    generation.synthesize(2_500, tmp_path / "in", rows_per_file=1000, seed=3)
    assert score(tmp_path / "in") == (2500, 0)
    expected = fitted().predict_proba(synthetic(2500, seed=3))[:, 1]
    assert np.abs(scores(tmp_path / "in")["probability"].to_numpy() - expected).max() < 1e-9


def test_a_file_without_rows_has_scores_without_rows(folder):
    pq.write_table(pq.read_table(folder / "part-1.parquet").slice(0, 0), folder / "part-1.parquet")
    assert score(folder) == (400, 0)
    assert pq.read_table(folder.parent / "out" / "part-1.parquet").num_rows == 0


def test_finished_files_are_not_scored_again(folder):
    score(folder)
    out = folder.parent / "out"
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    (out / "part-1.parquet").unlink()
    assert score(folder) == (600, 0)
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert [name for name in after if after[name] != before[name]] == ["part-1.parquet"]


def test_a_corrupted_file_is_named_the_others_are_finished_and_a_mended_one_is_scored(folder):
    whole = (folder / "part-1.parquet").read_bytes()
    (folder / "part-1.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FilesFailed, match=r"(?s)1 of 3 files failed, 2 are finished:\npart-1.parquet: .*again"):
        score(folder)
    (folder / "part-1.parquet").write_bytes(whole)
    assert score(folder) == (600, 0)
    assert len(scores(folder)) == 600


def test_a_file_that_cannot_be_opened_holds_up_no_other(folder):
    (folder / "part-.parquet").symlink_to(folder / "nowhere")
    with pytest.raises(FilesFailed, match=r"(?s)1 of 4 files failed, 3 are finished:\npart-\.parquet: "):
        score(folder, engine=threads(1))
    assert len(scores(folder)) == 600


def test_an_invalid_row_is_named_and_once_it_is_mended_the_run_goes_on(folder):
    good = (folder / "part-0.parquet").read_bytes()
    spoil(folder, 0, age=900.0)
    with pytest.raises(FilesFailed, match=r"part-0\.parquet: row 50: age is 900\.0; allowed: a number from 0 to 120"):
        score(folder)
    assert not (folder.parent / "out" / "part-0.parquet").exists()
    (folder / "part-0.parquet").write_bytes(good)
    assert score(folder) == (600, 0)


def test_rows_of_a_later_batch_are_counted_from_the_beginning_of_the_file(folder, monkeypatch):
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 20)
    spoil(folder, 0, fare=-3.0)
    with pytest.raises(FilesFailed, match=r"row 50: fare is -3\.0"):
        score(folder)


def test_invalid_rows_can_be_left_out_and_are_listed(folder, monkeypatch):
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 100)
    spoil(folder, 0, age=900.0, fare=-1.0)
    assert score(folder, on_invalid="skip") == (599, 1)
    listed = pd.read_csv(folder.parent / "out" / "part-0.skipped.csv")
    assert listed["row"].dtype == "int64"
    assert listed[["row", "field", "value"]].values.tolist() == [[50, "age", 900.0], [50, "fare", -1.0]]
    expected = fitted().predict_proba(synthetic(600).drop(index=50))[:, 1]
    assert np.abs(scores(folder)["probability"].to_numpy() - expected).max() < 1e-9
    assert score(folder, on_invalid="skip") == (599, 1), "the count is kept with the scores"


def test_a_file_without_a_feature_is_named(folder):
    pd.read_parquet(folder / "part-2.parquet").drop(columns="age").to_parquet(folder / "part-2.parquet")
    with pytest.raises(FilesFailed, match=r"part-2\.parquet: missing column: age; found: pclass"):
        score(folder)


def test_a_file_that_was_replaced_is_scored_again(folder):
    score(folder)
    (folder / "part-0.parquet").write_bytes((folder / "part-2.parquet").read_bytes())
    assert score(folder) == (400, 0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "version 2"}, "model = 'version 1', not 'version 2'"),
        ({"on_invalid": "skip"}, "on_invalid = 'fail', not 'skip'"),
    ],
)
def test_a_folder_is_never_continued_with_another_order(folder, options, said):
    score(folder)
    with pytest.raises(LifeboatError, match=f"was begun with {said}"):
        score_folder(scorer(), folder, folder.parent / "out", **{"model": "version 1"} | options)


def test_a_folder_that_holds_something_else_is_left_alone(folder):
    (folder.parent / "out").mkdir()
    (folder.parent / "out" / "thesis.docx").write_text("years of work")
    with pytest.raises(LifeboatError, match=r"holds something else \(thesis.docx\): name a new folder"):
        score(folder)


@pytest.mark.parametrize(
    ("source", "problem"), [("nowhere", "is no folder"), (".", "holds no file that ends with .parquet")]
)
def test_a_source_that_is_none_is_named(tmp_path, source, problem):
    with pytest.raises(LifeboatError, match=problem):
        score_folder(scorer(), tmp_path / source, tmp_path / "out", model="x")


def test_scores_never_go_where_the_rows_are(folder):
    with pytest.raises(LifeboatError, match="which holds the rows"):
        score_folder(scorer(), folder, folder, model="x")


def test_two_processes_do_not_write_to_one_folder(folder):
    (folder.parent / "out").mkdir()
    with FileLock(folder.parent / "out" / ".lock"), pytest.raises(LifeboatError, match="another process is writing"):
        score(folder)


def test_a_full_disk_stops_the_run_and_leaves_no_half_file(folder, monkeypatch):
    class Full(pq.ParquetWriter):
        def write_batch(self, batch):
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.pq, "ParquetWriter", Full)
        with pytest.raises(FilesFailed, match="No space left on device"):
            score(folder, engine=threads(1))
    assert not [*(folder.parent / "out").glob("*.partial")]
    assert score(folder) == (600, 0)


KILLED = """
import sys
from lifeboat import passengers, survival
from lifeboat.bulk import threads
from lifeboat.scoring import Scorer, score_folder
everyone = passengers.load()
pipeline = survival.build_estimator().fit(everyone[passengers.FEATURES], everyone["survived"])
scorer = Scorer.compiled(pipeline)
print("ready", flush=True)
score_folder(scorer, sys.argv[1], sys.argv[2], model="version 1", engine=threads(1))
"""


def test_after_a_kill_only_what_is_missing_is_scored_and_no_row_is_lost_or_doubled(tmp_path):
    generation.synthesize(2_000_000, tmp_path / "in", rows_per_file=100_000)
    out = tmp_path / "out"
    run = subprocess.Popen([sys.executable, "-c", KILLED, tmp_path / "in", out], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    while len(before := {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}) < 3:
        time.sleep(0.005)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    before |= {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert 3 <= len(before) < 20
    assert score_folder(scorer(), tmp_path / "in", out, model="version 1") == (2_000_000, 0)
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert len(after) == 20 and before.items() <= after.items()
    assert sum(pq.read_metadata(path).num_rows for path in out.glob("*.parquet")) == 2_000_000
    last = pd.read_parquet(out / "part-00019.parquet")["probability"]
    rows = pd.read_parquet(tmp_path / "in" / "part-00019.parquet")[FEATURES]
    assert np.abs(last - fitted().predict_proba(rows)[:, 1]).max() < 1e-9
