"""What went wrong in a worker, in the words of the protocol; the traceback goes to the log."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import (
    BadInput,
    DiskFull,
    EngineError,
    NoSource,
    OutOfMemory,
    VelaturaError,
)

from ...disk import is_full
from ...doctor.scrubbing import without_texts
from ..devices import CPU_ID

_log = logging.getLogger("velatura.worker")


def as_error(error: Exception, engine: EngineSpec, texts: Iterable[str] = ()) -> VelaturaError:
    """``texts``: what the user wrote. A library may quote it in its exceptions; the log never
    does."""
    if isinstance(error, VelaturaError):
        return error
    if isinstance(error, MemoryError):
        return OutOfMemory(device=CPU_ID)
    if is_full(error):
        return DiskFull()
    trace = without_texts("".join(traceback.format_exception(error)), texts).rstrip()
    _log.error("engine %s %s failed\n%s", engine.id, engine.version, trace)
    return EngineError(engine=engine.id, kind=type(error).__name__)


def is_hopeless(error: VelaturaError) -> bool:
    """Whether every other variation would fail in the same way: the seed has no part in it."""
    return isinstance(error, (BadInput, NoSource))
