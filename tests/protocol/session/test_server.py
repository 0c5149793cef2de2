from __future__ import annotations

import pytest

from tests.protocol.session.pairs import SMALL, Pair, hello, task, welcome
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import (
    BadMessage,
    ErrorCode,
    NotFound,
    Unauthorised,
    VersionMismatch,
)
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    PROTOCOL,
    Accepted,
    Blob,
    Cancel,
    Error,
    ErrorInfo,
    ExchangeProof,
    Finished,
    Limits,
    Message,
    Ping,
    Progress,
    ProtocolVersion,
    Refused,
    Resume,
    ResumePoint,
    Submit,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.session import ServerSession, Stage, negotiate


def last_words(session: ServerSession) -> list[Message]:
    messages: list[Message] = []
    while (data := session.next_message()) is not None:
        messages.append(decode(data, Limits()))
    return messages


def version(text: str) -> ProtocolVersion:
    major, minor = text.split(".")
    return ProtocolVersion(int(major), int(minor))


@pytest.mark.parametrize(
    ("oldest", "newest", "chosen"),
    [("1.0", "1.0", "1.0"), ("1.0", "1.7", "1.0"), ("0.3", "2.1", "1.0"), ("0.9", "1.0", "1.0")],
)
def test_the_newest_common_version_is_chosen(oldest, newest, chosen):
    assert negotiate(version(oldest), version(newest)) == version(chosen)


@pytest.mark.parametrize(
    ("oldest", "newest"), [("1.1", "1.9"), ("2.0", "2.0"), ("0.1", "0.9"), ("1.0", "0.5")]
)
def test_without_a_common_version_there_is_no_talk(oldest, newest):
    session = ServerSession(SMALL)
    greeting = hello(oldest=version(oldest), newest=version(newest))
    assert session.receive(encode(greeting)) == []
    assert session.is_closed
    assert isinstance(session.close_reason, VersionMismatch)
    [refused] = last_words(session)
    assert isinstance(refused, Refused)
    assert refused.error.code is ErrorCode.VERSION_MISMATCH
    assert refused.error.params == {"ours": str(PROTOCOL), "theirs": f"{oldest} to {newest}"}


def test_a_hello_is_told_and_the_shell_answers_it():
    session = ServerSession(SMALL)
    assert session.receive(encode(hello())) == [hello()]
    assert session.next_message() is None
    session.welcome(welcome(Limits(), protocol=ProtocolVersion(9, 9)))
    assert last_words(session) == [welcome(SMALL)]
    assert session.stage is Stage.OPEN
    with pytest.raises(RuntimeError):
        session.welcome(welcome())


def test_codecs_we_do_not_know_do_not_spoil_a_greeting():
    greeting = hello(codecs=("newer",))
    assert ServerSession(SMALL).receive(encode(greeting)) == [greeting]


def test_no_blob_may_come_before_the_welcome():
    session = ServerSession(SMALL)
    session.receive(encode(hello()))
    session.receive(encode(Blob("b1", Size(1, 1), MASK_FORMAT, 1)))
    [refused] = last_words(session)
    assert isinstance(refused, Refused)
    assert refused.error.params["reason"] == "not before the welcome"


def test_there_is_no_welcome_without_a_hello():
    with pytest.raises(RuntimeError):
        ServerSession(SMALL).welcome(welcome())


def test_a_client_may_be_refused():
    session = ServerSession(SMALL)
    session.receive(encode(hello()))
    session.refuse(Unauthorised())
    assert last_words(session) == [Refused(ErrorInfo.of(Unauthorised()))]
    assert session.is_closed
    session.refuse(NotFound(what="job"))
    assert isinstance(session.close_reason, Unauthorised)
    assert session.next_message() is None


@pytest.mark.parametrize("message", [Cancel("j"), Ping(1), ExchangeProof(b"x"), hello()])
def test_nothing_may_come_between_hello_and_welcome(message):
    session = ServerSession(SMALL)
    session.receive(encode(hello()))
    assert session.receive(encode(message)) == []
    assert isinstance(session.close_reason, BadMessage)
    [refused] = last_words(session)
    assert isinstance(refused, Refused)


