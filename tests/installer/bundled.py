"""Run by an interpreter that has nothing but its standard library, a bundle, and, before it on the
path, packages of other plug-ins that happen to be called like ours."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path

OF_A_HOST = {("host", "krita"), ("host", "gimp"), ("ui", "qt"), ("ui", "gtk")}


def import_all() -> int:
    """Every module of both packages that needs no editor."""
    names = list[str]()
    for name in ("velatura_protocol", "velatura_plugin"):
        folder = Path(str(importlib.import_module(name).__file__)).parent
        for file in folder.rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            if parts[:2] not in OF_A_HOST and parts[0] != "_vendor":
                names.append(".".join([name, *(part for part in parts if part != "__init__")]))
    for name in names:
        importlib.import_module(name)
    return len(names)


async def talk() -> list[str]:
    """A message over a socket and back, by the bundle's own codec and client."""
    from velatura_plugin._vendor.websockets.asyncio.server import ServerConnection, serve
    from velatura_plugin.transport.library import connect
    from velatura_protocol.codec import decode, encode
    from velatura_protocol.messages import Cancel, Limits

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(echo, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/", compression=None, proxy=None) as connection:
            await connection.send(encode(Cancel("job")))
            answer = await connection.recv()
    assert isinstance(answer, bytes)
    assert decode(answer, Limits()) == Cancel("job")
    packer = sys.modules["velatura_protocol._vendor.msgpack"].Packer
    return [packer.__module__, connect.__module__]


def main() -> None:
    before = list(sys.path)
    report = {
        "imported": import_all(),
        "modules": asyncio.run(talk()),
        "foreign": sorted(
            name for name in sys.modules if name.split(".")[0] in ("msgpack", "websockets")
        ),
        "path_kept": sys.path == before,
        "files": sorted(
            str(module.__file__)
            for name, module in sys.modules.items()
            if name.startswith("velatura") and module.__file__
        ),
    }
    print(json.dumps(report))  # noqa: T201


if __name__ == "__main__":
    main()
