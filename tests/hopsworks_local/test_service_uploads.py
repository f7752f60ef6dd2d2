"""Uploads of one name and size that cross: a file is one upload's, or none's."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hopsworks_common.client.exceptions import RestAPIError
from hopsworks_common.core.dataset_api import DatasetApi
from test_service_files import upload

from hopsworks_local.uploads import REFUSED_SECONDS

CHUNK = 50_000
CHUNKS = 6


@pytest.fixture
def files(project):
    return project.get_dataset_api()


@pytest.fixture
def content(name, tmp_path):
    """Makes files of one name and size, each with its own byte throughout."""

    def make(byte):
        file = tmp_path / str(byte) / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(bytes([byte]) * CHUNK * CHUNKS)
        return file

    return make


def send(files, file):
    """Upload a file and say whether that was acknowledged; an upload that is refused must say so."""
    try:
        files.upload(str(file), "Resources", overwrite=True, chunk_size=CHUNK)
    except RestAPIError as error:
        assert "while an earlier upload of it" in str(error)
        return False
    return True


def interrupt(files, file, monkeypatch, number=CHUNKS):
    """Upload a file up to a chunk at which the client fails."""
    request = DatasetApi._upload_request

    def fail(self, params, *arguments):
        if params["flowChunkNumber"] == number:
            raise KeyboardInterrupt
        request(self, params, *arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(DatasetApi, "_upload_request", fail)
        files.upload(str(file), "Resources", overwrite=True, chunk_size=CHUNK)


def stored(rest, name):
    answer = rest("GET", f"{rest.files}/download/with_auth/Resources/{name}")
    return answer.content if answer.ok else None


def test_the_rest_of_an_interrupted_upload_enters_no_other(files, rest, name, content, monkeypatch):
    interrupt(files, content(1), monkeypatch)
    assert not send(files, content(2))  # which the service cannot tell from the first, in one client
    assert stored(rest, name) is None
    time.sleep(REFUSED_SECONDS)
    assert send(files, content(3))
    assert stored(rest, name) == content(3).read_bytes()


def test_an_interrupted_upload_of_another_client_is_in_nobodys_way(files, rest, name, content, project, monkeypatch):
    interrupt(files, content(1), monkeypatch)
    rest("GET", f"/project/{project.id}/credentials")  # as each client does when it logs in
    for number in reversed(range(1, CHUNKS + 1)):
        assert upload(rest, "Resources", name, b"\2" * CHUNK, number, CHUNKS).ok
    assert stored(rest, name) == content(2).read_bytes()


@pytest.mark.parametrize("turn", range(5))
def test_of_two_uploads_at_once_none_is_mixed(files, rest, name, content, turn):
    with ThreadPoolExecutor(2) as threads:
        acknowledged = list(threads.map(lambda file: send(files, file), [content(1), content(2)]))
    assert stored(rest, name) in (None, content(1).read_bytes(), content(2).read_bytes())
    assert stored(rest, name) or not any(acknowledged)


def test_the_same_chunk_may_come_again(rest, name):
    for number in (1, 1, 2, 2):
        assert upload(rest, "Resources", name, b"%d" % number, number, 3).ok
    assert upload(rest, "Resources", name, b"3", 3, 3).ok
    assert stored(rest, name) == b"123"


def test_chunks_of_a_file_that_failed_are_not_the_beginning_of_another(rest, name):
    assert upload(rest, "Resources", name, b"1", 1, 2, size=9).ok
    for _ in range(2):  # the client tries again
        answer = upload(rest, "Resources", name, b"2", 2, 2, size=9)
        assert "should have 9 bytes, but 2 have come" in answer.json()["errorMsg"]
