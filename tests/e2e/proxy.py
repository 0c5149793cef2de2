"""A TCP proxy in front of the backend whose connections a test can cut."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import threading
from pathlib import Path


class CuttingProxy:
    """Stands where ``runtime.json`` says the backend is. The first ``cuts`` connections are cut
    once the backend has sent ``after`` bytes on them; later ones live, as do the questions whether
    it is the backend."""

    def __init__(self, data_directory: Path, *, cuts: int, after: int) -> None:
        self._runtime = data_directory / "runtime.json"
        self._original = self._runtime.read_text()
        fields = json.loads(self._original)
        self._target = int(fields["url"].rstrip("/").rsplit(":", 1)[1])
        self._cuts = cuts
        self._after = after
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        fields["url"] = fields["url"].replace(str(self._target), str(self.port))
        self._runtime.write_text(json.dumps(fields))

    def __enter__(self) -> CuttingProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._runtime.write_text(self._original)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._forward, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _forward(self, client: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            client,
            socket.create_connection(("127.0.0.1", self._target)) as server,
        ):
            self._pump(client, server)

    def _limit_of(self, head: bytes) -> int | None:
        if head.startswith(b"GET /health"):
            return None
        self.connections += 1
        return self._after if self.connections <= self._cuts else None

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        # The backend answers only to its own name and port.
        head = client.recv(65536)
        limit = self._limit_of(head)
        server.sendall(head.replace(str(self.port).encode(), str(self._target).encode()))
        sent = 0
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while limit is None or sent < limit:
                for key, _ in selector.select():
                    source, target = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    data = source.recv(65536)
                    if not data:
                        return
                    target.sendall(data)
                    sent += len(data) if source is server else 0
