"""Inputs for the targets: valid conversations, spoilt in one place or in many.

Noise is refused by its first byte and finds nothing. So every frame begins as a message that is
right, made from the messages' own types; most are then changed somewhere, in their values or in
their bytes, and some are left as they are, so that what follows is looked at too.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from random import Random
from typing import Any, get_args

import msgpack

from tests.e2e.attacks.fields import Wire, changed, example, places
from velatura_protocol.messages import ClientMessage, Message, ServerMessage

Frames = list[bytes]

SERVER, GREETED = 1, 2
"""Bits of a role: which end hears the frames, and whether the greeting is behind it."""

_NAMES = ("a", "b", "c")
_TAGS = b"\x80\x90\xa0\xc1\xc4\xc6\xc7\xd9\xdb\xdd\xdf\xff"
_INTEGERS = (0, 1, -1, 2**7, 2**15, 2**31, 2**32, 2**53, 2**63 - 1, 2**64 - 1, -(2**63))
_OTHERS: tuple[Any, ...] = (
    None, True, False, 0.5, float("nan"), float("inf"), "", "x", "../x", "x" * 300, b"", b"\x00",
    [], {}, [[]], {"": {}}, [None] * 20, "\u0000", "ä" * 64, msgpack.ExtType(5, b"x"),
)  # fmt: skip


def join(role: int, frames: Frames) -> bytes:
    """One input: who hears it, and what."""
    parts = (len(frame).to_bytes(3, "big") + frame for frame in frames)
    return bytes((role,)) + b"".join(parts)


def split(data: bytes) -> tuple[int, Frames]:
    """What :func:`join` made; of anything else, something."""
    frames: Frames = []
    at = 1
    while at + 3 <= len(data):
        end = at + 3 + int.from_bytes(data[at : at + 3], "big")
        frames.append(data[at + 3 : end])
        at = end
    return (data[0] if data else 0), frames


class Mutator:
    """Everything follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        kinds: tuple[Any, ...] = get_args(Message)
        self._places = {kind.t: [place.path for place in places(kind)] for kind in kinds}
        self._packed = {
            side: [msgpack.packb(example(kind)) for kind in get_args(said)]
            for side, said in ((0, ServerMessage), (1, ClientMessage))
        }

    def input(self) -> bytes:
        random = self.random
        role = random.randrange(256)
        if random.random() < 0.7:
            role |= GREETED
        frames: Frames = []
        for _ in range(random.choice((1, 2, 3, 4))):
            frames += self._turn(role)
        return join(role, frames)

    def mutated(self, data: bytes, most: int) -> bytes:
        """Of an input that was good for something."""
        role, frames = split(data)
        action = self.random.randrange(4)
        if action == 0 or not frames:
            frames += self._turn(role)
        elif action == 1:
            frames.insert(self.random.randrange(len(frames)), self._spoilt(self._one(role)))
        elif action == 2:
            del frames[self.random.randrange(len(frames))]
        else:
            at = self.random.randrange(len(frames))
            frames[at] = self._bytes_changed(frames[at])
        return join(role, frames)[:most]

    # -- what is said

    def _turn(self, role: int) -> Frames:
        if self.random.random() < 0.5:
            return [self._spoilt(self._one(role))]
        return [
            frame if self.random.random() < 0.8 else self._spoilt(frame) for frame in self._blob()
        ]

    def _one(self, role: int) -> bytes:
        """Mostly what the other end says."""
        side = role & SERVER if self.random.random() < 0.95 else 1 - (role & SERVER)
        return self.random.choice(self._packed[side])

    def _blob(self) -> Frames:
        """Pixels, from the header to the end."""
        random = self.random
        name = random.choice(_NAMES)
        data = random.randbytes(random.choice((0, 1, 40, 400, 3000)))
        codec = random.choice(("raw", "raw", "zlib"))
        digest = hashlib.blake2b(data, digest_size=32).hexdigest()
        size = {"width": len(data), "height": 1}
        header: Wire = {"t": "blob", "blob": name, "size": size, "bytes": len(data), "codec": codec}
        header["format"] = {"depth": "u8", "layout": "g"}
        if random.random() < 0.2:
            header["digest"] = digest
        packed = zlib.compress(data, 1) if codec == "zlib" else data
        step = random.choice((1000, 100, 37))
        parts = [packed[at : at + step] for at in range(0, len(packed), step)][:40]
        frames = [{"t": "chunk", "blob": name, "data": part} for part in parts]
        last: Wire = {"t": "blob_end", "blob": name, "digest": digest}
        return [msgpack.packb(each) for each in (header, *frames, last)]

    # -- what is done to it

    def _spoilt(self, frame: bytes) -> bytes:
        chance = self.random.random()
        if chance < 0.3:
            return frame
        if chance < 0.8:
            return self._values_changed(frame)
        return self._bytes_changed(frame)

    def _values_changed(self, frame: bytes) -> bytes:
        try:
            message = msgpack.unpackb(frame)
        except ValueError:
            return self._bytes_changed(frame)
        paths = self._places.get(message.get("t", "")) if isinstance(message, dict) else None
        if not paths:
            return self._bytes_changed(frame)
        for _ in range(self.random.choice((1, 1, 1, 2, 5))):
            try:
                message = self._one_changed(message, self.random.choice(paths))
            except (AttributeError, TypeError, KeyError):
                # What was changed before has no such place any more.
                break
        return msgpack.packb(message)

    def _one_changed(self, message: Wire, path: Any) -> Wire:
        random = self.random
        action = random.randrange(8)
        if action == 0:
            return {name: value for name, value in message.items() if name != path[0]}
        if action == 1:
            return {**message, "newer": random.choice(_OTHERS[:-1])}
        if action == 2:
            return dict(sorted(message.items(), key=lambda _: random.random()))
        if action == 3:
            return changed(message, path, random.choice(_INTEGERS))
        if action == 4:
            return changed(message, path, self._nested())
        if action == 5:
            return changed(message, path, random.choice(_NAMES))
        return changed(message, path, random.choice(_OTHERS))

    def _nested(self) -> Any:
        value: Any = self.random.choice(_INTEGERS)
        for _ in range(self.random.randrange(20)):
            value = (
                [value] * self.random.choice((1, 2)) if self.random.random() < 0.7 else {"k": value}
            )
            if self.random.random() < 0.05:
                break
        return value if len(repr(value)) < 5000 else None

    def _bytes_changed(self, frame: bytes) -> bytes:
        random, data = self.random, bytearray(frame)
        actions: tuple[Callable[[], Any], ...] = (
            lambda: data.__setitem__(at, data[at] ^ (1 << random.randrange(8))),
            lambda: data.__setitem__(at, random.choice(_TAGS)),
            lambda: data.__delitem__(slice(at, at + random.choice((1, 2, 8)))),
            lambda: data.__setitem__(slice(at, at), random.randbytes(random.choice((1, 2, 8)))),
            lambda: data.__delitem__(slice(at, None)),
            lambda: data.extend(data[at : at + 50]),
        )  # fmt: skip
        for _ in range(random.choice((1, 1, 2, 4))):
            if not data:
                break
            at = random.randrange(len(data))
            random.choice(actions)()
        return bytes(data)
