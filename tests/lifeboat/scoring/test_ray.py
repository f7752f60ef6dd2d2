"""Scores and passengers on a Ray cluster of two nodes."""

import os
import signal
import threading
import time

import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest
import ray
from ray.cluster_utils import Cluster
from scoring_helpers import fitted, scorer

from lifeboat.bulk import FilesFailed, on_ray
from lifeboat.scoring import Scorer, score_folder
from lifeboat.synthetic import synthesize

pytestmark = pytest.mark.slow
ROWS, PER_FILE = 40_000, 2_000


@pytest.fixture(scope="module")
def cluster():
    """Two nodes with a processor each, on this machine."""
    small = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    running = Cluster(initialize_head=True, head_node_args={"include_dashboard": False, **small})
    running.add_node(**small)
    yield running.address
    running.shutdown()


@pytest.fixture(scope="module")
def passengers(tmp_path_factory):
    return synthesize(ROWS, tmp_path_factory.mktemp("rows") / "in", rows_per_file=PER_FILE)


def read(folder):
    return pd.concat({path.name: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))})


def test_two_nodes_say_what_one_process_says(cluster, passengers, tmp_path):
    alone = score_folder(scorer(), passengers, tmp_path / "alone", model="version 1")
    told = []
    with on_ray(cluster) as engine:
        assert len([node for node in ray.nodes() if node["Alive"]]) == 2
        together = score_folder(
            scorer(), passengers, tmp_path / "together", model="version 1", engine=engine, progress=told.append
        )
    assert alone == together == (ROWS, 0)
    assert sum(told) == ROWS
    pd.testing.assert_frame_equal(read(tmp_path / "alone"), read(tmp_path / "together"))


def test_two_nodes_make_the_passengers_that_one_process_makes(cluster, passengers, tmp_path):
    with on_ray(cluster) as engine:
        synthesize(ROWS, tmp_path / "in", rows_per_file=PER_FILE, engine=engine)
    pd.testing.assert_frame_equal(read(passengers), read(tmp_path / "in"))


def test_a_worker_that_is_killed_costs_no_row(cluster, passengers, tmp_path):
    slow, killed = Scorer(fitted()), []

    def kill_one():
        while not list((tmp_path / "out").glob("*.parquet")):
            time.sleep(0.01)
        (worker,) = [each for each in psutil.process_iter(["name"]) if "map(one)" in each.info["name"].lower()][:1]
        os.kill(worker.pid, signal.SIGKILL)
        killed.append(len(list((tmp_path / "out").glob("*.parquet"))))

    killer = threading.Thread(target=kill_one)
    with on_ray(cluster) as engine:
        killer.start()
        assert score_folder(slow, passengers, tmp_path / "out", model="version 1", engine=engine) == (ROWS, 0)
    killer.join()
    assert killed[0] < ROWS // PER_FILE, "it was killed in mid-run"
    score_folder(slow, passengers, tmp_path / "alone", model="version 1")
    pd.testing.assert_frame_equal(read(tmp_path / "alone"), read(tmp_path / "out"))
    assert not list((tmp_path / "out").glob("*.partial"))


def test_a_corrupted_file_is_named_all_others_are_scored_and_the_mended_one_is_scored_alone(cluster, tmp_path):
    source, out = synthesize(10_000, tmp_path / "in", rows_per_file=PER_FILE), tmp_path / "out"
    whole = (source / "part-00002.parquet").read_bytes()
    (source / "part-00002.parquet").write_bytes(whole[:100])
    with on_ray(cluster) as engine:
        with pytest.raises(FilesFailed, match=r"1 of 5 files failed, 4 are finished:\npart-00002\.parquet: Parquet"):
            score_folder(scorer(), source, out, model="version 1", engine=engine)
        finished = {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
        (source / "part-00002.parquet").write_bytes(whole)
        assert score_folder(scorer(), source, out, model="version 1", engine=engine) == (10_000, 0)
    assert len(finished) == 4
    assert finished == {path: path.stat().st_mtime_ns for path in finished}
    assert pq.read_metadata(out / "part-00002.parquet").num_rows == PER_FILE
