"""Whether it is really the backend that answers where an old file says it is.

By hand over a socket: the standard library's client would cost an editor more at its start than all
else that the launcher does.
"""

from __future__ import annotations

import contextlib
import hmac
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from velatura_protocol.health import health_path, health_proof, new_nonce

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 5.0
"""A machine that has just been woken, or is about to run out of memory, is slow to answer."""

_MOST_BYTES = 4096


def proves_itself(url: str, token_file: Path) -> bool:
    """Asks whoever listens there for what only the holder of the token can say. The token itself is
    not shown. Blocks for at most some seconds."""
    try:
        token = token_file.read_text("utf-8").strip()
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 0)
        nonce = new_nonce()
        with socket.create_connection(address, timeout=CONNECT_SECONDS) as connection:
            answer = _ask(connection, parts.netloc, health_path(nonce))
    except (OSError, ValueError):
        return False
    head, _, body = answer.partition(b"\r\n\r\n")
    is_fine = head.startswith(b"HTTP/1.1 200 ")
    proof = health_proof(token, nonce).encode("ascii")
    return bool(token) and is_fine and hmac.compare_digest(body.strip(), proof)


def _ask(connection: socket.socket, host: str, path: str) -> bytes:
    """The whole answer, or what of it came in time."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    connection.sendall(request.encode("ascii"))
    deadline = time.monotonic() + ANSWER_SECONDS
    answer = b""
    with contextlib.suppress(TimeoutError):
        while len(answer) < _MOST_BYTES:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            data = connection.recv(_MOST_BYTES)
            if not data:
                break
            answer += data
    return answer
