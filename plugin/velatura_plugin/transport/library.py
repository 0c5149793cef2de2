"""websockets: the bundle's own copy inside an editor, the environment's anywhere else.

For the reason that ``velatura_protocol/codec_msgpack.py`` gives.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

# Asked, not tried: a copy that is there and broken is an error, and no reason for another's.
if TYPE_CHECKING or not find_spec(".._vendor", __package__):
    from websockets.asyncio.client import ClientConnection, connect
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
else:
    from .._vendor.websockets.asyncio.client import ClientConnection, connect
    from .._vendor.websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

__all__ = ["ClientConnection", "ConnectionClosed", "InvalidHandshake", "InvalidStatus", "connect"]
