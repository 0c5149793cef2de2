"""What is not taken from the wire, and what is not sent."""

from __future__ import annotations

import tracemalloc

import msgpack
import pytest

from tests.protocol.wire import FORMAT, LIMITS, TASK, changed, fields_of, refusal
from velatura_protocol.codec import decode, encode, encode_value
from velatura_protocol.errors import BadMessage, ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    BlobCredit,
    Cancel,
    Chunk,
    Error,
    ErrorInfo,
    Finished,
    Preview,
    Progress,
    Submit,
)
from velatura_protocol.tasks import Canvas, Operation, Task


@pytest.mark.parametrize("name", ["hello2", "", None, 3, [], {}])
def test_unknown_messages_are_refused(name):
    assert refusal(msgpack.packb({"t": name})) == ("unknown message", "$.t")


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
