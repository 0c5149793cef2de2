"""``velatura serve``: the backend in this process. Nothing heavy is imported here."""

from __future__ import annotations

import argparse

from velatura_backend.app import serve
from velatura_backend.config import Config, default_data_directory

from .exit_codes import ExitCode


def run_serve(arguments: argparse.Namespace) -> ExitCode:
    """:raises VelaturaError: it could not start"""
    serve(config_from(arguments))
    return ExitCode.DONE


def config_from(arguments: argparse.Namespace) -> Config:
    directory = arguments.data_dir or default_data_directory()
    return Config(
        data_directory=directory.absolute(),
        port=arguments.port,
        grace_seconds=arguments.grace,
        with_parent=arguments.with_parent,
    )
