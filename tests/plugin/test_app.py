"""The plug-in as a host's bootstrap builds it, up to a backend that answers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from velatura_plugin.app import App, Dialler, build
from velatura_plugin.client.events import Link
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.launcher.launcher import Launcher
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import LinkView
from velatura_plugin.transport.websocket import WebSocketTransport
from velatura_protocol.errors import ErrorCode
from velatura_protocol.health import health_proof, nonce_in

HERE = Settings(start_backend=True).with_identity()

BACKEND = """
import json, os, sys, threading
from websockets.sync.server import serve
from velatura_protocol.messages import PROTOCOL, Hello, Limits, Welcome
from velatura_protocol.session import ServerSession
from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Operation

directory = sys.argv[sys.argv.index("--data-dir") + 1]

def talk(connection):
    session = ServerSession(Limits())
    for data in connection:
        for event in session.receive(data):
            if isinstance(event, Hello):
                assert connection.request.headers["Authorization"] == "Bearer token"
                engine = EngineSpec("e", event.host, "1", (Operation.FILL,), event.client_id)
                session.welcome(Welcome(PROTOCOL, "9", (Operation.FILL,), (engine,), Limits()))
        while (answer := session.next_message()) is not None:
            connection.send(answer)

open(directory + "/token", "w").write("token")
with serve(talk, "127.0.0.1", 0, compression=None) as server:
    url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
    line = {"event": "ready", "url": url, "token_file": directory + "/token", "pid": os.getpid(),
            "protocol": "1.0", "version": "9"}
    print(json.dumps(line), flush=True)
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), server.shutdown())).start()
    server.serve_forever()
"""


def until(app: App, host: MemoryHost, done: Callable[[LinkView], bool]) -> LinkView:
    host.run_until(lambda: done(app.controller.state.link), seconds=60)
    return app.controller.state.link


def test_a_backend_is_started_and_met(tmp_path: Path) -> None:
    script = tmp_path / "backend.py"
    # The launcher lets no PYTHONPATH through.
    script.write_text(f"import sys\nsys.path[:0] = {sys.path!r}\n{BACKEND}")
    host = MemoryHost("memory/7")
    app = build(host, HERE, tmp_path, command=[sys.executable, str(script)], with_parent=True)
    seen: list[Link] = []
    app.controller.subscribe(lambda state: seen.append(state.link.link))
    app.start()
    until(app, host, lambda link: link.link is Link.ONLINE)
    assert Link.STARTING in seen
    (engine,) = app.controller.state.engines
    assert (engine.name, engine.sentence) == ("memory/7", HERE.client_id)
    app.close(seconds=5.0)


def test_a_start_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    host = MemoryHost()
    command = [sys.executable, "-c", "import sys; sys.exit('no room left')"]
    app = build(host, HERE, tmp_path, command=command)
    app.start()
    link = until(app, host, lambda link: link.link is Link.OFFLINE and link.error is not None)
    assert link.error is not None
    assert link.error.params == {"reason": "ended with exit code 1"}
    assert link.detail == "no room left"
    app.close(seconds=5.0)


def test_nothing_is_started_against_the_user_s_will(tmp_path: Path) -> None:
    host = MemoryHost()
    app = build(host, replace(HERE, start_backend=False), tmp_path, command=["never"])
    app.start()
    link = until(app, host, lambda link: link.error is not None)
    not_started = link.error
    assert not_started is not None
    assert (link.link, not_started.params) == (Link.OFFLINE, {"reason": "not started"})
    app.start_backend()
    link = until(app, host, lambda link: link.link is Link.OFFLINE and link.error != not_started)
    assert link.error is not None
    assert "cannot be started" in str(link.error.params["reason"])
    app.close(seconds=5.0)


def test_a_backend_elsewhere_is_not_looked_for_here(tmp_path: Path, unused_tcp_port: int) -> None:
    token = tmp_path / "token"
    token.write_text("token")
    settings = replace(HERE, server_url=f"ws://127.0.0.1:{unused_tcp_port}/", token_file=str(token))
    host = MemoryHost()
    app = build(host, settings, tmp_path / "data", command=["never"])
    app.start()
    link = until(app, host, lambda link: link.error is not None)
    assert link.link is Link.RECONNECTING
    assert link.error is not None
    assert link.error.code is ErrorCode.BACKEND_UNAVAILABLE
    app.close(seconds=5.0)


def test_settings_take_effect_with_the_next_connection(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    token = tmp_path / "token"
    token.write_text("token")
    host = MemoryHost()
    app = build(host, replace(HERE, start_backend=False), tmp_path / "data", command=["never"])
    app.start()
    until(app, host, lambda link: link.link is Link.OFFLINE and link.error is not None)
    url = f"ws://127.0.0.1:{unused_tcp_port}/"
    settings = replace(app.controller.settings, server_url=url, token_file=str(token), variations=7)
    app.use(settings)
    assert app.controller.settings.variations == 7
    app.client.reconnect()
    until(app, host, lambda link: link.link is Link.RECONNECTING)
    app.close(seconds=5.0)


def test_files_may_be_typed_from_the_home_directory_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[object, ...]] = []

    async def note(*arguments: object) -> None:
        opened.append(arguments)

    monkeypatch.setattr(WebSocketTransport, "open", note)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    url = "wss://studio.example/"
    settings = replace(HERE, server_url=url, token_file="~/token", ca_file="~/ca.pem")
    asyncio.run(Dialler(Launcher(tmp_path), settings)(lambda _: None))
    assert opened == [(url, tmp_path / "token", tmp_path / "ca.pem")]


def test_what_the_user_started_is_not_stopped_by_another_setting(tmp_path: Path) -> None:
    dialler = Dialler(Launcher(tmp_path), replace(HERE, start_backend=False))
    dialler.may_start = True
    dialler.use(replace(HERE, start_backend=False, variations=5))
    assert dialler.may_start
    dialler.use(replace(HERE, start_backend=True))
    dialler.use(replace(HERE, start_backend=False))
    assert not dialler.may_start


@pytest.mark.parametrize("secret", ["", "the owner's"])
def test_the_owner_s_secret_replaces_the_client_s(tmp_path: Path, secret: str) -> None:
    seen: list[bytes] = []

    def talk(connection: ServerConnection) -> None:
        seen.append(bytes(connection.recv()))  # type: ignore[arg-type]

    def prove(connection: ServerConnection, request: Request) -> Response | None:
        nonce = nonce_in(request.path)
        return connection.respond(HTTPStatus.OK, health_proof("token", nonce)) if nonce else None

    with serve(talk, "127.0.0.1", 0, compression=None, process_request=prove) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        (tmp_path / "token").write_text("token")
        runtime = {
            "url": f"ws://127.0.0.1:{server.socket.getsockname()[1]}/",
            "token_file": str(tmp_path / "token"),
            "pid": os.getpid(),
            "protocol": "1.0",
        }
        (tmp_path / "runtime.json").write_text(json.dumps(runtime))
        host = MemoryHost()
        app = build(host, HERE, tmp_path, client_secret=secret)
        app.start()
        until(app, host, lambda link: bool(seen) and link.link is Link.RECONNECTING)
        app.close(seconds=5.0)
        server.shutdown()
        thread.join(10)
    assert (secret or HERE.client_secret).encode() in seen[0]
