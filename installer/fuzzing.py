"""``python3 installer fuzz``: the codec and the session, given mutated conversations for long."""

from __future__ import annotations

from pathlib import Path

from installer import processes
from installer.locations import Checkout
from installer.report import Report
from installer.trouble import Trouble

ATHERIS = "atheris==3.0.0"
"""Only for ``--guided``: 35 MB, and wheels for Linux alone."""


def run(checkout: Checkout, report: Report, *, seconds: float, seed: int, guided: bool) -> int:
    """0 if nothing broke; inputs that broke something are kept in ``out/fuzz``.

    :raises Trouble: atheris cannot be installed
    """
    if guided:
        _install_atheris(checkout, report)
    command: list[str | Path] = [checkout.program("python"), "-m", "tests.fuzz"]
    command += ["--seconds", f"{seconds:g}", "--seed", str(seed)]
    command += ["--guided"] if guided else []
    report.line(f"fuzz: {seconds:g} s, seed {seed}")
    return 1 if processes.run(command, folder=checkout.root, each_line=print).status else 0


def _install_atheris(checkout: Checkout, report: Report) -> None:
    report.line(f"installing {ATHERIS}")
    python = checkout.program("python")
    command: list[str | Path] = [python, "-m", "pip", "install", "-q", "--only-binary", ":all:"]
    ended = processes.run([*command, ATHERIS], folder=checkout.root, each_line=print)
    if ended.status:
        raise Trouble(
            f"{ATHERIS} cannot be installed here",
            "Leave out --guided: the same mutations run without it.",
        )
