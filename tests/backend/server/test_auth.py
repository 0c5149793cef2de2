from __future__ import annotations

from http import HTTPStatus

import pytest

from velatura_backend.server.auth import Gate, Handshake, loopback_hosts, same_secret
from velatura_protocol.health import health_proof

TOKEN = "correct-horse"
GOOD = (("Host", "127.0.0.1:4711"), ("Authorization", f"Bearer {TOKEN}"))


def judge(*headers: tuple[str, str], path: str = "/") -> HTTPStatus | None:
    return Gate(TOKEN, loopback_hosts(4711)).judge(Handshake(path, headers))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:4711", "localhost:4711", "LOCALHOST:4711", "[::1]:4711"]
)
def test_our_own_names_are_let_in(host: str) -> None:
    assert judge(("host", host), GOOD[1]) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_scheme_s_case_does_not_matter(scheme: str) -> None:
    assert judge(GOOD[0], ("AUTHORIZATION", f"{scheme} {TOKEN}")) is None


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ((*GOOD, ("Origin", "http://evil.example")), "/", 403),
        ((*GOOD, ("Origin", "http://127.0.0.1:4711")), "/", 403),
        ((*GOOD, ("origin", "null")), "/", 403),
        ((*GOOD, ("Origin", "")), "/", 403),
        ((*GOOD, ("Sec-Fetch-Site", "same-origin")), "/", 403),
        ((*GOOD, ("sec-fetch-mode", "websocket")), "/", 403),
        ((*GOOD, ("Origin", "http://evil.example")), "/health", 403),
        ((("Host", "evil.example:4711"), GOOD[1]), "/", 403),
        ((("Host", "127.0.0.1"), GOOD[1]), "/", 403),
        ((("Host", "127.0.0.1:80"), GOOD[1]), "/", 403),
        ((("Host", "127.0.0.1.evil.example:4711"), GOOD[1]), "/", 403),
        ((("Host", "0.0.0.0:4711"), GOOD[1]), "/", 403),
        ((GOOD[1],), "/", 403),
        ((GOOD[0], ("Host", "evil.example:4711"), GOOD[1]), "/", 403),
        ((("Host", "evil.example:4711"),), "/health", 403),
        ((GOOD[0],), "/", 401),
        ((GOOD[0], ("Authorization", "Bearer wrong")), "/", 401),
        ((GOOD[0], ("Authorization", "Bearer ")), "/", 401),
        ((GOOD[0], ("Authorization", TOKEN)), "/", 401),
        ((GOOD[0], ("Authorization", f"Basic {TOKEN}")), "/", 401),
        ((GOOD[0], ("Authorization", f"Bearer {TOKEN}x")), "/", 401),
        ((GOOD[0], ("Authorization", f"Bearer {TOKEN[:-1]}")), "/", 401),
        ((*GOOD, ("Authorization", "Bearer other")), "/", 401),
        ((GOOD[0], ("Authorization", "Bearer \udcff")), "/", 401),
        ((GOOD[0],), f"/?token={TOKEN}", 404),
        (GOOD, f"/?token={TOKEN}", 404),
        (GOOD, "/jobs", 404),
        (GOOD, "/../../etc/passwd", 404),
    ],
)
def test_everybody_else_is_turned_away(
    headers: tuple[tuple[str, str], ...], path: str, status: int
) -> None:
    assert judge(*headers, path=path) == HTTPStatus(status)


def test_health_needs_no_token() -> None:
    assert judge(GOOD[0], path="/health") is HTTPStatus.OK


def test_who_asks_whether_it_is_us_is_shown_and_learns_nothing_else() -> None:
    nonce = "0123456789abcdef" * 2
    asked = Handshake(f"/health/{nonce}", GOOD[:1])
    gate = Gate(TOKEN, loopback_hosts(4711))
    assert gate.judge(asked) is HTTPStatus.OK
    assert gate.words(asked, HTTPStatus.OK) == health_proof(TOKEN, nonce)
    assert TOKEN not in gate.words(asked, HTTPStatus.OK)
    plain = Handshake("/health", GOOD[:1])
    assert gate.words(plain, HTTPStatus.OK) == "OK"
    foreign = Handshake(f"/health/{nonce}", (("Host", "evil.example:4711"),))
    status = gate.judge(foreign)
    assert status is HTTPStatus.FORBIDDEN
    assert gate.words(foreign, status) == "Forbidden"


def test_secrets_are_compared_whole() -> None:
    assert same_secret("añb", "añb")
    assert not same_secret("a", "ab")
