"""Anything at all gives a message or a refusal."""

from __future__ import annotations

import contextlib

import msgpack
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.protocol.strategies import messages
from tests.protocol.wire import LIMITS, fields_of, refusal
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BadMessage


def decode_or_refuse(data: bytes) -> None:
    """Any other exception, or a refusal that does not say where, fails the test."""
    with contextlib.suppress(BadMessage):
        decode(data, LIMITS)
        return
    reason, at = refusal(data)
    assert reason
    assert at.startswith("$")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b"\x83\xa1t\xa5chunk\xa4blob")
@example(b"\x83\xa1t\xa5chunk\xa4blob\xd9")
@example(b"\x83\xa1t\xa5chunk\xa4blob\xd9\xff")
def test_any_bytes_give_a_message_or_a_refusal(data):
    decode_or_refuse(data)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_wrong_value_anywhere_gives_a_message_or_a_refusal(data):
    fields = fields_of(data.draw(messages))
    place: object = fields
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps)) if steps else None
        if step is None:
            break
        if isinstance(place[step], (dict, list)) and place[step] and data.draw(st.booleans()):
            place = place[step]
            continue
        place[step] = data.draw(_json)
        break
    decode_or_refuse(msgpack.packb(fields))


@settings(max_examples=300, deadline=None)
@given(messages, st.data())
def test_flipped_and_cut_bytes_give_a_message_or_a_refusal(message, data):
    changed_bytes = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 3))):
        changed_bytes[data.draw(st.integers(0, len(changed_bytes) - 1))] = data.draw(
            st.integers(0, 255)
        )
    decode_or_refuse(bytes(changed_bytes[: data.draw(st.integers(0, len(changed_bytes)))]))
