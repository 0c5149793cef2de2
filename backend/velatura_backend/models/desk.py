"""Where requests about models are carried out: one desk in a backend, whoever asks.

The work itself is plain code of :mod:`.models`, in threads. An installation belongs to the backend,
not to the client that asked for it: a panel may close while gigabytes come.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from velatura_protocol.errors import Cancelled, VelaturaError
from velatura_protocol.messages import DeviceInfo, Models

from .checking import verify
from .describing import control_choices, describe_control
from .importing import import_models
from .installing import check_licences, discard_parts, install, with_needs
from .listing import describe, offered
from .manifest import Offer
from .places import Place, find_places, place_of
from .sources import read_source
from .store import ModelStore
from .work import Report, Step

_log = logging.getLogger("velatura.models")

_REPORT_SECONDS = 0.2
_PHASE = "models"

Tell = Callable[[str, Step], None]
"""Hears of progress, on the event loop: the model in work, and how far it is."""

Result = TypeVar("Result")


class _Installation:
    """One that is under way. ``stop`` is looked at by the thread that works."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.hearers: list[Tell] = []
        self.task: asyncio.Task[int] | None = None

    def tell(self, model: str, step: Step) -> None:
        for hear in list(self.hearers):
            hear(model, step)


class ModelDesk:
    """``changed`` is called on the event loop after the models have changed. ``devices``: what
    workers have found, for what to recommend."""

    def __init__(
        self,
        store: ModelStore,
        version: str,
        *,
        changed: Callable[[], None],
        devices: Callable[[], Sequence[DeviceInfo]],
        can_run: bool,
        home: Path | None = None,
    ) -> None:
        self._store = store
        self._version = version
        self._changed = changed
        self._devices = devices
        self._can_run = can_run
        self._home = home
        self._installations: dict[str, _Installation] = {}
        self._stops: set[threading.Event] = set()

    @property
    def is_idle(self) -> bool:
        return not self._stops and not self._installations

    async def close(self) -> None:
        """What has come of installations is kept for another day."""
        for stop in self._stops:
            stop.set()
        installations = list(self._installations.values())
        for each in installations:
            each.stop.set()
        tasks = [each.task for each in installations if each.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def listed(self, request: int) -> Models:
        installing = frozenset(self._installations)
        memory = max(
            (each.memory_total for each in self._devices() if not each.id.startswith("cpu")),
            default=0,
        )

        def look() -> Models:
            return Models(
                request,
                installed=tuple(describe(each) for each in self._store.recorded()),
                offered=offered(self._store, memory=memory, installing=installing),
                places=tuple(each.shown for each in self._places()),
                can_run=self._can_run,
                control_kinds=control_choices(),
            )

        return await asyncio.to_thread(look)

    async def install(self, model: str, *, accepted: bool, tell: Tell) -> int:
        """How many models came: this one and those that it needs. Joins an installation that is
        under way; goes on in any case when the caller is cancelled.

        :raises VelaturaError: see :func:`.models.installing.install`
        """
        installation = self._installations.get(model)
        if installation is None:
            installation = self._begin(model, accepted=accepted)
        assert installation.task is not None
        installation.hearers.append(tell)
        try:
            return await asyncio.shield(installation.task)
        finally:
            installation.hearers.remove(tell)

    async def import_place(self, place: str, tell: Tell) -> int:
        """How many models the list has of it now.

        :raises VelaturaError: see :func:`.models.importing.import_models`
        """
        found = place_of(place, await asyncio.to_thread(self._places))
        imported = await self._in_thread(
            lambda report: import_models(self._store, found.path, report=report), "", tell
        )
        self._changed()
        return len(imported.models)

    async def describe(self, model: str, *, control: str) -> int:
        """:raises NotFound, BadTask: see :func:`.models.describing.describe_control`"""
        await asyncio.to_thread(describe_control, self._store, model, control)
        self._changed()
        return 1

    async def verify(self, model: str, tell: Tell) -> int:
        """:raises NotFound, ModelDamaged: see :func:`.models.checking.verify`"""
        await self._in_thread(lambda report: verify(self._store, model, report), model, tell)
        return 1

    async def remove(self, model: str) -> int:
        """:raises NotFound: no such model"""
        await asyncio.to_thread(self._store.remove, model)
        self._changed()
        return 1

    async def stop(self, model: str, *, discard: bool) -> int:
        """Returns when it has stopped: 1, or 0 where there was nothing to stop."""
        installation = self._installations.get(model)
        if installation is not None and installation.task is not None:
            installation.stop.set()
            await asyncio.wait((installation.task,))
        if discard:
            await asyncio.to_thread(discard_parts, self._store, model)
        return int(installation is not None)

    # -- inside ------------------------------------------------------------------------------------

    def _begin(self, model: str, *, accepted: bool) -> _Installation:
        """:raises NotFound, LicenceNotAccepted: nothing is begun"""
        wanted = with_needs(model)
        check_licences(self._store, wanted, accepted=accepted)
        installation = self._installations[model] = _Installation()
        work = self._install_all(wanted, installation, accepted=accepted)
        installation.task = asyncio.create_task(work)

        def end(task: asyncio.Task[int]) -> None:
            del self._installations[model]
            _note_end(task)

        installation.task.add_done_callback(end)
        return installation

    async def _install_all(
        self, wanted: Sequence[Offer], installation: _Installation, *, accepted: bool
    ) -> int:
        web = read_source(self._store.directory).web(self._version)
        for offer in wanted:
            await self._in_thread(
                lambda report, offer=offer: install(
                    self._store, offer, web, accepted=accepted, report=report
                ),
                offer.id,
                installation.tell,
                installation.stop,
            )
            self._changed()
        return len(wanted)

    async def _in_thread(
        self,
        work: Callable[[Report], Result],
        model: str,
        tell: Tell,
        stop: threading.Event | None = None,
    ) -> Result:
        """Ends the thread's work, too, when the caller is cancelled."""
        stop = stop or threading.Event()
        report = _reporter(asyncio.get_running_loop(), stop, lambda step: tell(model, step))
        self._stops.add(stop)
        try:
            return await asyncio.to_thread(work, report)
        except asyncio.CancelledError:
            stop.set()
            raise
        finally:
            self._stops.discard(stop)

    def _places(self) -> tuple[Place, ...]:
        return find_places(self._home or Path.home(), self._store.directory / "import")


def _reporter(
    loop: asyncio.AbstractEventLoop, stop: threading.Event, tell: Callable[[Step], None]
) -> Report:
    """Called in the thread; passes on as much as anybody can see."""
    told = 0.0

    def report(step: Step) -> None:
        nonlocal told
        if stop.is_set():
            raise Cancelled(phase=_PHASE)
        now = time.monotonic()
        if now - told >= _REPORT_SECONDS:
            told = now
            loop.call_soon_threadsafe(tell, step)

    return report


def _note_end(task: asyncio.Task[int]) -> None:
    """An installation's end is told to whoever waits for it; nobody may."""
    if task.cancelled():
        return
    error = task.exception()
    if isinstance(error, VelaturaError):
        _log.info("an installation ended: %s", error.code.value)
    elif error is not None:
        _log.error("an installation failed", exc_info=error)
