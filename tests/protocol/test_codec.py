from __future__ import annotations

import contextlib
import tracemalloc

import msgpack
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.protocol.strategies import MESSAGE_TYPES, messages, values_of
from velatura_protocol import codec
from velatura_protocol.codec import decode, decode_value, encode, encode_value
from velatura_protocol.errors import BadMessage, ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    PROTOCOL,
    BlobCredit,
    Cancel,
    Chunk,
    Error,
    ErrorInfo,
    Finished,
    Hello,
    Limits,
    Message,
    Preview,
    Progress,
    Submit,
    Variation,
    Welcome,
)
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Input, Operation, Role, Task

LIMITS = Limits()
FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
TASK = Task(
    Operation.FILL,
    Canvas(Size(8, 8), FORMAT),
    (
        Input(Role.IMAGE, "b1", Rect(0, 0, 8, 8), FORMAT),
        Input(Role.MASK, "b2", Rect(0, 0, 8, 8), FORMAT),
    ),
    parameters={"palette": ("#ff0000", "#00ff00"), "smooth": True, "passes": 3, "name": "x"},
)


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(BadMessage) as caught:
        decode(data, LIMITS)
    return str(caught.value.params["reason"]), str(caught.value.params["at"])


def fields_of(message: Message) -> dict[str, object]:
    return msgpack.unpackb(encode(message))


def changed(message: Message, path: list[str | int], value: object) -> bytes:
    fields = fields_of(message)
    place: object = fields
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return msgpack.packb(fields)


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


@pytest.mark.parametrize("name", ["hello2", "", None, 3, [], {}])
def test_unknown_messages_are_refused(name):
    assert refusal(msgpack.packb({"t": name})) == ("unknown message", "$.t")


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (["job"], 3, "text expected"),
        (["job"], "a b", "not an id"),
        (["job"], "", "not an id"),
        (["job"], "x" * 65, "not an id"),
        (["job"], "ä", "not an id"),
        (["job"], "j\n", "not an id"),
        (["priority"], "urgent", "unknown choice"),
        (["priority"], ["live"], "text expected"),
        (["live"], "x" * 257, "too long"),
        (["task"], None, "map expected"),
        (["task"], [], "map expected"),
        (["task", "prompt"], b"bytes", "text expected"),
        (["task", "prompt"], "x" * 65_537, "text too long"),
        (["task", "seed"], 2**63, "out of range"),
        (["task", "seed"], 1.0, "whole number expected"),
        (["task", "seed"], True, "whole number expected"),
        (["task", "variations"], 0, "out of range"),
        (["task", "strength"], float("nan"), "finite number expected"),
        (["task", "strength"], float("inf"), "finite number expected"),
        (["task", "strength"], "1", "number expected"),
        (["task", "strength"], False, "number expected"),
        (["task", "scale"], "2", "number expected"),
        (["task", "inputs"], {}, "list expected"),
        (["task", "inputs", 1, "region", "x"], float("nan"), "whole number expected"),
        (["task", "inputs", 1, "region", "x"], None, "whole number expected"),
        (["task", "inputs", 0, "colour"], 5, "map expected"),
        (["task", "parameters"], [], "map expected"),
        (["task", "parameters", "passes"], {}, "of none of its types"),
        (["task", "parameters", "passes"], None, "of none of its types"),
        (["task", "parameters", "palette"], [1], "text expected"),
        (["task", "canvas", "colour", "icc"], "icc", "bytes expected"),
    ],
)
def test_wrong_values_are_named_by_their_place(path, value, reason):
    at = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    found_reason, found_at = refusal(changed(Submit("j", TASK), path, value))
    assert found_reason == reason
    assert found_at.startswith(at)


def test_sizes_that_make_no_sense_are_refused_where_they_are():
    reason, at = refusal(changed(Submit("j", TASK), ["task", "canvas", "size", "width"], -1))
    assert "negative" in reason
    assert at == "$.task.canvas.size"
    reason, at = refusal(changed(Submit("j", TASK), ["task", "inputs", 1, "region", "x"], 2**40))
    assert "beyond all documents" in reason
    assert at == "$.task.inputs[1].region"


def test_missing_fields_are_named():
    fields = fields_of(Submit("j", TASK))
    del fields["task"]["inputs"][1]["region"]["x"]
    assert refusal(msgpack.packb(fields)) == ("missing", "$.task.inputs[1].region.x")


def test_digests_are_64_hex_digits():
    good = {"t": "blob_get", "digest": "a" * 64}
    decode(msgpack.packb(good), LIMITS)
    for digest in ("", "a" * 63, "A" * 64, "g" * 64):
        assert refusal(msgpack.packb({**good, "digest": digest})) == ("not a digest", "$.digest")


