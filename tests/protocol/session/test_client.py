from __future__ import annotations

import pytest

from tests.protocol.session.pairs import SMALL, Pair, hello, task, welcome
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BadMessage, ErrorCode, Unauthorised, VersionMismatch
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    PROTOCOL,
    Accepted,
    Ack,
    Cancel,
    Capabilities,
    Error,
    ErrorInfo,
    ExchangeReady,
    Limits,
    Ping,
    Pong,
    Progress,
    ProtocolVersion,
    Refused,
    Resume,
    ResumePoint,
    Submit,
)
from velatura_protocol.session import CHUNK_OVERHEAD, ClientSession, SeenEvents, Stage


def test_hello_is_the_first_message_and_the_only_one_before_the_welcome():
    session = ClientSession(hello())
    assert decode(session.next_message() or b"", Limits()) == hello()
    assert session.next_message() is None
    with pytest.raises(RuntimeError):
        session.send(Cancel("j"))
    with pytest.raises(RuntimeError):
        session.send_blob("b", *((task().canvas.size, task().canvas.format)), b"")


def test_a_welcome_opens_the_session_with_the_servers_limits():
    session = ClientSession(hello())
    assert session.receive(encode(welcome())) == [welcome()]
    assert session.stage is Stage.OPEN
    assert session.limits == SMALL
    assert session.version == PROTOCOL


def test_a_refusal_closes_it_and_says_why():
    session = ClientSession(hello())
    refused = Refused(ErrorInfo.of(Unauthorised()))
    assert session.receive(encode(refused)) == [refused]
    assert session.is_closed
    assert isinstance(session.close_reason, Unauthorised)
    assert session.next_message() is None
    assert session.receive(encode(welcome())) == []


@pytest.mark.parametrize(
    "message", [Ping(1), Pong(1), Capabilities(), Accepted("j", 1), ExchangeReady()]
)
def test_nothing_else_may_come_before_the_welcome(message):
    session = ClientSession(hello())
    assert session.receive(encode(message)) == []
    assert session.is_closed
    assert isinstance(session.close_reason, BadMessage)
    assert session.next_message() is None


def test_a_welcome_in_a_version_that_was_not_offered_is_no_welcome():
    session = ClientSession(hello())
    session.receive(encode(welcome(protocol=ProtocolVersion(2, 0))))
    assert isinstance(session.close_reason, VersionMismatch)


def test_limits_must_leave_room_for_a_chunk():
    size = 5000
    narrow = Limits(message_bytes=size + CHUNK_OVERHEAD - 1, chunk_bytes=size)
    session = ClientSession(hello())
    session.receive(encode(welcome(narrow)))
    assert isinstance(session.close_reason, BadMessage)
    wide = Limits(message_bytes=size + CHUNK_OVERHEAD, chunk_bytes=size)
    session = ClientSession(hello())
    session.receive(encode(welcome(wide)))
    assert session.stage is Stage.OPEN


@pytest.mark.parametrize("message", [welcome(), Refused(ErrorInfo(ErrorCode.UNAUTHORISED))])
def test_greetings_come_once(message):
    pair = Pair()
    assert pair.tell_client(message) == []
    assert isinstance(pair.client.close_reason, BadMessage)


def test_what_only_clients_say_is_not_taken_from_a_server():
    pair = Pair()
    assert pair.tell_client(Cancel("j")) == []
    assert pair.client.close_reason is not None
    assert pair.client.close_reason.params == {"reason": "wrong direction", "at": "$.t"}
    assert pair.client.next_message() is None


def test_requests_and_answers_pass():
    pair = Pair()
    pair.client.send(Submit("j", task()))
    assert pair.flow() == ([], [Submit("j", task())])
    pair.server.send(Accepted("j", 1))
    answer = Error("favourite", ErrorInfo(ErrorCode.NOT_FOUND), request=3)
    pair.server.send(answer)
    assert pair.flow() == ([Accepted("j", 1), answer], [])


def test_pings_are_answered_and_pongs_told():
    pair = Pair()
    pair.client.send(Ping(7))
    pair.server.send(Ping(8))
    assert pair.flow() == ([Pong(7)], [Pong(8)])


def test_events_that_were_seen_are_dropped():
    pair = Pair()
    events = [Accepted("j", 1), Progress("j", 3, Phase.LOADING), Accepted("j", 2), Accepted("k", 1)]
    told = [each for event in events for each in pair.tell_client(event)]
    assert told == [events[0], events[1], events[3]]


def test_a_new_connection_goes_on_where_the_old_one_was():
    pair = Pair()
    pair.tell_client(Accepted("j", 4))
    seen = pair.client.seen
    pair = Pair(resume=seen.resume_points(), seen=seen)
    assert pair.client.hello.resume == (ResumePoint("j", 4),)
    assert pair.tell_client(Accepted("j", 4)) == []
    assert pair.tell_client(Accepted("j", 5)) == [Accepted("j", 5)]


def test_a_resume_wants_events_again():
    pair = Pair()
    pair.tell_client(Accepted("j", 4))
    pair.client.send(Resume("j", 2))
    assert pair.tell_client(Accepted("j", 3)) == [Accepted("j", 3)]


def test_ack_names_the_last_event_seen():
    pair = Pair()
    pair.client.ack("j")
    assert pair.said(pair.client) == []
    pair.tell_client(Accepted("j", 4))
    pair.client.ack("j")
    assert pair.said(pair.client) == [Ack("j", 4)]


def test_resume_points_of_the_hello_count_as_seen():
    seen = SeenEvents()
    session = ClientSession(hello(resume=(ResumePoint("j", 9),)), seen)
    session.receive(encode(welcome()))
    assert session.receive(encode(Accepted("j", 9))) == []
    assert seen.last("j") == 9


def test_codecs_we_do_not_know_do_not_spoil_a_greeting():
    session = ClientSession(hello())
    greeting = welcome(codecs=("raw", "zlib", "newer"))
    assert session.receive(encode(greeting)) == [greeting]
