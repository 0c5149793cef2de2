"""Stands in for the plug-in's bootstrap, which lies beside it as ``own_bootstrap``: takes the time
of everything that the plug-in does before the user can, each step once."""

import functools
import importlib
import time
from pathlib import Path

APART = "on a thread of its own"
STEPS = []
"""Name, seconds of its thread's processor, when it began and ended by the clock."""
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
            STEPS.append((name, time.thread_time() - cpu, clock, time.perf_counter()))
            MEMORY.append(_memory())

    return timed


MEMORY.append(_memory())
_timed("import", lambda: importlib.import_module(".own_bootstrap", __name__))()
host = importlib.import_module("velatura_plugin.host.krita.extension")
# Its thread is none of Krita's: what it takes is told apart.
preparation = importlib.import_module("velatura_plugin.host.krita.preparation")
preparation.prepare = _timed(APART, preparation.prepare)
dockers = importlib.import_module("velatura_plugin.host.krita.docker").Dockers
dockers.make = _timed("make", dockers.make)
for name in ("setup", "createActions", "_start"):
    step = getattr(host.VelaturaExtension, name)
    setattr(host.VelaturaExtension, name, _timed(name.strip("_"), step))
