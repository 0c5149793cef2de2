"""Certificates for tests, made anew each time by the openssl program."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """PEM files. It is its own authority."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, *names: str, stem: str = "server") -> Certificate:
    """For these host names, valid for two days. Skips the test where there is no openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate with")
    made = Certificate(folder / f"{stem}.pem", folder / f"{stem}.key")
    alternatives = ",".join(f"DNS:{name}" for name in names)
    command = [
        *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-days", "2", "-subj", f"/CN={names[0]}"),
        *("-addext", f"subjectAltName={alternatives}"),
        *("-keyout", str(made.key), "-out", str(made.certificate)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    made.key.chmod(0o600)
    return made
