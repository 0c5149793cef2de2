"""The line between client and backend, on which a trap waits for one message."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from tests.e2e.faults.frames import Gone, read_frame, read_head

Message = dict[str, Any]
Strike = Callable[["Wire"], None]


class Wire:
    """One connection through the line."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self._is_dead = False

    def cut(self) -> None:
        """Both ends hear of it at once: the connection is reset."""
        self._is_dead = True
        for end in (self.client, self.server):
            # No time to linger: what was not delivered never will be.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RD)
            end.close()

    def fall_silent(self) -> None:
        """Neither end hears anything any more, not even that."""
        self._is_dead = True

    @property
    def is_dead(self) -> bool:
        return self._is_dead


class Trap:
    """Springs once: with the first message for which ``sees`` is true, which waits meanwhile.
    ``sees`` is asked for every message with whether it goes to the server."""

    def __init__(self, sees: Callable[[Message, bool], bool], strike: Strike) -> None:
        self._sees = sees
        self._strike = strike
        self._lock = threading.Lock()
        self.sprung = threading.Event()
        self.error: Exception | None = None

    def pass_by(self, message: Message, wire: Wire, *, upwards: bool) -> None:
        with self._lock:
            if self.sprung.is_set() or not self._sees(message, upwards):
                return
            try:
                self._strike(wire)
            except Exception as error:
                self.error = error
            finally:
                self.sprung.set()


class Line:
    """Listens on ``port``. ``target`` says where the backend is at this moment, 0 for nowhere."""

    def __init__(self, target: Callable[[], int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.trap: Trap | None = None
        self._wires: list[Wire] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Ends all that is left of connections, the silent ones too."""
        for wire in self._wires:
            with contextlib.suppress(OSError):
                wire.cut()
        self._wires.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        target = self._target()
        try:
            server = socket.create_connection(("127.0.0.1", target))
            # The backend answers only to its own name and port.
            head = read_head(client).replace(str(self.port).encode(), str(target).encode())
            server.sendall(head)
            client.sendall(read_head(server))
        except (OSError, Gone):
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(client, server)
        self._wires.append(wire)
        down = threading.Thread(
            target=self._pump, args=(wire, server, client), kwargs={"upwards": False}, daemon=True
        )
        down.start()
        self._pump(wire, client, server, upwards=True)

    def _pump(
        self, wire: Wire, source: socket.socket, target: socket.socket, *, upwards: bool
    ) -> None:
        with contextlib.suppress(Gone, OSError):
            while True:
                frame = read_frame(source)
                if frame.message is not None and self.trap is not None:
                    self.trap.pass_by(frame.message, wire, upwards=upwards)
                if wire.is_dead:
                    # Silent ends stay open: who closed them would tell the other one.
                    return
                target.sendall(frame.raw)
        if not wire.is_dead:
            wire.cut()
