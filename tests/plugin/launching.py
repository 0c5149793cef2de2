"""Backends that are scripts of a few lines, and their launchers."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from velatura_plugin.launcher.launcher import Launcher

PRELUDE = """
import hmac, json, os, socket, sys, threading
directory = sys.argv[sys.argv.index("--data-dir") + 1]
def prove(listener):
    while True:
        with listener.accept()[0] as asking:
            path = asking.recv(4096).split()[1].decode()
            said = b"velatura health " + path.removeprefix("/health/").encode()
            proof = hmac.new(b"a token", said, "sha256").hexdigest()
            asking.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + proof.encode())
def ready(protocol="1.0"):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=prove, args=(listener,), daemon=True).start()
    with open(directory + "/token", "w") as file:
        file.write("a token")
    url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    line = {"event": "ready", "url": url, "token_file": directory + "/token", "pid": os.getpid(),
            "protocol": protocol, "version": "9.9"}
    with open(directory + "/runtime.json", "w") as file:
        json.dump(line, file)
    print(json.dumps(line), flush=True)
    return listener
def until_parent_ends():
    sys.stdin.buffer.read()
"""


class Scripts:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.launchers: list[Launcher] = []

    def launcher(self, body: str, *, with_parent: bool = True, seconds: float = 20.0) -> Launcher:
        path = self.folder / "backend.py"
        path.write_text(PRELUDE + textwrap.dedent(body))
        launcher = Launcher(
            self.data,
            command=[sys.executable, str(path)],
            with_parent=with_parent,
            start_seconds=seconds,
        )
        self.launchers.append(launcher)
        return launcher


READY = "listener = ready()\nuntil_parent_ends()"


def made_in(folder: Path) -> Iterator[Scripts]:
    """All that they have started is stopped in the end."""
    made = Scripts(folder)
    yield made
    for launcher in made.launchers:
        launcher.stop()
