from __future__ import annotations

import pytest

from velatura_protocol.health import (
    HEALTH_PATH,
    health_path,
    health_proof,
    new_nonce,
    nonce_in,
)


def test_each_nonce_is_new_and_found_in_its_path() -> None:
    one, other = new_nonce(), new_nonce()
    assert one != other
    assert nonce_in(health_path(one)) == one
    assert nonce_in(HEALTH_PATH) == ""


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthy",
        "/health/",
        "/health/abc",
        f"/health/{'A' * 32}",
        f"/health/{'a' * 33}",
        f"/health/{'a' * 32}\n",
        f"/health/{'a' * 32}?x",
        f"x/health/{'a' * 32}",
    ],
)
def test_anything_else_asks_for_something_else(path: str) -> None:
    assert nonce_in(path) is None


def test_a_proof_takes_the_token_and_the_nonce() -> None:
    proof = health_proof("token", "a" * 32)
    assert len(proof) == 64
    assert proof == health_proof("token", "a" * 32)
    assert proof != health_proof("other", "a" * 32)
    assert proof != health_proof("token", "b" * 32)
    assert "token" not in proof
