"""How much memory a service takes for a table that is larger than that."""

import json
from pathlib import Path

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.flight as fl
import pytest
from service_helpers import Rest
from test_service_security import credentials, flight_client

import hopsworks_local

ROWS, PARTS, WIDTH = 5_000_000, 10, 200


def write(location):
    """Rows of 200 bytes each, the last ones first."""
    for part in reversed(range(PARTS)):
        ids = pa.array(range(part * ROWS // PARTS, (part + 1) * ROWS // PARTS))
        texts = pc.binary_join_element_wise(pc.cast(ids, pa.string()), "x" * WIDTH, "")
        deltalake.write_deltalake(location, pa.table({"id": ids, "text": texts}), mode="append")


def peak(service):
    [process] = Path(service.environment["HOPSWORKS_CERT_FOLDER"]).parents[2].glob("logs/*.log")
    status = Path(f"/proc/{process.stem.rpartition('-')[2]}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
def test_a_read_takes_less_than_a_gigabyte(tmp_path):
    with hopsworks_local.start(tmp_path) as service:
        rest = Rest(service.environment)
        project = rest("GET", "/project").json()[0]["project"]["id"]
        features = [{"name": "id", "type": "bigint", "primary": True}, {"name": "text", "type": "string"}]
        body = {"name": "g", "version": 1, "type": "cachedFeaturegroupDTO", "features": features}
        group = rest("POST", f"/project/{project}/featurestores/{project}/featuregroups", json=body).json()
        write(group["location"])
        query = {"leftFeatureGroup": {"id": group["id"]}, "leftFeatures": features}
        reader = flight_client(rest, **credentials(rest)).do_get(fl.Ticket(json.dumps({"query": query}).encode()))
        seen = 0
        for batch in reader:
            assert batch.data["id"][0].as_py() == seen
            seen += len(batch.data)
        assert seen == ROWS
        assert peak(service) < 2**30
    assert list((tmp_path / "services").iterdir()) == []