@pytest.mark.parametrize("message", [Cancel("j"), Ping(1), Submit("j", task())])
def test_nothing_may_come_before_the_hello(message):
    session = ServerSession(SMALL)
    assert session.receive(encode(message)) == []
    [refused] = last_words(session)
    assert isinstance(refused, Refused)
    assert refused.error.params["reason"] == "not before the welcome"


def test_a_second_hello_ends_the_conversation():
    pair = Pair()
    pair.tell_server(hello())
    assert last_words(pair.server) == [
        Error("hello", ErrorInfo.of(BadMessage(reason="only at the start", at="$.t")))
    ]


@pytest.mark.parametrize("message", [Accepted("j", 1), welcome()])
def test_what_only_servers_say_is_not_taken_from_a_client(message):
    pair = Pair()
    assert pair.tell_server(message) == []
    [error] = last_words(pair.server)
    assert isinstance(error, Error)
    assert error.about == message.t
    assert error.error.params["reason"] == "wrong direction"
    assert pair.tell_server(Cancel("j")) == []


def test_bytes_that_are_no_message_end_it_with_an_error():
    pair = Pair()
    assert pair.server.receive(b"\xc1") == []
    [error] = last_words(pair.server)
    assert isinstance(error, Error)
    assert error.about == ""
    assert error.error.code is ErrorCode.BAD_MESSAGE


def test_a_message_over_the_limit_is_not_looked_at():
    pair = Pair()
    pair.server.receive(b"\x80" * (SMALL.message_bytes + 1))
    [error] = last_words(pair.server)
    assert isinstance(error, Error)
    assert error.error.code is ErrorCode.LIMIT_EXCEEDED
    assert error.error.params == {
        "limit": "message_bytes",
        "value": SMALL.message_bytes + 1,
        "maximum": SMALL.message_bytes,
    }


@pytest.mark.parametrize(
    ("submitted", "limit", "value"),
    [(task(inputs=5), "inputs", 5), (task(variations=4), "variations", 4)],
)
def test_a_task_over_the_limits_is_refused_by_name_and_the_talk_goes_on(submitted, limit, value):
    pair = Pair()
    assert pair.tell_server(Submit("j", submitted)) == []
    [error] = pair.said(pair.server)
    assert isinstance(error, Error)
    assert (error.about, error.job) == ("submit", "j")
    assert error.error.params == {"limit": limit, "value": value, "maximum": value - 1}
    assert pair.tell_server(Submit("j", task(4, 3))) == [Submit("j", task(4, 3))]


def test_sequence_numbers_rise_whoever_sends():
    pair = Pair()
    pair.server.send(Accepted("j", 2))
    pair.server.send(Accepted("k", 1))
    with pytest.raises(ValueError, match="event 2 of job j after event 2"):
        pair.server.send(Progress("j", 2, Phase.LOADING))
    pair.server.send(Finished("j", 7))
    assert pair.said(pair.server) == [Accepted("j", 2), Accepted("k", 1), Finished("j", 7)]


def test_a_client_that_resumes_gets_older_events_again():
    pair = Pair(resume=[ResumePoint("old", 5)])
    with pytest.raises(ValueError, match="event 5"):
        pair.server.send(Accepted("old", 5))
    pair.server.send(Accepted("old", 6))
    assert pair.tell_server(Resume("old", 3)) == [Resume("old", 3)]
    pair.server.send(Accepted("old", 4))
    pair.tell_server(Submit("old", task()))
    pair.server.send(Accepted("old", 1))


def test_errors_about_requests_keep_the_conversation():
    pair = Pair()
    pair.server.send_error("favourite", NotFound(what="job", id="j"), request=4)
    client, _ = pair.flow()
    assert client == [Error("favourite", ErrorInfo.of(NotFound(what="job", id="j")), "", 4)]
    assert not pair.server.is_closed


def test_a_peer_that_asks_and_does_not_read_is_cut_off():
    pair = Pair()
    for token in range(1025):
        pair.tell_server(Ping(token))
    assert pair.server.close_reason is not None
    assert pair.server.close_reason.params["limit"] == "replies"
    assert len(last_words(pair.server)) == 1


def test_nothing_is_sent_after_the_end():
    pair = Pair()
    pair.server.refuse(Unauthorised())
    with pytest.raises(RuntimeError):
        pair.server.send(Accepted("j", 1))
    client, _ = pair.flow()
    assert client == [Error("", ErrorInfo.of(Unauthorised()))]
