"""How a command comes to a backend: the one that runs, or one of its own."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from velatura_backend.config import default_data_directory, prepare_data_directory
from velatura_backend.instance import is_running, owner_secret
from velatura_plugin.app import App, build
from velatura_plugin.host.base import Host
from velatura_plugin.settings import Settings
from velatura_protocol.errors import BackendUnavailable, DataDirectoryInUse, VelaturaError


def backend_command() -> tuple[str, ...]:
    """What starts a backend with this very installation."""
    return (sys.executable, "-m", "velatura_cli", "serve")


def connect(host: Host) -> App:
    """An app whose backend, if it has to start one, ends with this process.

    Each command is a client of its own, so that two at a time do not hear each other's jobs; with
    the owner's secret they see every job all the same.

    :raises BackendUnavailable: the data directory cannot be made or is not private
    """
    directory = default_data_directory()
    prepare_data_directory(directory)
    settings = Settings(client_id=f"command-{secrets.token_hex(8)}")
    return build(
        host,
        settings,
        directory,
        command=backend_command(),
        with_parent=True,
        client_secret=owner_secret(directory),
    )


def silence(directory: Path | None = None) -> VelaturaError:
    """Why nobody answers."""
    if is_running(directory or default_data_directory()):
        return DataDirectoryInUse(pid=0)
    return BackendUnavailable(reason="no answer")
