"""Which addresses belong to the public network. A server of models, or whoever sits in its place,
must not be able to lead us to this machine or to its neighbours."""

from __future__ import annotations

import ipaddress
import socket

from velatura_protocol.errors import DownloadFailed
from velatura_protocol.faults import DownloadFault

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa")

SocketAddress = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
"""Family, and what ``connect`` takes."""


def is_public(address: str) -> bool:
    """Of an address in digits; a name is not public, nor is anything that is none of both."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)))
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast


def sounds_local(host: str) -> bool:
    """Of a host's name or address, without asking anybody: for what a proxy looks up itself."""
    name = host.rstrip(".").lower()
    if _is_address(name):
        return not is_public(name)
    # Without a dot it is a neighbour's name; digits alone are an address in another spelling.
    is_plain = "." not in name or all(part.isalnum() and part[0].isdigit() for part in _parts(name))
    return name == "localhost" or name.endswith(_LOCAL_ENDINGS) or is_plain


def resolve(host: str, port: int, *, public_only: bool) -> list[SocketAddress]:
    """Where to connect to: these addresses, not the name again, which may lead elsewhere by then.

    :raises DownloadFailed: ``unreachable``: nobody knows it; ``private address``: it is inside
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DownloadFailed(reason=DownloadFault.UNREACHABLE) from error
    addresses: list[SocketAddress] = [
        (int(family), address)  # pyright: ignore[reportAssignmentType]
        for family, _, _, _, address in found
        if not public_only or is_public(str(address[0]))
    ]
    if not addresses:
        raise DownloadFailed(reason=DownloadFault.PRIVATE_ADDRESS)
    return addresses


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _parts(name: str) -> list[str]:
    return [part or " " for part in name.split(".")]
