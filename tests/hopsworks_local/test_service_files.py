"""The project's file system: through the client, and by requests that try to leave it."""

import http.client
import io
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest
from hopsworks_common.client.exceptions import DatasetException, RestAPIError
from service_helpers import API, store_folder


@pytest.fixture
def files(project):
    return project.get_dataset_api()


def test_files_go_up_and_come_down(files, name, tmp_path):
    source = tmp_path / "über file.bin"
    source.write_bytes(bytes(range(256)) * 9000)
    files.mkdir(f"Resources/{name}")
    uploaded = files.upload(str(source), f"Resources/{name}", chunk_size=2**20)
    assert files.exists(uploaded)
    assert files.list(f"Resources/{name}") == [f"/Resources/{name}/{source.name}"]
    with pytest.raises(DatasetException, match="already exists"):
        files.upload(str(source), f"Resources/{name}")
    source.write_bytes(b"new")
    files.upload(str(source), f"Resources/{name}", overwrite=True)
    assert (tmp_path / "down").parent.joinpath(files.download(uploaded, str(tmp_path / "down"))).read_bytes() == b"new"


def test_folders_copies_and_moves(files, name, tmp_path):
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "a.txt").write_text("a")
    files.mkdir(f"Resources/{name}")
    files.upload(str(tmp_path / "folder"), f"Resources/{name}")
    files.copy(f"Resources/{name}/folder", f"Resources/{name}/copied")
    files.move(f"Resources/{name}/folder", f"Resources/{name}/moved")
    assert sorted(files.list(f"Resources/{name}")) == [f"/Resources/{name}/copied", f"/Resources/{name}/moved"]
    assert files.exists(f"Resources/{name}/moved/inner/a.txt")
    files.remove(f"Resources/{name}")
    assert not files.exists(f"Resources/{name}")


def test_listings_come_in_pages(files, name, tmp_path):
    (tmp_path / "a").touch()
    files.mkdir(f"Resources/{name}")
    for number in range(5):
        files.copy(files.upload(str(tmp_path / "a"), "Resources", overwrite=True), f"Resources/{name}/{number}")
    assert len(files.list(f"Resources/{name}", offset=3, limit=10)) == 2
    assert {"Models", "Resources", "Logs"} <= {path.strip("/") for path in files.list("/")}


def test_datasets_of_the_project_stay(files):
    with pytest.raises(RestAPIError, match="is a dataset of the project"):
        files.remove("Models")


REFUSED = [
    "../../metadata.sqlite",
    "Resources/../../../metadata.sqlite",
    "..%2F..%2F..%2Fmetadata.sqlite",
    "Resources%2F..%2F..%2F..%2F..%2Fmetadata.sqlite",
    "%2FProjects%2Fother%2FResources",
    "%2FProjects%2F..%2F..%2Fmetadata.sqlite",
    "..%5C..%5Cmetadata.sqlite",
    "Resources/%2e%2e/%2e%2e/%2e%2e/metadata.sqlite",
    "Resources%2F%00",
    "Resources%2F" + "x" * 300,
    "hopsfs:%2F%2Fhost:8020%2FProjects%2Flocal%2F..%2F..%2F..%2Fmetadata.sqlite",
]
TAKEN_AS_INSIDE = ["%2Fetc%2Fpasswd", "/etc/passwd", "%252e%252e%2Fmetadata.sqlite"]
REQUESTS = [
    ("GET", "", ""),
    ("GET", "", "?action=listing"),
    ("GET", "/download/with_auth", ""),
    ("POST", "", "?action=create"),
    ("POST", "", "?action=move&destination_path=Resources/stolen"),
    ("POST", "", "?action=copy&destination_path=Resources/stolen"),
    ("DELETE", "", ""),
]


@pytest.mark.parametrize("path", REFUSED)
@pytest.mark.parametrize(("method", "where", "query"), REQUESTS)
def test_paths_out_of_the_project_are_refused(raw, rest, method, where, query, path):
    status, content = raw(method, f"{rest.files}{where}/{path}{query}")
    assert status in (400, 403)
    assert b"SQLite" not in content


@pytest.mark.parametrize("path", TAKEN_AS_INSIDE)
def test_absolute_paths_are_paths_of_the_project(raw, rest, service, path):
    for method, where, query in REQUESTS:
        status, content = raw(method, f"{rest.files}{where}/{path}{query}")
        assert status in (200, 204, 400, 404, 409)
        assert b"root:" not in content
    assert [folder.name for folder in (store_folder(service) / "files/Projects").iterdir()] == ["local"]