def test_counts_stay_exact_in_any_language():
    assert refusal(msgpack.packb({"t": "ping", "token": 2**53})) == ("out of range", "$.token")
    assert refusal(msgpack.packb({"t": "ping", "token": 2**64 - 1})) == ("out of range", "$.token")
    assert refusal(msgpack.packb({"t": "ping", "token": -1})) == ("out of range", "$.token")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends too early"),
        (b"\xc1", "a type that is not used here"),
        (b"\x81\xa1t", "ends too early"),
        (b"\x81\xa1t\xa4pin", "ends too early"),
        (b"\x81\xa1t\xcd\x01", "ends too early"),
        (b"\x80\x80", "goes on after its end"),
        (b"\x90", "map expected"),
        (b"\xc0", "map expected"),
        (b"\x81\x01\x02", "a key is not text"),
        (b"\x81\xc4\x01t\xa4ping", "a key is not text"),
        (b"\x81\x90\x02", "a key is not text"),
        (b"\x81\xa1t\xd6\xff\x00\x00\x00\x00", "a type that is not used here"),
        (b"\x81\xa1t\xc7\x01\x05\x00", "a type that is not used here"),
        (b"\x81\xa1t\xdb\xff\xff\xff\xff", "text too long"),
        (b"\x81\xa1t\xc6\xff\xff\xff\xff", "ends too early"),
        (b"\x81\xa1t\xdd\xff\xff\xff\xff", "list too long"),
        (b"\x81\xa1t\xdf\xff\xff\xff\xff", "map too long"),
        (b"\x81\xa1t" + b"\x91" * 16 + b"\xc0", "nested too deep"),
        (b"\x91" * 1_000_000, "nested too deep"),
        (b"\x81\xa1t\xa1\xff", "text is not Unicode"),
    ],
)
def test_malformed_bytes_are_refused(data, reason):
    assert refusal(data)[0] == reason


def test_deepest_nesting_that_is_taken():
    assert refusal(b"\x81\xa1t" + b"\x91" * 15 + b"\xc0") == ("unknown message", "$.t")


def test_too_long_a_message_is_not_looked_at():
    assert refusal(b"\x80" * (LIMITS.message_bytes + 1)) == ("message too long", "$")


def test_a_bomb_of_empty_lists_costs_no_memory():
    bomb = b"\x81\xa1x" + (b"\xdc\x0f\xff" + (b"\xdc\x02\x00" + b"\x90" * 512) * 4095)
    tracemalloc.start()
    assert refusal(bomb)[0] == "too many values"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


# -- what the sender gets wrong --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "at"),
    [
        (Cancel("no such id!"), "$.job"),
        (Chunk("", b""), "$.blob"),
        (BlobCredit("b", 0), "$.bytes"),
        (Progress("j", 1, Phase.STEPPING, float("nan")), "$.fraction"),
        (Progress("j", 1, Phase.STEPPING, 10**400), "$.fraction"),
        (Progress("j", 1, "stepping"), "$.phase"),
        (Preview("j", 0, "everywhere", "b", Size(1, 1), FORMAT), "$.region"),
        (Submit("j", Task(Operation.FILL, Canvas(Size(1, 1), FORMAT), inputs=[])), "$.task.inputs"),
        (
            Submit(
                "j", Task(Operation.FILL, Canvas(Size(1, 1), FORMAT), parameters={"a": object()})
            ),
            "$.task.parameters.a",
        ),
        (Error("x", ErrorInfo(ErrorCode.NOT_FOUND, {"what": "\ud800"})), "$"),
        (Error("x", ErrorInfo(ErrorCode.NOT_FOUND, {3: "three"})), "$.error.params."),
    ],
)
def test_a_message_that_breaks_its_own_rules_is_not_sent(message, at):
    with pytest.raises(BadMessage) as caught:
        encode(message)
    assert caught.value.params["at"] == at


def test_lists_and_maps_have_an_end():
    with pytest.raises(BadMessage, match="list too long"):
        encode_value(tuple[Rect, ...], (Rect(0, 0, 1, 1),) * 4097)
    with pytest.raises(BadMessage, match="map too long"):
        encode(Finished("j", 1, {str(n): 0.0 for n in range(1025)}))


def test_types_that_do_not_travel_are_a_bug():
    with pytest.raises(TypeError):
        encode_value(complex, 1j)


def test_a_union_of_plain_types_keeps_numbers_apart():
    info = ErrorInfo(ErrorCode.TOO_LARGE, {"pixels": 3, "ratio": 0.5, "what": "x"})
    found = decode_value(ErrorInfo, encode_value(ErrorInfo, info))
    assert found.params == info.params
    assert [type(each) for each in found.params.values()] == [int, float, str]


# -- chunks ----------------------------------------------------------------------------------------


def peak_of(action):
    tracemalloc.start()
    kept = action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return kept, peak


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


# -- anything at all -------------------------------------------------------------------------------


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


def test_the_version_is_part_of_the_greeting():
    hello = Hello(PROTOCOL, PROTOCOL, "client", "secret")
    found = decode(encode(hello), LIMITS)
    assert isinstance(found, Hello)
    assert found.oldest <= PROTOCOL <= found.newest
    assert Welcome.t == "welcome"
