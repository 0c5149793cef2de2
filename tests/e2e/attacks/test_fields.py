"""Wrong types in every field of every message, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import msgpack
import pytest

from tests.e2e.attacks.fields import Place, Wire, changed, example, places
from tests.e2e.attacks.fortress import Fortress, a_hello, wire
from velatura_protocol.codec import decode
from velatura_protocol.messages import (
    ClientMessage,
    Hello,
    Limits,
    Message,
    ServerMessage,
    Welcome,
)
from velatura_protocol.session import ServerSession

OURS: tuple[Any, ...] = get_args(ClientMessage)
THEIRS: tuple[Any, ...] = tuple(set(get_args(ServerMessage)) - set(OURS))
EVERY_KIND: tuple[Any, ...] = get_args(Message)


def mistakes(kind: Any) -> Iterator[tuple[Place, Wire]]:
    """Every message of this kind that is wrong in one place."""
    right = example(kind)
    for place in places(kind):
        for value in place.wrong_values():
            yield place, changed(right, place.path, value)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.t)
def test_examples_are_what_they_should_be(kind: Any) -> None:
    """Else every refusal below would be of something else."""
    assert isinstance(decode(msgpack.packb(example(kind)), Limits()), kind)
    assert len(list(places(kind))) >= len(example(kind)) - 1


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.t)
def test_the_session_names_every_mistake_by_its_place(kind: Any) -> None:
    for place, message in mistakes(kind):
        session = ServerSession(Limits())
        if kind is not Hello:
            greeted(session)
        assert session.receive(msgpack.packb(message)) == [], message
        assert session.is_closed, (place, message)
        data = session.next_message()
        assert data is not None
        refusal = msgpack.unpackb(data)
        assert refusal["error"]["code"] == "bad_message", (place, message)
        assert is_named(place, refusal["error"]["params"]), (place, message, refusal)
        assert session.next_message() is None


def is_named(place: Place, params: dict[str, Any]) -> bool:
    """What is too large to be looked at is refused as a whole, before it has places; a value that
    its part has to judge is refused there."""
    if params["at"] == "$":
        return params["reason"] in ("list too long", "text too long", "map too long")
    return place.shown.startswith(params["at"]) or params["at"].startswith(place.shown)


def greeted(session: ServerSession) -> None:
    session.receive(wire(a_hello("name")))
    session.welcome(Welcome(protocol=session.hello.newest, version="", operations=(), engines=(),
                            limits=session.limits))  # fmt: skip
    assert session.next_message()


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.t)
async def test_the_server_survives_a_mistake_in_every_field(held: Fortress, kind: Any) -> None:
    """One wrong value for each place, another kind of wrong for each; all of them are above."""
    wrong: dict[Place, list[Wire]] = {}
    for place, message in mistakes(kind):
        wrong.setdefault(place, []).append(message)
    for turn, messages in enumerate(wrong.values()):
        answer = await held.say(wire(messages[turn % len(messages)]), greets=kind is not Hello)
        assert answer.code == "bad_message"
        assert answer.closed is not None


async def test_what_only_servers_say_is_refused(held: Fortress) -> None:
    for kind in THEIRS:
        answer = await held.say(wire(example(kind)))
        assert answer.code == "bad_message"
        assert answer.params == {"reason": "wrong direction", "at": "$.t"}
        assert answer.closed is not None
