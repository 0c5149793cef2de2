from __future__ import annotations

import argparse
import socket
import ssl
from pathlib import Path

import pytest

from tests.backend.live import served
from tests.support.certificates import Certificate, make_certificate
from velatura_backend.config import Config, Outside
from velatura_backend.serve import serve
from velatura_backend.server.exposure import names_of, outside_hosts, tls_of
from velatura_backend.server.exposure_arguments import (
    add_outside_arguments,
    listening_place,
    outside_of,
)
from velatura_protocol.errors import BackendUnavailable


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "studio.example")


def outside(made: Certificate, address: str = "0.0.0.0", *names: str) -> Outside:
    return Outside(address, 0, made.certificate, made.key, names)


def refusal(outside: Outside) -> str:
    with pytest.raises(BackendUnavailable) as caught:
        tls_of(outside)
    return str(caught.value.params["reason"])


def test_with_a_certificate_and_a_name(made: Certificate) -> None:
    context = tls_of(outside(made, "0.0.0.0", "studio.example"))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    tls_of(outside(made, "192.0.2.7"))


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "::", "studio.example"])
def test_without_tls_no_address_beyond_this_machine(address: str, made: Certificate) -> None:
    assert refusal(Outside(address)) == "not_loopback"
    assert refusal(Outside(address, certificate=made.certificate)) == "not_loopback"
    assert refusal(Outside(address, key=made.key)) == "not_loopback"


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_an_address_that_stands_for_all_is_no_name(address: str, made: Certificate) -> None:
    assert refusal(outside(made, address)) == "name_needed"


def test_a_certificate_that_cannot_be_used(made: Certificate, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "other.example", stem="other")
    noise = tmp_path / "noise.pem"
    noise.write_text("no certificate")
    noise.chmod(0o600)
    names = ("studio.example",)
    for certificate, key in (
        (made.certificate, other.key),
        (noise, made.key),
        (made.certificate, noise),
        (tmp_path / "none.pem", made.key),
        (made.certificate, tmp_path / "none.key"),
    ):
        wrong = Outside("0.0.0.0", 0, certificate, key, names)
        assert refusal(wrong) == "certificate_unreadable"


def test_a_key_that_everybody_can_read(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, "studio.example")
    made.key.chmod(0o644)
    assert refusal(outside(made, "192.0.2.7")) == "key_not_private"


def test_names_are_those_given_and_the_address(made: Certificate) -> None:
    assert names_of(outside(made, "0.0.0.0", "a.example", "b")) == ("a.example", "b")
    assert names_of(outside(made, "192.0.2.7", "a.example")) == ("a.example", "192.0.2.7")
    assert outside_hosts(outside(made, "::", "a.example"), 8443) == {"a.example:8443"}
    assert outside_hosts(outside(made, "2001:db8::1"), 443) == {
        "[2001:db8::1]:443",
        "[2001:db8::1]",
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("0.0.0.0", ("0.0.0.0", 0)),
        ("192.0.2.7:8443", ("192.0.2.7", 8443)),
        ("studio.example:443", ("studio.example", 443)),
        ("::", ("::", 0)),
        ("[2001:db8::1]", ("2001:db8::1", 0)),
        ("[2001:db8::1]:8443", ("2001:db8::1", 8443)),
    ],
)
def test_places_to_listen_at(text: str, place: tuple[str, int]) -> None:
    assert listening_place(text) == place


@pytest.mark.parametrize("text", ["", ":80", "a:b", "a:65536", "a:-1", "[]:1"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        listening_place(text)


def test_the_command_line_says_it_all() -> None:
    parser = argparse.ArgumentParser()
    add_outside_arguments(parser)
    assert outside_of(parser.parse_args([])) is None
    line = "--listen 0.0.0.0:8443 --certificate c --key k --name a --name b"
    wanted = Outside("0.0.0.0", 8443, Path("c"), Path("k"), ("a", "b"))
    assert outside_of(parser.parse_args(line.split())) == wanted


@pytest.mark.parametrize("line", ["--certificate c --key k", "--name a"])
def test_an_address_that_was_forgotten_is_not_passed_over(line: str) -> None:
    parser = argparse.ArgumentParser()
    add_outside_arguments(parser)
    found = outside_of(parser.parse_args(line.split()))
    assert found is not None
    assert refusal(found) == "address_needed"


async def test_a_second_address_that_cannot_be_had_gives_the_first_one_back(
    tmp_path: Path, made: Certificate
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with socket.create_server(("127.0.0.2", 0)) as taken:
        where = Outside("127.0.0.2", taken.getsockname()[1], made.certificate, made.key)
        with pytest.raises(BackendUnavailable, match="port_in_use"):
            async with served(tmp_path, port=port, outside=where):
                pass
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_backend_that_must_not_listen_says_why_and_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve(Config(tmp_path / "data", outside=Outside("0.0.0.0"))) == 4
    said = capsys.readouterr()
    assert "ready" not in said.out
    assert "TLS" in said.err
    assert len(said.err.splitlines()) == 1
    assert not (tmp_path / "data" / "runtime.json").exists()
