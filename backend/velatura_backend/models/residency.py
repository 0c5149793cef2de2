"""Which parts of models are in memory, and where.

A component (denoiser, VAE, text encoder …) is loaded into the host's memory once, brought to the
device while it is used, stays there as long as there is room, and leaves in the order of last use.
On an accelerator its host copy stays, so that coming back is one copy and no reading of files.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from .residency_copies import HostCopy, bytes_of, fingerprint, loaded
from .residency_memory import DeviceMemory, HostMemory, memory_of

if TYPE_CHECKING:
    from torch.nn import Module

ModuleT = TypeVar("ModuleT", bound="Module")
Name = tuple[str, str]
"""Model's id, component's name."""


class DoesNotFit(MemoryError):
    """``needed`` and ``room`` in bytes: what was asked for, and what there is with everything
    evicted that is not in use."""

    def __init__(self, needed: int, room: int) -> None:
        super().__init__(f"{needed} bytes wanted, {room} to be had")
        self.needed = needed
        self.room = room


@dataclass(frozen=True)
class ResidencyLimits:
    """``device``: the most bytes that may be taken there, None for as many as there are. ``host``:
    the same for copies in the host's memory. ``working``: bytes of the device that weights are to
    leave for activations. ``alone``: only what is in use is there."""

    device: int | None = None
    host: int | None = None
    working: int = 0
    alone: bool = False


@dataclass(frozen=True)
class ResidentComponent:
    """For people and tests: ``names`` are all it is known by."""

    names: tuple[Name, ...]
    bytes: int
    on_device: bool
    in_use: bool


@dataclass
class _Resident:
    module: Module
    bytes: int
    fingerprint: str
    copy: HostCopy
    streamed: bool
    names: set[Name] = field(default_factory=set[Name])
    on_device: bool = False
    uses: int = 0
    used_at: int = 0


def _unchecked() -> None:
    pass


class Residency:
    """For the one thread that runs engines. ``device`` as torch spells it; ``apart``: it has memory
    of its own beside the host's, as all but the CPU are taken to have."""

    def __init__(
        self,
        device: str = "cpu",
        limits: ResidencyLimits | None = None,
        memory: DeviceMemory | None = None,
        host: DeviceMemory | None = None,
        apart: bool | None = None,
    ) -> None:
        self.device = device
        self.limits = limits or ResidencyLimits()
        self.memory = memory or memory_of(device)
        self._host = host or HostMemory()
        self._on_host = device == "cpu" if apart is None else not apart
        self._residents: list[_Resident] = []
        self._clock = 0

    @contextmanager
    def use(
        self,
        model_id: str,
        component: str,
        load: Callable[[], ModuleT],
        *,
        size: int = 0,
        streamed: bool = False,
        share: bool = True,
        check: Callable[[], None] = _unchecked,
    ) -> Iterator[ModuleT]:
        """The component on the device, pinned there until the block ends.

        ``load`` returns it in the host's memory, in the dtype it is to have; it is called only if
        there is none yet. ``size``: its bytes where they are known before, so that room is made
        before reading. ``streamed``: it brings its own parts to the device as it runs (group
        offload), and stays in the host's memory as a whole. ``share``: an equal component of
        another model may be handed out instead; then what is changed about it inside the block is
        to be undone inside the block. ``check`` is called during long copies, to cancel them.

        :raises DoesNotFit: not even with all evicted that is not in use
        """
        resident = self._find((model_id, component), streamed)
        if resident is None:
            resident = self._load((model_id, component), load, size, streamed, share)
        self._clock += 1
        resident.used_at = self._clock
        resident.uses += 1
        try:
            self._bring(resident, check)
            yield cast("ModuleT", resident.module)
        finally:
            resident.uses -= 1

    def has(self, model_id: str, component: str) -> bool:
        """Whether using it needs no reading of files."""
        return any((model_id, component) in each.names for each in self._residents)

    def forget(self, model_id: str) -> None:
        """The model was removed or changed: its parts go, but for those that others share."""
        for each in tuple(self._residents):
            each.names -= {name for name in each.names if name[0] == model_id}
            if not each.names:
                self._drop(each)

    def release(self, wanted: int | None = None) -> int:
        """Takes what is not in use off the device, least recently used first, until ``wanted``
        bytes are freed or, with None, all of it. Answers how many were."""
        freed = 0
        for each in self._idle_on_device():
            if wanted is not None and freed >= wanted:
                break
            freed += each.bytes
            self._leave_device(each)
        gc.collect()  # hooks hold modules in cycles
        self.memory.give_back()
        return freed

    def room(self) -> int:
        """Bytes that weights may take on the device, those that are there included."""
        return self._room()

    def resident(self) -> tuple[ResidentComponent, ...]:
        """The least recently used first."""
        ordered = sorted(self._residents, key=lambda each: each.used_at)
        return tuple(
            ResidentComponent(tuple(sorted(e.names)), e.bytes, e.on_device, e.uses > 0)
            for e in ordered
        )

    def _find(self, name: Name, streamed: bool) -> _Resident | None:
        """One that was loaded to be used the other way is of no use: its hooks differ."""
        found = next((each for each in self._residents if name in each.names), None)
        if found is not None and found.streamed is not streamed:
            found.names.discard(name)
            if not found.names:
                self._drop(found)
            return None
        return found

    def _load(
        self, name: Name, load: Callable[[], Module], size: int, streamed: bool, share: bool
    ) -> _Resident:
        if self._on_host:
            self._make_room(size)
        else:
            self._make_host_room(size)
        module = loaded(load)
        fresh = _Resident(
            module, bytes_of(module), fingerprint(module), HostCopy.of(module), streamed
        )
        same = self._equal(fresh) if share else None
        resident = same or fresh
        resident.names.add(name)
        if same is None:
            self._residents.append(fresh)
            self._make_host_room(0, keep=fresh)
        return resident

    def _equal(self, loaded: _Resident) -> _Resident | None:
        candidates = (
            each
            for each in self._residents
            if each.fingerprint == loaded.fingerprint and each.streamed is loaded.streamed
        )
        return next((each for each in candidates if each.copy.equals(loaded.module)), None)

    def _bring(self, resident: _Resident, check: Callable[[], None]) -> None:
        if resident.on_device or resident.streamed:
            return
        try:
            self._make_room(resident.bytes, loaded=resident.bytes if self._on_host else 0)
        except DoesNotFit:
            if self._on_host:  # it is in that very memory
                self._drop(resident)
            raise
        if not self._on_host:
            resident.copy.to_device(resident.module, self.device, check)
        resident.on_device = True

    def _make_room(self, coming: int, loaded: int = 0) -> None:
        """``loaded``: as many of the bytes coming are there already and count as taken."""
        held = self._held()
        room = self._room(loaded)
        for each in self._idle_on_device():
            if held + coming <= room and not self.limits.alone:
                return
            held -= each.bytes
            self._leave_device(each)
        if held + coming > room:
            raise DoesNotFit(coming, max(0, room - held))

    def _held(self) -> int:
        return sum(each.bytes for each in self._residents if each.on_device)

    def _room(self, loaded: int = 0) -> int:
        room = self.memory.available() + self._held() + loaded
        most = room if self.limits.device is None else min(room, self.limits.device)
        return max(0, most - self.limits.working)

    def _make_host_room(self, coming: int, keep: _Resident | None = None) -> None:
        """Copies go, those of what is on the device last: with its copy a component is dropped
        as a whole, for there would be no way back for it but by the files."""
        if self._on_host:
            return
        held = sum(each.bytes for each in self._residents)
        room = self._host.available() + held
        limit = room if self.limits.host is None else min(room, self.limits.host)
        for each in sorted(self._residents, key=lambda each: (each.on_device, each.used_at)):
            if held + coming <= limit:
                return
            if not each.uses and each is not keep:
                held -= each.bytes
                self._drop(each)

    def _idle_on_device(self) -> list[_Resident]:
        idle = [each for each in self._residents if each.on_device and not each.uses]
        return sorted(idle, key=lambda each: each.used_at)

    def _leave_device(self, resident: _Resident) -> None:
        """The CPU has no other place for it: it is read again when it is wanted again."""
        if self._on_host:
            self._drop(resident)
        else:
            resident.copy.to_host(resident.module)
            resident.on_device = False

    def _drop(self, resident: _Resident) -> None:
        if resident in self._residents:
            self._residents.remove(resident)
        resident.on_device = False
