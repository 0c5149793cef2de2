"""A backend that tests in Krita may kill: it is started again."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.backend import ready_line, stop
from tests.e2e.command import COMMAND, CommandLine
from tests.hosts.krita.profile import TREE

PROTOCOL = TREE / "protocol/velatura_protocol"
_OURS = "ProtocolVersion(1, 0)"


@dataclass
class Serving:
    """``environment`` is for Krita: where the plug-in finds the backend."""

    velatura: CommandLine
    _ending: threading.Event = field(default_factory=threading.Event)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"VELATURA_DATA_DIR": str(self.velatura.data_directory)}

    def keep(self, ready: threading.Event) -> None:
        """Runs one after the other until :meth:`end`."""
        while not self._ending.is_set():
            folder = self.velatura.data_directory
            process = self.velatura.start("serve", "--port", "0", "--data-dir", folder)
            try:
                ready_line(process)
                ready.set()
                while process.poll() is None and not self._ending.wait(0.2):
                    pass
            finally:
                stop(process)

    def end(self) -> None:
        self._ending.set()


@contextmanager
def of_another_version(data: Path, folder: Path) -> Iterator[None]:
    """A backend that speaks the protocol's next major version, in ``data``."""
    changed = folder / "another-version"
    shutil.copytree(PROTOCOL, changed / PROTOCOL.name)
    parts = changed / PROTOCOL.name / "messages/parts.py"
    source = parts.read_text()
    assert _OURS in source
    parts.write_text(source.replace(_OURS, "ProtocolVersion(2, 0)"))
    environment = {**os.environ, "PYTHONPATH": str(changed)}
    command = [*COMMAND, "serve", "--port", "0", "--data-dir", str(data)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert ready_line(process)["protocol"] == "2.0"
        yield
    finally:
        stop(process)


@contextmanager
def kept_running(data: Path, folder: Path) -> Iterator[Serving]:
    serving = Serving(CommandLine(data, folder))
    ready = threading.Event()
    keeper = threading.Thread(target=serving.keep, args=(ready,))
    keeper.start()
    try:
        assert ready.wait(60), "the backend did not start"
        yield serving
    finally:
        serving.end()
        keeper.join()
