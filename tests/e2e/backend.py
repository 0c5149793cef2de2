"""A real backend process, started as a user starts it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from tests.e2e.command import CommandLine


@contextmanager
def running_backend(velatura: CommandLine) -> Iterator[psutil.Process]:
    """Its process, ready to be talked to; stopped, with its workers, at the end."""
    process = velatura.start("serve", "--port", "0", "--data-dir", velatura.data_directory)
    try:
        ready_line(process)
        yield psutil.Process(process.pid)
    finally:
        stop(process)


def ready_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"no ready line: {process.communicate()[1]}"
    ready = json.loads(line)
    assert ready["event"] == "ready"
    return ready


def stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
