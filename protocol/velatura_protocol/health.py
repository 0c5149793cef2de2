"""How a backend shows that it is the one whose token somebody holds, before it is sent that token.

A file that a killed backend left names a port that another program, another user's perhaps, may
have been given since. So a client that comes by such a file asks first: ``GET /health/NONCE``, with
a nonce of its own. Only who knows the token can make the answer, and nobody learns anything by it.
"""

from __future__ import annotations

import hmac
import os
import re

HEALTH_PATH = "/health"

_NONCE_BYTES = 16
_ASKED = re.compile(re.escape(HEALTH_PATH) + r"(?:/([0-9a-f]{32}))?", re.ASCII)
_PURPOSE = b"velatura health "


def new_nonce() -> str:
    """To be used once."""
    return os.urandom(_NONCE_BYTES).hex()


def health_path(nonce: str) -> str:
    return f"{HEALTH_PATH}/{nonce}"


def nonce_in(path: str) -> str | None:
    """Empty where only health is asked for; None where something else is."""
    asked = _ASKED.fullmatch(path)
    return None if asked is None else asked[1] or ""


def health_proof(token: str, nonce: str) -> str:
    """64 hex digits: HMAC-SHA256 (RFC 2104) of the nonce under the token."""
    return hmac.digest(token.encode("utf-8"), _PURPOSE + nonce.encode("ascii"), "sha256").hex()
