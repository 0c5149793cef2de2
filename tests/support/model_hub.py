"""A hub of models on a loopback port, with the bad habits of real ones."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Habit:
    """What the hub does to one path. ``times``: how often, before it behaves; -1: always.

    ``drop_after``: announces the whole, and closes the connection after so many bytes of the body.
    ``corrupt``: turns a bit over. ``redirect``: leads there. ``silent``:
    sends headers, up to ``drop_after``, then nothing until the hub is closed. ``drip``: a byte at
    a time, with so many seconds between. ``ignores_range``. ``status``: answers with it.
    ``wrong_range``: starts elsewhere than asked. ``length``: announces it. ``gzip``: says that it
    is packed.
    """

    times: int = -1
    drop_after: int | None = None
    corrupt: bool = False
    redirect: str = ""
    silent: bool = False
    drip: float = 0.0
    ignores_range: bool = False
    status: int = 0
    wrong_range: bool = False
    length: int | None = None
    gzip: bool = False


@dataclass(frozen=True)
class Request:
    path: str
    range: str
    headers: dict[str, str]


@dataclass
class Hub:
    """``files``: path → content."""

    files: dict[str, bytes] = field(default_factory=dict)
    habits: dict[str, Habit] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add_repository(self, repo: str, commit: str, files: dict[str, bytes]) -> None:
        """As the real one lays them out, with the listing of the commit."""
        listing = []
        for path, content in files.items():
            self.files[f"/{repo}/resolve/{commit}/{path}"] = content
            entry: dict[str, object] = {"type": "file", "path": path, "size": len(content)}
            entry["oid"] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            if path.endswith(".safetensors"):
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 134}
            listing.append(entry)
        path = f"/api/models/{repo}/tree/{commit}"
        self.files[path] = json.dumps(listing).encode()

    def paths_asked(self) -> list[str]:
        return [each.path for each in self.requests]


@contextmanager
def model_hub() -> Generator[Hub]:
    hub = Hub()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Tests look at ``Hub.requests``."""

    def do_GET(self) -> None:
        hub, path = self.hub, self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        hub.requests.append(Request(path, headers.get("range", ""), headers))
        habit = hub.habits.get(path, Habit())
        if habit.times == 0:
            habit = Habit()
        elif habit.times > 0:
            hub.habits[path].times -= 1
        self.close_connection = True
        if habit.redirect:
            self._head(302, {"Location": habit.redirect, "Content-Length": "0"})
        elif habit.status:
            self._head(habit.status, {"Content-Length": "0"})
        elif path not in hub.files:
            self._head(404, {"Content-Length": "0"})
        else:
            self._send(hub.files[path], habit)

    def _send(self, content: bytes, habit: Habit) -> None:
        begin = self._begin(len(content)) if not habit.ignores_range else None
        if begin is not None and begin >= len(content):
            self._head(416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"})
            return
        body = content[begin or 0 :]
        fields = {"Content-Length": str(len(body) if habit.length is None else habit.length)}
        if habit.gzip:
            fields["Content-Encoding"] = "gzip"
        if begin is not None:
            start = begin + 1 if habit.wrong_range else begin
            fields["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._head(200 if begin is None else 206, fields)
        if habit.corrupt:
            body = bytes([body[0] ^ 1]) + body[1:]
        if habit.silent:
            self.wfile.write(body[: habit.drop_after or 0])
            self.hub.closing.wait(30)
        elif habit.drip:
            self._drip(body, habit.drip)
        else:
            self.wfile.write(body if habit.drop_after is None else body[: habit.drop_after])

    def _drip(self, body: bytes, seconds: float) -> None:
        for index in range(len(body)):
            self.wfile.write(body[index : index + 1])
            if self.hub.closing.wait(seconds):
                return

    def _begin(self, size: int) -> int | None:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(match[1]) if match else None

    def _head(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
