"""The ways other programs move pictures: PNG in base64 in JSON, and PNG as a multipart upload.

The shape of their requests, with the fastest PNG setting (level 1), over HTTP on loopback.
``python -m tests.benchmarks.transport.peers`` is the server; it prints its port.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
from PIL import Image

from tests.benchmarks.shared.memory import PeakMemory

from .measure import Picture, Trip

_BOUNDARY = b"--velatura-benchmark"
_FORM = "multipart/form-data; boundary=velatura-benchmark"


def encode_png(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png", compress_level=1)
    return buffer.getvalue()


def decode_png(data: bytes) -> Picture:
    return np.array(Image.open(io.BytesIO(data)))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        as_json = self.path == "/json"
        if as_json:
            picture = decode_png(base64.b64decode(json.loads(body)["image"]))
        else:
            picture = decode_png(body.split(b"\r\n\r\n", 1)[1].rpartition(b"\r\n" + _BOUNDARY)[0])
        arrived = time.monotonic()
        png = encode_png(picture)
        answer = json.dumps({"image": base64.b64encode(png).decode()}).encode() if as_json else png
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("X-Arrived", repr(arrived))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def peer_server() -> Iterator[tuple[int, int]]:
    """Port and process id."""
    command = [sys.executable, "-m", "tests.benchmarks.transport.peers"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
        process.terminate()


def peer_trip(port: int, pid: int, picture: Picture, *, as_json: bool) -> Trip:
    client, server = PeakMemory.start(os.getpid()), PeakMemory.start(pid)
    began = time.monotonic()
    png = encode_png(picture)
    if as_json:
        body = json.dumps({"image": base64.b64encode(png).decode()}).encode()
        kind = "application/json"
    else:
        head = b'\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        body, kind = _BOUNDARY + head + png + b"\r\n" + _BOUNDARY + b"--\r\n", _FORM
    connection = http.client.HTTPConnection("127.0.0.1", port)
    path = "/json" if as_json else "/form"
    connection.request("POST", path, body, {"Content-Type": kind})
    response = connection.getresponse()
    arrived = float(response.headers["X-Arrived"])
    answer = response.read()
    back = decode_png(base64.b64decode(json.loads(answer)["image"]) if as_json else answer)
    done = time.monotonic()
    assert np.array_equal(back, picture)
    connection.close()
    return Trip(arrived - began, done - arrived, client.extra(), server.extra())


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
