"""Stands in for the plug-in's bootstrap, which lies beside it as ``own_bootstrap``: takes the time
of everything that the plug-in does before the user can, each step once."""

import functools
import importlib
import time
from pathlib import Path

STEPS = []
"""Name, seconds of the GUI thread's processor, seconds by the clock."""
MEMORY = []
"""Bytes of Krita before the first step and after each."""


def _memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def _timed(name, step):
    @functools.wraps(step)
    def timed(*given):
        cpu, clock = time.thread_time(), time.perf_counter()
        try:
            return step(*given)
        finally:
            STEPS.append((name, time.thread_time() - cpu, time.perf_counter() - clock))
            MEMORY.append(_memory())

    return timed


MEMORY.append(_memory())
_timed("import", lambda: importlib.import_module(".own_bootstrap", __name__))()
docker = importlib.import_module("velatura_plugin.host.krita.docker")
extension = importlib.import_module("velatura_plugin.host.krita.extension")
for kind, step in (
    (extension.VelaturaExtension, "setup"),
    (extension.VelaturaExtension, "createActions"),
    (docker.Dockers, "make"),
    (extension.VelaturaExtension, "_start"),
):
    setattr(kind, step, _timed(step, getattr(kind, step)))
