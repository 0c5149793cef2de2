from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from installer.pip_failures import explain


def pip(*arguments: str, folder: Path) -> str:
    """What the real pip prints, without the machine's configuration."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--retries", "1", "--target", "t", *arguments],
        cwd=folder,
        env={**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode
    return ended.stdout


def test_a_registry_that_refuses_the_connection(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    index = f"http://127.0.0.1:{port}/simple"
    trouble = explain(pip("--index-url", index, "some-package==1.0", folder=tmp_path), "log")
    assert trouble.problem == "The package registry cannot be reached."
    assert "run the same command again" in trouble.remedy


def test_a_registry_without_the_package(tmp_path: Path) -> None:
    output = pip("--no-index", "--find-links", ".", "some-package==1.0", folder=tmp_path)
    trouble = explain(output, "log")
    assert trouble.problem == "The package registry offered no version of some-package at all."


def test_a_registry_without_the_version(tmp_path: Path) -> None:
    (tmp_path / "some_package-0.9-py3-none-any.whl").touch()
    output = pip("--no-index", "--find-links", ".", "some-package==1.0", folder=tmp_path)
    assert explain(output, "log").problem == (
        "The package registry has no some-package==1.0 for this Python and system."
    )


def test_anything_else_is_quoted(tmp_path: Path) -> None:
    trouble = explain(pip("--no-index", "./missing.whl", folder=tmp_path), "the/log")
    assert "wheel filename" in trouble.problem
    assert "the/log" in trouble.remedy


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "The disk ran full while installing."),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')) - skipping\n"
         "ERROR: No matching distribution found for numpy==1",
         "The package registry's certificate was refused."),
        ("ERROR: HTTP error 403 while getting x\nERROR: 403 Client Error: Forbidden for url: x",
         "The package registry refused this machine."),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'",
         "The environment cannot be written to."),
        ("NameResolutionError(\"Failed to resolve 'registry.example' ([Errno -3] Temporary"
         " failure in name resolution)\"): /simple/numpy/\n"
         "ERROR: No matching distribution found for numpy==1",
         "The package registry cannot be reached."),
        ("", "pip failed: no reason given."),
    ],
)  # fmt: skip
def test_causes(output: str, problem: str) -> None:
    assert explain(output, "log").problem == problem
