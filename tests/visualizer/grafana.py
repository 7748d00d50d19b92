"""A stand-in for Grafana's HTTP API, written from its documentation: folders, data sources, dashboards, health.

Law: it answers what is documented and nothing more; what it was sent lies in its fields for the tests to look at.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Said = tuple[int, Any]


class Grafana:
    """What a Grafana keeps, and how it answers."""

    def __init__(self) -> None:
        self.roles = {"admin-token": "Admin", "editor-token": "Editor", "viewer-token": "Viewer"}
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.provisioned: set[str] = set()
        self.health: Said = (200, {"status": "OK", "message": "Database Connection OK"})
        self.faults: list[Said] = []
        """Answers to give to the next requests, instead."""
        self.log: list[str] = []
        self.url = ""

    def answer(self, method: str, path: str, token: str, body: Any) -> Said:
        """Give status and body."""
        self.log.append(f"{method} {path}")
        if self.faults:
            return self.faults.pop(0)
        role = self.roles.get(token)
        if role is None:
            return 401, {"message": "Invalid API key"}
        kind, _, name = path.removeprefix("/api/").partition("/")
        if kind == "folders":
            return self._folder(method, role, name, body)
        if kind == "datasources":
            return self._source(method, role, name.removeprefix("uid/"), body)
        if (method, path) == ("POST", "/api/dashboards/db"):
            return self._dashboard(role, body)
        return 404, {"message": "Not found"}

    def _folder(self, method: str, role: str, uid: str, body: Any) -> Said:
        if method == "GET":
            return (200, self.folders[uid]) if uid in self.folders else (404, {"message": "folder not found"})
        if role == "Viewer":
            return 403, {"message": "You'll need additional permissions to perform this action. folders:create"}
        if body["uid"] in self.folders:
            return 409, {"message": "a folder with the same UID already exists"}
        made = {"id": 1, "url": f"/dashboards/f/{body['uid']}/{body['title']}", "version": 1, **body}
        self.folders[body["uid"]] = made
        return 200, made

    def _source(self, method: str, role: str, uid: str, body: Any) -> Said:
        if uid.endswith("/health"):
            return self.health if uid.removesuffix("/health") in self.sources else (404, {"message": "not found"})
        if method == "GET":
            return (200, self.sources[uid]) if uid in self.sources else (404, {"message": "Data source not found"})
        if role != "Admin":
            return 403, {"message": "You'll need additional permissions to perform this action. datasources:write"}
        if method == "POST":
            if any(known["name"] == body["name"] for known in self.sources.values()):
                return 409, {"message": "data source with the same name already exists"}
            self.sources[body["uid"]] = {"id": 1, "version": 1, "readOnly": False, "isDefault": False, **body}
            return 200, {"id": 1, "message": "Datasource added", "name": body["name"], "datasource": {}}
        if uid not in self.sources:
            return 404, {"message": "Data source not found"}
        if self.sources[uid]["readOnly"]:
            return 403, {"message": "Cannot update read-only data source"}
        self.sources[uid] |= body | {"version": self.sources[uid]["version"] + 1}
        return 200, {"id": 1, "message": "Datasource updated", "name": body["name"], "datasource": {}}

    def _dashboard(self, role: str, body: Any) -> Said:
        document = body["dashboard"]
        if role == "Viewer":
            return 403, {"message": "You'll need additional permissions to perform this action. dashboards:create"}
        if document["uid"] in self.provisioned:
            return 400, {"message": "Cannot save provisioned dashboard", "status": "error"}
        known = self.dashboards.get(document["uid"])
        if known and not body["overwrite"]:
            return 412, {"message": "A dashboard with the same uid already exists", "status": "name-exists"}
        version = known["version"] + 1 if known else 1
        self.dashboards[document["uid"]] = {"document": document, "folder": body["folderUid"], "version": version}
        place = {"uid": document["uid"], "url": f"/d/{document['uid']}/x", "slug": "x"}
        return 200, {"id": 7, "status": "success", "version": version, **place}


@contextmanager
def serve() -> Iterator[Grafana]:
    """Serve one on a free port of this machine."""
    grafana = Grafana()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, said = grafana.answer(self.command, self.path, token, body)
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(said, bytes) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _reply  # noqa: N815  (names of the base class)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    grafana.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield grafana
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
