"""What the machine's own apt is set up for, and commands that may have to be tried again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ATTEMPTS = 4
PAUSE_SECONDS = 4.0
STEP_SECONDS = 900.0
_SHOWN_LINES = 15
# Proxies and tolerances of the machine's apt hold for its roots, too.
_SETTINGS = ("Acquire::http", "Acquire::https", "Acquire::Check-")


class BuildFailed(Exception):
    """What could not be done, and the end of its log."""


@dataclass(frozen=True)
class Steps:
    """Commands whose words go to one log; ``report`` hears what each step took."""

    log: Path
    report: Callable[[str], None] = field(default=lambda _: None)

    def run(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        extra: Mapping[str, str] | None = None,
        attempts: int = 1,
        mend: Callable[[], None] | None = None,
    ) -> None:
        """:param mend: called between attempts

        :raises BuildFailed: no attempt was good
        """
        started, status = time.monotonic(), 0
        for attempt in range(1, attempts + 1):
            status = self._once(command, folder, extra or {})
            if status == 0:
                self.report(f"{name}: {time.monotonic() - started:.1f} s")
                return
            if attempt < attempts:
                self.report(f"{name}: ended with {status}, once more")
                # A mirror that refuses one connection takes the next a little later.
                time.sleep(PAUSE_SECONDS * attempt)
                if mend is not None:
                    mend()
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])
        raise BuildFailed(f"{name}: {command[0]} failed ({status}), see {self.log}:\n{tail}")

    def _once(self, command: Sequence[str], folder: Path | None, extra: Mapping[str, str]) -> int:
        with self.log.open("a") as output:
            output.write(f"\n[{time.strftime('%H:%M:%S')}] {' '.join(command)}\n")
            output.flush()
            try:
                return subprocess.run(
                    command,
                    cwd=folder,
                    env={**os.environ, "LC_ALL": "C.UTF-8", **extra},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    timeout=STEP_SECONDS,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                output.write(f"ended after {STEP_SECONDS:g} s\n")
                return 124


def mirror(steps: Steps) -> str:
    """Of the Debian archive, wherever the machine's own packages come from.

    :raises BuildFailed: apt knows of none, also after an update of its lists
    """
    found = _mirror()
    if found is None:
        update(steps)
        found = _mirror()
    if found is None:
        raise BuildFailed("apt has no Debian archive configured here")
    return found


def update(steps: Steps) -> None:
    """A fresh machine has no lists, and old lists name files that the archive no longer has."""
    steps.run("the machine's package lists", ["apt-get", "update", "-q"], attempts=ATTEMPTS)


def settings() -> str:
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    return "".join(f"{line}\n" for line in dump.stdout.splitlines() if line.startswith(_SETTINGS))


def proxies() -> dict[str, str]:
    """As the variable that debootstrap's downloader reads."""
    dump = subprocess.run(
        ["apt-config", "shell", "proxy", "Acquire::http::Proxy"],
        capture_output=True,
        text=True,
        check=True,
    )
    value = dump.stdout.strip().partition("=")[2].strip("'")
    return {"http_proxy": value} if value else {}


def _mirror() -> str | None:
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines():
        origin, label, uri = line.split("|")
        if origin == label == "Debian":
            return uri
    return None
