"""msgpack: the bundle's own copy inside an editor, the environment's anywhere else.

An editor's plug-ins share one interpreter. A copy on the path would be another plug-in's, or
become it; the bundle therefore has its copy inside of this package (``installer/bundle.py``).
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

# Asked, not tried: a copy that is there and broken is an error, and no reason for another's.
if TYPE_CHECKING or not find_spec("._vendor", __package__):
    from msgpack import packb, unpackb
else:
    from ._vendor.msgpack import packb, unpackb

__all__ = ["packb", "unpackb"]
