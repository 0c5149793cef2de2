"""The options of ``serve`` by which other machines are served."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..config import Outside


def add_outside_arguments(parser: argparse.ArgumentParser) -> None:
    """To ``serve``, here and in the command line."""
    parser.add_argument(
        "--listen",
        type=listening_place,
        metavar="ADDRESS[:PORT]",
        help="serve other machines, too, at this address; needs --certificate and --key",
    )
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="PEM file: the certificate and its chain"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="PEM file: the certificate's key")
    parser.add_argument(
        "--name",
        dest="names",
        action="append",
        default=[],
        metavar="NAME",
        help="what other machines call this one; may be given several times",
    )


def listening_place(text: str) -> tuple[str, int]:
    """``ADDRESS``, ``ADDRESS:PORT``, ``[IPV6]`` or ``[IPV6]:PORT``; port 0 where there is none."""
    address, port = text, ""
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    if not address or (port and not (port.isdecimal() and int(port) < 65536)):
        raise argparse.ArgumentTypeError(f"not an address and a port: {text}")
    return address, int(port or 0)


def outside_of(arguments: argparse.Namespace) -> Outside | None:
    """None where :func:`add_outside_arguments` were not used. Without ``--listen`` the others are
    not passed over in silence: the address is empty then, and refused."""
    names = tuple(arguments.names)
    if arguments.listen is None and not (arguments.certificate or arguments.key or names):
        return None
    address, port = arguments.listen or ("", 0)
    return Outside(address, port, arguments.certificate, arguments.key, names)
