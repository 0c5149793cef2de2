"""``python -m velatura_backend serve``: the backend as a process of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .config import Config, default_data_directory
from .serve import serve
from .server.exposure_arguments import add_outside_arguments, outside_of


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="velatura_backend", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    add_serve_arguments(verbs.add_parser("serve", help="run the backend until it is stopped"))
    return serve(serve_config(parser.parse_args(arguments)))


def add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``serve``, here and in the command line."""
    parser.add_argument("--port", type=int, default=0, help="0: any that is free (default)")
    parser.add_argument("--data-dir", type=Path, help="where jobs and results are kept")
    parser.add_argument(
        "--grace", type=float, default=600.0, help="seconds to stay without clients and work"
    )
    parser.add_argument("--stay", action="store_true", help="stay until told to stop")
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when standard input is closed"
    )
    add_outside_arguments(parser)


def serve_config(arguments: argparse.Namespace) -> Config:
    config = Config(arguments.data_dir or default_data_directory())
    return replace(
        config,
        data_directory=config.data_directory.expanduser().absolute(),
        port=arguments.port,
        grace_seconds=None if arguments.stay else arguments.grace,
        with_parent=arguments.with_parent,
        outside=outside_of(arguments),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
