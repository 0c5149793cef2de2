"""Who is asked, what is told to whom, and who is believed."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from velatura_plugin.launcher import proof as launcher_proof
from velatura_plugin.launcher.proof import proves_itself
from velatura_protocol.health import health_proof

TOKEN = "the-token-of-this-start"

Answer = Callable[[str], bytes]
"""What is answered to the nonce."""


class Listener:
    def __init__(self, answer: Answer) -> None:
        self.heard = b""
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        # Who has heard enough hangs up.
        with connection, contextlib.suppress(OSError):
            while b"\r\n\r\n" not in self.heard:
                self.heard += connection.recv(4096)
            path = self.heard.split()[1].decode()
            connection.sendall(self._answer(path.rpartition("/")[2]))

    def close(self) -> None:
        self._thread.join(5)
        self._socket.close()


@contextmanager
def listening(answer: Answer) -> Iterator[Listener]:
    listener = Listener(answer)
    try:
        yield listener
    finally:
        listener.close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    return path


def fine(body: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n" + body.encode() + b"\n"


def test_who_has_the_token_is_believed(token_file: Path) -> None:
    with listening(lambda nonce: fine(health_proof(TOKEN, nonce))) as listener:
        assert proves_itself(listener.url, token_file)


@pytest.mark.parametrize(
    "answer",
    [
        lambda nonce: fine(health_proof("another token", nonce)),
        lambda nonce: fine(health_proof(TOKEN, "0" * 32)),
        lambda nonce: fine("OK"),
        lambda nonce: fine(nonce),
        lambda nonce: b"",
        lambda nonce: b"SSH-2.0-OpenSSH_9.9\r\n",
        lambda nonce: b"HTTP/1.1 401 Unauthorized\r\n\r\n" + health_proof(TOKEN, nonce).encode(),
        lambda nonce: b"x" * 100_000,
    ],
    ids=["other-token", "replay", "ok", "echo", "nothing", "ssh", "refused", "flood"],
)
def test_nobody_else_is_and_nobody_is_shown_the_token(token_file: Path, answer: Answer) -> None:
    with listening(answer) as listener:
        assert not proves_itself(listener.url, token_file)
        assert TOKEN.encode() not in listener.heard
        assert b"uthorization" not in listener.heard


def test_no_two_questions_are_the_same(token_file: Path) -> None:
    heard: set[bytes] = set()
    for _ in range(2):
        with listening(lambda nonce: fine("")) as listener:
            proves_itself(listener.url, token_file)
        heard.add(listener.heard.split()[1])
    assert len(heard) == 2


def test_without_a_token_nobody_is_believed(tmp_path: Path) -> None:
    empty = tmp_path / "token"
    empty.write_text("")
    with listening(lambda nonce: fine(health_proof("", nonce))) as listener:
        assert not proves_itself(listener.url, empty)
    assert not proves_itself("ws://127.0.0.1:1/", tmp_path / "none")


@pytest.mark.parametrize("url", ["", "ws://127.0.0.1:99999/", "ws://[::1/", "nonsense"])
def test_a_nonsensical_address_is_nobody(token_file: Path, url: str) -> None:
    assert not proves_itself(url, token_file)


def test_one_who_does_not_answer_is_not_waited_for_for_ever(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher_proof, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not proves_itself(f"ws://127.0.0.1:{silent.getsockname()[1]}/", token_file)
