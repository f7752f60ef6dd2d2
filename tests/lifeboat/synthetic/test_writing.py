"""Passengers in Parquet files, and runs that are killed."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from filelock import FileLock

from lifeboat.synthetic import SyntheticDataError, synthesize


def read(folder):
    return pd.read_parquet(sorted(folder.glob("*.parquet")))


@pytest.mark.parametrize(("n", "files"), [(0, 1), (1, 1), (10, 1), (11, 2), (35, 4)])
def test_the_files_together_are_the_sample(generator, tmp_path, n, files):
    synthesize(n, tmp_path, generator=generator, seed=4, rows_per_file=10)
    assert len(list(tmp_path.glob("*.parquet"))) == files
    pd.testing.assert_frame_equal(read(tmp_path), generator.sample(n, seed=4))


def test_progress_is_told_after_each_file(generator, tmp_path):
    done = []
    synthesize(25, tmp_path, generator=generator, rows_per_file=10, progress=done.append)
    assert done == [10, 10, 5]


def test_what_is_there_is_not_made_again(generator, tmp_path):
    synthesize(30, tmp_path, generator=generator, rows_per_file=10)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.parquet")}
    (tmp_path / "part-00001.parquet").unlink()
    (tmp_path / "part-00002.parquet").write_bytes(b"cut")
    synthesize(30, tmp_path, generator=generator, rows_per_file=10)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.parquet")}
    assert [after[path] == before[path] for path in sorted(before)] == [True, False, False]
    pd.testing.assert_frame_equal(read(tmp_path), generator.sample(30))


@pytest.mark.slow
def test_a_killed_run_is_continued_with_no_row_lost_or_doubled(generator, tmp_path):
    program = (
        "from lifeboat.synthetic import synthesize;"
        f"synthesize(3_000_000, {str(tmp_path / 'out')!r}, seed=2, rows_per_file=100_000)"
    )
    run = subprocess.Popen([sys.executable, "-c", program])
    parts = tmp_path / "out"
    while len(list(parts.glob("*.parquet"))) < 3:
        assert run.poll() is None, "the run ended before it could be killed"
        time.sleep(0.005)
    os.kill(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    survived = len(list(parts.glob("*.parquet")))
    synthesize(3_000_000, parts, generator=generator, seed=2, rows_per_file=100_000)
    assert 3 <= survived < 30
    pd.testing.assert_frame_equal(read(parts), generator.sample(3_000_000, seed=2))
    assert {path.suffix for path in parts.iterdir() if path.is_file()} <= {".parquet", ".json", "", ".lock"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 40}, "begun with n = 30, not 40"),
        ({"seed": 1}, "begun with seed = 0, not 1"),
        ({"survived": 1}, "begun with survived = None, not 1"),
        ({"rows_per_file": 15}, "begun with rows_per_file = 10, not 15"),
    ],
)
def test_another_order_for_the_same_folder_is_refused(generator, tmp_path, change, message):
    order = {"n": 30, "out": tmp_path, "generator": generator, "rows_per_file": 10}
    synthesize(**order)
    with pytest.raises(SyntheticDataError, match=message):
        synthesize(**order | change)


def test_another_generator_for_the_same_folder_is_refused(generator, tmp_path):
    synthesize(5, tmp_path, generator=generator)
    with pytest.raises(SyntheticDataError, match="begun with generator"):
        synthesize(5, tmp_path, generator=generator.with_marginal("sex", {"male": 1}))


def test_a_folder_with_other_files_is_refused(generator, tmp_path):
    generator.sample(3).to_parquet(tmp_path / "part-00000.parquet")
    with pytest.raises(SyntheticDataError, match=r"holds something else \(part-00000.parquet\)"):
        synthesize(5, tmp_path, generator=generator)


def test_a_damaged_order_is_refused(generator, tmp_path):
    synthesize(5, tmp_path, generator=generator)
    (tmp_path / "_order.json").write_text("{")
    with pytest.raises(SyntheticDataError, match="damaged"):
        synthesize(5, tmp_path, generator=generator)


def test_two_writers_at_once_are_refused(generator, tmp_path):
    with FileLock(tmp_path / ".lock"), pytest.raises(SyntheticDataError, match="another process"):
        synthesize(5, tmp_path, generator=generator)


def test_a_folder_that_cannot_be_made_is_named(generator, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SyntheticDataError, match="cannot be written"):
        synthesize(5, tmp_path / "file", generator=generator)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"n": -1}, "n is -1"),
        ({"n": 10**9, "rows_per_file": 1}, "raise rows_per_file"),
        ({"n": 5, "rows_per_file": 0}, "rows_per_file is 0"),
        ({"n": 5, "survived": 7}, "survived is 7"),
        ({"n": 5, "seed": "x"}, "seed is 'x'"),
    ],
)
def test_an_impossible_order_writes_nothing(generator, tmp_path, order, message):
    with pytest.raises(SyntheticDataError, match=message):
        synthesize(out=tmp_path / "out", generator=generator, **order)
    assert not (tmp_path / "out").exists()
