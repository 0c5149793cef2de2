from __future__ import annotations

import pytest

from velatura_protocol.errors import ErrorCode, OutOfMemory, WorkerLost
from velatura_protocol.messages import ErrorInfo, Limits, ProtocolVersion
from velatura_protocol.session import CHUNK_OVERHEAD


def test_versions_are_ordered_and_spelled():
    assert ProtocolVersion(1, 9) < ProtocolVersion(1, 10) < ProtocolVersion(2, 0)
    assert str(ProtocolVersion(1, 10)) == "1.10"


def test_an_error_is_the_same_at_the_other_end():
    info = ErrorInfo.of(OutOfMemory(device="cuda:0", needed=8, free=3))
    assert info == ErrorInfo(
        ErrorCode.OUT_OF_MEMORY, {"device": "cuda:0", "needed": 8, "free": 3}, retryable=True
    )
    error = info.exception()
    assert isinstance(error, OutOfMemory)
    assert error.params == info.params
    assert error.retryable


def test_the_sender_says_whether_to_retry():
    error = ErrorInfo(ErrorCode.WORKER_LOST, {}, retryable=False).exception()
    assert not error.retryable
    assert WorkerLost().retryable


def test_an_error_info_does_not_change_with_its_error():
    error = OutOfMemory(device="cpu")
    info = ErrorInfo.of(error)
    error.params["device"] = "changed"
    assert info.params == {"device": "cpu"}


@pytest.mark.parametrize("name", ["self", "code", "cls"])
def test_parameters_may_have_any_name(name):
    error = ErrorInfo(ErrorCode.NOT_FOUND, {name: 1}).exception()
    assert error.params == {name: 1}


def test_default_limits_leave_room_for_a_chunk_below_the_usual_frame_limit():
    limits = Limits()
    assert limits.chunk_bytes + CHUNK_OVERHEAD <= min(limits.message_bytes, 1024 * 1024)
