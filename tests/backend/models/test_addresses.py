"""Which addresses are inside."""

from __future__ import annotations

import pytest

from velatura_backend.models.addresses import is_public, resolve, sounds_local
from velatura_protocol.errors import DownloadFailed

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", [*INSIDE, "localhost", "", "1.2.3", "example.org"])
def test_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_outside(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *INSIDE, "localhost", "LOCALHOST.", "a.localhost", "nas", "printer.local", "x.internal",
        "2130706433", "0x7f000001", "127.1", "",
    ],
)  # fmt: skip
def test_names_that_are_not_given_to_a_proxy(host: str) -> None:
    assert sounds_local(host)


@pytest.mark.parametrize("host", ["huggingface.co", "1.1.1.1", "cdn-lfs.hf.co", "hf-mirror.com."])
def test_names_of_the_public_network(host: str) -> None:
    assert not sounds_local(host)


def test_inside_is_refused_unless_wanted() -> None:
    with pytest.raises(DownloadFailed) as caught:
        resolve("127.0.0.1", 80, public_only=True)
    assert caught.value.params == {"reason": "private address"}
    ((_, address),) = resolve("127.0.0.1", 80, public_only=False)
    assert address[:2] == ("127.0.0.1", 80)


def test_a_name_that_is_none() -> None:
    for host in ("a..b", "x" * 300):
        with pytest.raises(DownloadFailed) as caught:
            resolve(host, 80, public_only=True)
        assert caught.value.params == {"reason": "unreachable"}