@pytest.fixture
def raw(rest):
    """Requests whose paths nobody tidies up on the way."""
    connection = http.client.HTTPSConnection(
        rest.base.removeprefix("https://"), context=ssl._create_unverified_context()
    )

    def send(method, path):
        connection.putrequest(method, API + path, skip_accept_encoding=True)
        for name, value in rest.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()

    yield send
    connection.close()


@pytest.mark.parametrize("target", ["../../../stolen", "Resources/..%2f..%2fstolen", "/Projects/other/stolen"])
def test_nothing_is_moved_or_copied_out(rest, target):
    rest("POST", f"{rest.files}/Resources/inside?action=create")
    for action in ("move", "copy"):
        answer = rest("POST", f"{rest.files}/Resources/inside?action={action}&destination_path={target}")
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize("file", ["../../escaped", "/escaped", "a/b", "..", "a\\b", "x" * 300, ""])
def test_no_upload_leaves_its_folder(rest, service, file):
    answer = upload(rest, "Resources", file, b"x")
    assert answer.status_code in (400, 403)
    assert not list(store_folder(service).rglob("escaped"))


def test_links_are_not_followed_out(rest, service, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("secret")
    link = store_folder(service) / "files/Projects/local/Resources/link"
    link.symlink_to(secret)
    try:
        for path in ("link", "link/key"):
            assert rest("GET", f"{rest.files}/download/with_auth/Resources/{path}").status_code == 403
        assert upload(rest, "Resources/link", "planted", b"x").status_code == 403
    finally:
        link.unlink()


def upload(rest, folder, file, content, number=1, total=1, size=None):
    size = len(content) * total if size is None else size
    fields = {
        "flowFilename": file,
        "flowChunkNumber": number,
        "flowTotalChunks": total,
        "flowTotalSize": size,
        "flowIdentifier": f"{size}_{file}",
    }
    parts = {"file": ("chunk", io.BytesIO(content))}
    return rest("POST", f"{rest.files}/upload/{folder}", data=fields, files=parts)


def test_a_file_appears_when_all_chunks_are_there_in_any_order(rest, name, files):
    for number in (3, 1):
        assert upload(rest, "Resources", name, b"%d" % number * 4, number, 3).status_code == 204
        assert not files.exists(f"Resources/{name}")
    assert upload(rest, "Resources", name, b"2222", 2, 3).status_code == 204
    assert rest("GET", f"{rest.files}/download/with_auth/Resources/{name}").content == b"111122223333"


def test_a_file_of_another_size_than_announced_does_not_appear(rest, name, files):
    answer = upload(rest, "Resources", name, b"short", size=9)
    assert answer.status_code == 400
    assert "should have 9 bytes, but 5 have come" in answer.json()["errorMsg"]
    assert not files.exists(f"Resources/{name}")


def test_chunks_may_come_at_once(rest, name):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: upload(rest, "Resources", name, b"%02d" % number, number, 20), range(1, 21)))
    content = rest("GET", f"{rest.files}/download/with_auth/Resources/{name}").content
    assert content == b"".join(b"%02d" % number for number in range(1, 21))


@pytest.mark.parametrize(("number", "total"), [(0, 2), (3, 2), (1, 10**7), ("x", 1)])
def test_impossible_chunks_are_refused(rest, name, number, total):
    assert upload(rest, "Resources", name, b"x", number, total).status_code == 400


def test_a_file_larger_than_the_disk_is_refused(rest, name):
    fields = {"flowFilename": name, "flowChunkNumber": 1, "flowTotalChunks": 1, "flowTotalSize": 10**18}
    answer = rest("POST", f"{rest.files}/upload/Resources", data=fields, files={"file": b"x"})
    assert (answer.status_code, answer.json()["errorCode"]) == (413, 110055)


def test_an_oversized_request_is_refused_unread(rest):
    headers = {**rest.headers, "Content-Length": str(2**40), "Content-Type": "multipart/form-data; boundary=x"}
    answer = rest("POST", f"{rest.files}/upload/Resources", data=b"", headers=headers)
    assert answer.status_code == 413


def test_an_upload_makes_its_folder(project, name, tmp_path):
    (tmp_path / name).write_text("content")
    api = project.get_dataset_api()
    path = api.upload(str(tmp_path / name), f"Resources/{name}/deep")
    assert path == f"Resources/{name}/deep/{name}"
    assert api.exists(path)


def test_uploads_need_a_folder_and_the_file_part(rest, name):
    assert upload(rest, "Resources", name, b"x").status_code == 204
    assert upload(rest, f"Resources/{name}", name, b"x").status_code == 400
    assert rest("POST", f"{rest.files}/upload/Resources", data={"flowFilename": name}).status_code == 400
