"""Hugging Face's side of the wire, on loopback: enough for the real client to create a Space and fill it."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class LoopbackHub:
    """A Hub of one's own: a context manager around a server in a thread.

    Attributes
    ----------
    endpoint : str
        Its address, for ``HF_ENDPOINT``.
    token : str
        The only token that it accepts.
    spaces : dict[str, dict[str, bytes]]
        What it holds: repository -> path -> content.
    unknown : list[str]
        Requests that it had no answer to.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.spaces: dict[str, dict[str, bytes]] = {}
        self.unknown: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.hub = self
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Answer a request: status and JSON."""
        match method, *path.strip("/").split("/"):
            case "POST", "api", "repos", "create":
                asked = json.loads(body)
                assert (asked["type"], asked["sdk"]) == ("space", "gradio")
                repository = "/".join(filter(None, [asked.get("organization"), asked["name"]]))
                status = 409 if repository in self.spaces else 200
                self.spaces.setdefault(repository, {})
                return status, {"url": f"{self.endpoint}/spaces/{repository}"}
            case "POST", "api", "validate-yaml":
                return 200, {"errors": [], "warnings": []}
            case "POST", "api", "spaces", _, _, "preupload", "main":
                answer = {"uploadMode": "regular", "shouldIgnore": False}
                return 200, {"files": [{"path": file["path"], **answer} for file in json.loads(body)["files"]]}
            case "POST", "api", "spaces", user, name, "commit", "main":
                for line in map(json.loads, body.splitlines()):
                    self._apply(self.spaces[f"{user}/{name}"], line["key"], line["value"])
                address = f"{self.endpoint}/spaces/{user}/{name}/commit/1"
                return 200, {"success": True, "commitOid": "1", "commitUrl": address}
            case "GET", "api", "spaces", user, name, "tree", "main":
                files = self.spaces[f"{user}/{name}"].items()
                return 200, [{"type": "file", "path": path, "size": len(data), "oid": "1"} for path, data in files]
        self.unknown.append(f"{method} {path}")
        return 404, {"error": "not part of the loopback hub"}

    @staticmethod
    def _apply(files: dict[str, bytes], key: str, value: dict) -> None:
        if key == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        elif key == "deletedFile":
            del files[value["path"]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        hub = self.server.hub
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, reply = 401, {"error": "Invalid credentials in Authorization header"}
        if self.headers.get("authorization") == f"Bearer {hub.token}":
            status, reply = hub.answer(self.command, self.path.split("?")[0], body)
        content = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_HEAD = _handle

    def log_message(self, *_: object) -> None:
        pass
