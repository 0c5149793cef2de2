"""A page of somebody else's, shown in a real browser without a window, and what it could find out.

The page is served by this process under a name of its own. It does what it is here to do, and ends
by telling its own server what came of it.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.hosts.root.build import Root
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.session import PLAIN

SECONDS = 60.0


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, page: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = page
        self.told: queue.SimpleQueue[Any] = queue.SimpleQueue()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer(self.server.page, "text/html; charset=utf-8")

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.told.put(json.loads(self.rfile.read(length)))
        self._answer(b"", "text/plain")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@dataclass(frozen=True)
class Browser:
    """``folder`` is seen in the root under its own path, and is the browser's home."""

    root: Root
    folder: Path

    def visit(self, script: str, names: Mapping[str, str]) -> Any:
        """What ``script`` hands to ``tell`` on a page of ``evil.example``.

        :param names: host names and the addresses that this browser finds under them
        :raises AssertionError: the page told nothing
        """
        page = (
            f"<!doctype html><body><script>{_TELL}\n(async () => {{{script}}})()</script>".encode()
        )
        with _serving(page) as server:
            port = server.server_address[1]
            rules = {"evil.example": "127.0.0.1", **names}
            with self._open(f"http://evil.example:{port}/", rules) as log:
                try:
                    return server.told.get(timeout=SECONDS)
                except queue.Empty:
                    raise AssertionError(log.read_text(errors="replace")) from None

    @contextmanager
    def _open(self, url: str, names: Mapping[str, str]) -> Iterator[Path]:
        """Shows a page until the block is left; where the browser's words go."""
        log = self.folder / "browser.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._command(url, names),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                yield log
            finally:
                # What it has started ends with it.
                process.kill()
                process.wait()

    def _command(self, url: str, names: Mapping[str, str]) -> list[str]:
        mapped = ", ".join(f"MAP {name} {address}" for name, address in names.items())
        command = [
            "chromium-headless-shell",
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--no-first-run", "--disable-background-networking", "--no-proxy-server"),
            f"--user-data-dir={self.folder / 'profile'}",
            f"--host-resolver-rules={mapped}",
            # It stays open for whoever might want to look inside.
            "--remote-debugging-port=0",
            url,
        ]
        environment = {**PLAIN, "HOME": str(self.folder)}
        return chroot_command(
            self.root.folder, command, environment, [self.folder], is_confined=True
        )


# The page's own server is another origin than the backend: this request is nobody else's business.
_TELL = """
async function tell(found) {
  await fetch('/told', {method: 'POST', body: JSON.stringify(found)});
}
function socket(url, protocols) {
  return new Promise(done => {
    let opened = false;
    try {
      const it = new WebSocket(url, protocols);
      it.binaryType = 'arraybuffer';
      it.onopen = () => { opened = true; it.send(new Uint8Array([0x81, 0xa1, 0x74, 0xa4])); };
      it.onmessage = message => done('heard');
      it.onclose = event => done(opened ? 'opened' : 'closed ' + event.code);
    } catch (error) { done('threw ' + error.name); }
  });
}
async function read(url, how) {
  try {
    const answer = await fetch(url, how);
    return [answer.type, answer.status, await answer.text()];
  } catch (error) { return ['threw', 0, error.name]; }
}
"""


@contextmanager
def _serving(page: bytes) -> Iterator[_Server]:
    server = _Server(page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
