from __future__ import annotations

import msgpack
import pytest
from hypothesis import given, settings

from tests.protocol.strategies import MESSAGE_TYPES, values_of
from tests.protocol.wire import LIMITS, TASK, changed, fields_of, peak_of, refusal
from velatura_protocol import codec
from velatura_protocol.codec import decode, decode_value, encode, encode_value
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import (
    PROTOCOL,
    Chunk,
    ErrorInfo,
    Finished,
    Hello,
    Progress,
    Submit,
    Variation,
    Welcome,
)
from velatura_protocol.tasks import Operation, Task

# -- round trips -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MESSAGE_TYPES, ids=lambda kind: kind.t)
def test_every_message_survives_the_wire(kind):
    @settings(max_examples=20, deadline=None)
    @given(values_of(kind))
    def survives(message):
        assert decode(encode(message), LIMITS) == message

    survives()


@pytest.mark.parametrize("kind", [Task, Variation, ErrorInfo])
def test_what_is_stored_comes_back(kind):
    @settings(max_examples=20, deadline=None)
    @given(values_of(kind))
    def survives(value):
        assert decode_value(kind, encode_value(kind, value)) == value

    survives()


def test_lists_and_choices_can_be_stored_too():
    rects = (Rect(0, 0, 1, 1), Rect(-5, 2, 3, 4))
    assert decode_value(tuple[Rect, ...], encode_value(tuple[Rect, ...], rects)) == rects
    assert decode_value(Operation, encode_value(Operation, Operation.VARY)) is Operation.VARY


def test_kinds_of_parameters_keep_their_type():
    found = decode(encode(Submit("j", TASK)), LIMITS)
    assert isinstance(found, Submit)
    parameters = found.task.parameters
    assert parameters == TASK.parameters
    assert parameters["smooth"] is True
    assert type(parameters["passes"]) is int


@pytest.mark.parametrize("use_c", [True, False])
def test_with_and_without_the_c_extension(use_c, monkeypatch):
    if not use_c:
        from msgpack.fallback import Packer, unpackb

        monkeypatch.setattr(codec, "packb", lambda value: Packer().pack(value))
        monkeypatch.setattr(codec, "unpackb", unpackb)
    message = Submit("j", TASK)
    assert decode(encode(message), LIMITS) == message
    assert refusal(b"\x81\xa1t\xa2\xff\xff") == ("text is not Unicode", "$")


# -- evolution -------------------------------------------------------------------------------------


def test_unknown_fields_are_skipped_everywhere():
    fields = fields_of(Submit("j", TASK))
    fields["newer"] = {"deep": [1, {"a": None}]}
    fields["task"]["newer"] = 1.5
    fields["task"]["canvas"]["size"]["depth"] = 3
    assert decode(msgpack.packb(fields), LIMITS) == Submit("j", TASK)


def test_fields_with_defaults_may_be_missing():
    assert decode(
        msgpack.packb({"job": "j", "seq": 1, "phase": "loading", "t": "progress"}), LIMITS
    ) == (Progress("j", 1, Phase.LOADING))


def test_whole_numbers_are_numbers():
    found = decode(changed(Finished("j", 1, {"seconds": 1.5}), ["metrics", "seconds"], 2), LIMITS)
    assert isinstance(found, Finished)
    assert found.metrics == {"seconds": 2.0}
    assert type(found.metrics["seconds"]) is float


def test_a_union_of_plain_types_keeps_numbers_apart():
    info = ErrorInfo(ErrorCode.TOO_LARGE, {"pixels": 3, "ratio": 0.5, "what": "x"})
    found = decode_value(ErrorInfo, encode_value(ErrorInfo, info))
    assert found.params == info.params
    assert [type(each) for each in found.params.values()] == [int, float, str]


def test_a_chunk_is_copied_once_on_the_way_out_and_never_on_the_way_in():
    data = memoryview(bytearray(768 * 1024))
    sent, peak = peak_of(lambda: encode(Chunk("b1", data)))
    assert peak < len(data) + 4096
    found, peak = peak_of(lambda: decode(sent, LIMITS))
    assert peak < 4096
    assert found == Chunk("b1", data)


def test_chunks_in_another_spelling_are_understood():
    spelled = msgpack.packb({"data": b"abc", "blob": "b1", "t": "chunk"})
    assert decode(spelled, LIMITS) == Chunk("b1", b"abc")
    spelled = msgpack.packb({"t": "chunk", "blob": "b1", "data": b"abc"})
    assert decode(spelled, LIMITS) == Chunk("b1", b"abc")


@pytest.mark.parametrize("name", ["b", "x" * 31, "x" * 32, "x" * 64])
def test_ids_of_any_length_open_a_chunk(name):
    assert decode(encode(Chunk(name, b"data")), LIMITS) == Chunk(name, b"data")


def test_a_cut_chunk_is_refused_wherever_it_is_cut():
    whole = encode(Chunk("some-blob", b"0123456789"))
    for end in range(len(whole)):
        refusal(whole[:end])
    refusal(whole + b"x")


def test_the_version_is_part_of_the_greeting():
    hello = Hello(PROTOCOL, PROTOCOL, "client", "secret")
    found = decode(encode(hello), LIMITS)
    assert isinstance(found, Hello)
    assert found.oldest <= PROTOCOL <= found.newest
    assert Welcome.t == "welcome"
