"""The door to other machines: over TLS, under names that are known, or not at all.

On loopback a token is enough: nobody else can read along. Beyond it the token and the pictures
would lie open on the way.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from pathlib import Path

from velatura_protocol.errors import BackendUnavailable

from ..config import Outside
from .auth import host_names

_OPEN_TO_EVERYBODY = 0o007


def tls_of(outside: Outside) -> ssl.SSLContext:
    """How this machine shows who it is.

    :raises BackendUnavailable: ``address_needed``, ``not_loopback`` without a certificate and its
        key, ``name_needed``, ``certificate_unreadable``, ``key_not_private``
    """
    if not outside.address:
        raise BackendUnavailable(reason="address_needed")
    if outside.certificate is None or outside.key is None:
        raise BackendUnavailable(reason="not_loopback")
    if not names_of(outside):
        raise BackendUnavailable(reason="name_needed")
    if _is_open(outside.key):
        raise BackendUnavailable(reason="key_not_private")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a password would be asked for on a terminal that is not there.
        context.load_cert_chain(outside.certificate, outside.key, password="")
    except (OSError, ValueError) as error:
        raise BackendUnavailable(reason="certificate_unreadable") from error
    return context


def names_of(outside: Outside) -> tuple[str, ...]:
    """What a client may call us there: an address that stands for all is nobody's name."""
    return tuple(dict.fromkeys((*outside.names, *_own_name(outside.address))))


def outside_hosts(outside: Outside, port: int) -> frozenset[str]:
    """As a client's ``Host`` header says them."""
    return frozenset(host_names(names_of(outside), port, default_port=443))


def _own_name(address: str) -> tuple[str, ...]:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return (address,)
    return () if found.is_unspecified else (str(found),)


def _is_open(key: Path) -> bool:
    try:
        return os.name == "posix" and key.stat().st_mode & _OPEN_TO_EVERYBODY != 0
    except OSError as error:
        raise BackendUnavailable(reason="certificate_unreadable") from error
