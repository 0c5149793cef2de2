# pyright: reportAttributeAccessIssue=false
"""How long our Python holds Krita's GUI thread, and how much of that Krita itself takes.

A *slice* is one stay in the plug-in's code: it begins when the GUI thread enters a function of the
plug-in from anywhere else (Qt's event loop, an action, a script) and ends when it leaves the last
one. ``sys.monitoring`` (Krita's Python is 3.12 or later here) tells of both, for functions of the
plug-in only: code of others runs unobserved and therefore at its own speed. Every method of Krita's
own classes is replaced by one that takes the time as well; what such calls took inside of a slice
is subtracted from it. Where Krita calls the plug-in from within one of its own calls, that is a
slice of its own. What is left over is ours: ``own``. Waiting for the interpreter's lock, and for a
core on a busy machine, counts as ours; ``cpu`` is the part of ``own`` in which the thread really
computed.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import krita

_TOOL = sys.monitoring.PROFILER_ID
_EVENTS = sys.monitoring.events
_KEPT_SLICES = 20_000
_HEAVY_SECONDS = 0.004
_OURS = "velatura_plugin"
_PROTOCOL = "velatura_protocol"
_KRITA = (
    *("Krita", "Document", "Node", "Selection", "View", "Window", "Canvas", "Channel"),
    *("GroupLayer", "TransparencyMask", "SelectionMask", "Filter", "Notifier"),
)
_STATIC = "builtin_function_or_method"
_METHODS = ("methoddescriptor", "method_descriptor", _STATIC)


@dataclass(frozen=True)
class Slice:
    """Seconds. ``own`` is ``whole`` less what Krita's calls took."""

    entered: str
    whole: float
    own: float
    cpu: float
    heavy: tuple[tuple[str, float], ...] = ()
    """Functions in it that took a part of ``own`` worth naming, from the inside out."""


@dataclass
class _Stay:
    """A slice that is under way, or a call of Krita's within one."""

    name: str
    began: float
    cpu_began: float
    is_krita: bool = False
    frames: list[tuple[str, float, float]] = field(default_factory=list[tuple[str, float, float]])
    heavy: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    apart: float = 0.0
    apart_cpu: float = 0.0  # of a slice only


@dataclass
class CallTime:
    count: int = 0
    seconds: float = 0.0
    worst: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.seconds += seconds
        self.worst = max(self.worst, seconds)


@dataclass
class Watchdog:
    """Made on the GUI thread; :meth:`watch` once for the whole of Krita's life."""

    slices: list[Slice] = field(default_factory=list)
    calls: dict[str, CallTime] = field(default_factory=dict)
    collections: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    """Generation and seconds of each, whichever thread had to do it: all others wait meanwhile."""
    _stays: list[_Stay] = field(default_factory=list)
    _collecting: float = 0.0
    _thread: int = field(default_factory=threading.get_ident)

    def watch(self) -> None:
        for name in _KRITA:
            if hasattr(krita, name):
                self._time_methods(getattr(krita, name))
        gc.callbacks.append(self._collect)
        sys.monitoring.use_tool_id(_TOOL, "slices")
        for event, taken in {
            _EVENTS.PY_START: self._enter,
            _EVENTS.PY_RESUME: self._enter,
            _EVENTS.PY_RETURN: self._leave,
            _EVENTS.PY_YIELD: self._leave,
            _EVENTS.PY_UNWIND: self._unwind,
        }.items():
            sys.monitoring.register_callback(_TOOL, event, taken)
        sys.monitoring.set_events(
            _TOOL,
            _EVENTS.PY_START
            | _EVENTS.PY_RESUME
            | _EVENTS.PY_RETURN
            | _EVENTS.PY_YIELD
            | _EVENTS.PY_UNWIND,
        )

    def forget(self) -> None:
        self.slices.clear()
        self.calls.clear()
        self.collections.clear()

    def _collect(self, phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            self._collecting = time.perf_counter()
            return
        seconds = time.perf_counter() - self._collecting
        self.collections.append((about["generation"], seconds))
        if seconds > _HEAVY_SECONDS and self._stays and threading.get_ident() == self._thread:
            name = f"rubbish of generation {about['generation']}"
            self._stays[-1].heavy.append((name, seconds))

    # -- our code ----------------------------------------------------------------------------------

    def _enter(self, code: CodeType, _offset: int) -> object:
        if not _is_ours(code):
            return sys.monitoring.DISABLE
        if threading.get_ident() != self._thread:
            return None
        if not self._stays or self._stays[-1].is_krita:
            self._stays.append(_Stay(code.co_qualname, time.perf_counter(), time.thread_time()))
        stay = self._stays[-1]
        stay.frames.append((code.co_qualname, time.perf_counter(), stay.apart))
        return None

    def _leave(self, code: CodeType, _offset: int, _value: object) -> object:
        if not _is_ours(code):
            return sys.monitoring.DISABLE
        if threading.get_ident() == self._thread:
            self._left()
        return None

    def _unwind(self, code: CodeType, _offset: int, _error: BaseException) -> None:
        if _is_ours(code) and threading.get_ident() == self._thread:
            self._left()

    def _left(self) -> None:
        if not self._stays:
            return  # entered before the watch began
        stay = self._stays[-1]
        name, began, apart = stay.frames.pop()
        seconds = time.perf_counter() - began - (stay.apart - apart)
        if seconds > _HEAVY_SECONDS:
            stay.heavy.append((name, seconds))
        if stay.frames:
            return
        self._stays.pop()
        whole, cpu = time.perf_counter() - stay.began, time.thread_time() - stay.cpu_began
        if self._stays:  # Krita called us from within one of its own calls
            self._stays[-1].apart += whole
        if len(self.slices) < _KEPT_SLICES:
            own = whole - stay.apart
            cpu -= stay.apart_cpu
            self.slices.append(Slice(stay.name, whole, own, cpu, tuple(stay.heavy)))

    # -- Krita's code ------------------------------------------------------------------------------

    def _time_methods(self, kind: type) -> None:
        for name in dir(kind):  # which has sip fill the class: it does so at its first use only
            kind_of_method = type(vars(kind).get(name)).__name__
            if name.startswith("_") or kind_of_method not in _METHODS:
                continue
            timed = self._timed(f"{kind.__name__}.{name}", getattr(kind, name))
            is_static = kind_of_method == _STATIC
            setattr(kind, name, staticmethod(timed) if is_static else timed)

    def _timed(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            if threading.get_ident() != self._thread or not self._stays:
                return method(*given, **named)
            stay = _Stay(name, time.perf_counter(), time.thread_time(), is_krita=True)
            self._stays.append(stay)
            try:
                return method(*given, **named)
            finally:
                self._stays.pop()
                seconds, outer = time.perf_counter() - stay.began, self._stays[-1]
                outer.apart += seconds
                outer.apart_cpu += time.thread_time() - stay.cpu_began
                self.calls.setdefault(name, CallTime()).add(seconds - stay.apart)

        return timed


def _is_ours(code: CodeType) -> bool:
    return _OURS in code.co_filename or _PROTOCOL in code.co_filename
