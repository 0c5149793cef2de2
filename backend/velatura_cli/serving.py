"""``velatura serve``: the backend in this process. Nothing heavy is imported here."""

from __future__ import annotations

import argparse

from velatura_backend.config import Config, default_data_directory
from velatura_backend.serve import serve
from velatura_backend.server.exposure_arguments import outside_of

from .exit_codes import ExitCode


def run_serve(arguments: argparse.Namespace) -> ExitCode:
    return ExitCode(serve(config_from(arguments)))


def config_from(arguments: argparse.Namespace) -> Config:
    directory = arguments.data_dir or default_data_directory()
    return Config(
        data_directory=directory.expanduser().absolute(),
        port=arguments.port,
        grace_seconds=None if arguments.stay else arguments.grace,
        with_parent=arguments.with_parent,
        outside=outside_of(arguments),
        model_memory=arguments.model_memory * 1_000_000,
    )
