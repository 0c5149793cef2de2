# pyright: standard
"""One task from its request to its layers, while GIMP waits for it: menu entries and scripts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import (
    BackendUnavailable,
    BadTask,
    Cancelled,
    NotFound,
    VelaturaError,
)
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent

from ...app import App, build
from ...capture.capture import choose_engine
from ...capture.request import GenerateRequest
from ...client.events import Link
from ...controller import Controller
from ...launcher.launcher import SANDBOXED, StartFailed
from ...settings import SettingsStore, data_directory
from ...state.state import JobStatus, JobView, PanelState
from ...ui.form.tasks import task_named
from .adapter import GimpHost
from .gi_names import Gimp, GLib
from .tree import walked

MEETING_SECONDS = 60.0
"""How long a backend may take to be met; it is ready in less than one on an idle machine."""
_LOST_SECONDS = 20.0
_LOOK_MILLISECONDS = 50


@dataclass(frozen=True)
class Asked:
    """A procedure's arguments. ``parameters``: a JSON object, or nothing. ``layer``: the one it is
    about. ``scale`` is for an upscale, ``target`` for a retarget, ``percent`` of each side for what
    an extension adds to each border."""

    task: str
    prompt: str = ""
    engine: str = ""
    seed: int | None = None
    variations: int = 1
    parameters: str = ""
    layer: str = ""
    scale: float | None = None
    target: Size | None = None
    percent: float = 0.0


def carry_out(image: Gimp.Image, asked: Asked, *, shows_progress: bool) -> list[Gimp.Layer]:
    """The new layers, from bottom to top, those of a picture of its own among them; one step of the
    picture's history.

    :raises VelaturaError: what went wrong; the picture is as before
    """
    host = GimpHost(previews_on_canvas=False)
    host.images.bring_to_front(image)
    store = SettingsStore(data_directory())
    app = build(host, store.load_with_identity(), store.path.parent)
    before = {layer.get_id() for layer in _all_layers()}
    with closing(_ProcedureRun(app, _Bar(shows_progress))) as run:
        run.run(asked)
    return [layer for layer in _all_layers() if layer.get_id() not in before]


def _all_layers() -> list[Gimp.Layer]:
    """Of every open picture, each from bottom to top."""
    trees = (reversed(list(walked(image))) for image in Gimp.get_images())
    return [layer for tree in trees for layer, _ in tree]


class _Bar:
    """GIMP's own bar, under the picture or in the batch's words; its button ends this process, and
    with the connection the job."""

    def __init__(self, is_shown: bool) -> None:
        self._is_shown = is_shown
        if is_shown:
            Gimp.progress_init("Velatura")

    def show(self, fraction: float | None) -> None:
        if not self._is_shown:
            return
        if fraction is None:
            Gimp.progress_pulse()
        else:
            Gimp.progress_update(fraction)

    def close(self) -> None:
        if self._is_shown:
            Gimp.progress_end()


class _ProcedureRun:
    def __init__(self, app: App, bar: _Bar) -> None:
        self._app = app
        self._bar = bar

    @property
    def _controller(self) -> Controller:
        return self._app.controller

    @property
    def _state(self) -> PanelState:
        return self._controller.state

    def close(self) -> None:
        self._bar.close()
        self._app.close()

    def run(self, asked: Asked) -> None:
        self._app.start()
        self._meet()
        document = self._controller.host.active_document()
        if document is None:
            raise NotFound(what="document", id="")
        request = self._request(asked, document.size)
        job = self._controller.generate(request, document=document, repeatable=False)
        view = self._followed(job)
        if len(view.staging.unkept) > 1:
            self._controller.accept_all(job)
        else:
            self._controller.accept(job)

    def _meet(self) -> None:
        """:raises VelaturaError: nobody to meet, and why"""
        self._wait(
            lambda: bool(self._state.engines) or self._failure() is not None, MEETING_SECONDS
        )
        if not self._state.engines:
            raise self._failure() or BackendUnavailable(reason="not connected")

    def _failure(self) -> VelaturaError | None:
        """Why there is no use in waiting for a backend: nobody tries any more by itself."""
        link = self._state.link
        if link.link is not Link.OFFLINE or link.error is None:
            return None
        if link.error.params.get("reason") == SANDBOXED:
            return StartFailed(SANDBOXED, link.detail)
        return link.error.exception()

    def _request(self, asked: Asked, size: Size) -> GenerateRequest:
        task = task_named(asked.task)
        if task is None:
            raise BadTask(field="task", reason="is unknown")
        asking = GenerateRequest(
            operation=task.operation,
            intent=task.intent,
            engine=asked.engine,
            prompt=asked.prompt,
            sample_source=task.sample_source,
            seed=asked.seed,
            variations=asked.variations,
            layer=asked.layer,
            preview=False,
            scale=asked.scale,
            target=asked.target,
            extent=_extent(asked, size) if task.intent is Intent.EXPAND else None,
        )
        engine = choose_engine(self._state.engines, asking)
        return replace(asking, parameters=_checked(engine, _of_json(asked.parameters)))

    def _followed(self, job: str) -> JobView:
        """The finished job.

        :raises VelaturaError: it has failed or was stopped, or the connection is lost for good
        """
        lost_since = time.monotonic()

        def is_over() -> bool:
            nonlocal lost_since
            view = self._state.job(job)
            if self._state.link.error is None:
                lost_since = time.monotonic()
            self._bar.show(view.progress.fraction if view else None)
            is_lost = time.monotonic() - lost_since > _LOST_SECONDS
            return view is None or view.status.is_end or is_lost

        self._wait(is_over, None)
        view = self._state.job(job)
        if view is not None and view.is_staging:
            return view
        if view is None or view.status is JobStatus.CANCELLED:
            raise Cancelled(phase="")
        if view.error is not None:
            raise view.error.exception()
        raise BackendUnavailable(reason="connection lost")

    def _wait(self, done: Callable[[], bool], seconds: float | None) -> None:
        """Lets what was posted run until ``done``."""
        end = None if seconds is None else time.monotonic() + seconds
        context = GLib.MainContext.default()
        tick = GLib.timeout_add(_LOOK_MILLISECONDS, lambda: GLib.SOURCE_CONTINUE)
        try:
            while not done() and (end is None or time.monotonic() < end):
                context.iteration(True)
        finally:
            GLib.source_remove(tick)


def _extent(asked: Asked, size: Size) -> Margins:
    """:raises BadTask: nothing is added"""
    across, down = (round(side * asked.percent / 100.0) for side in (size.width, size.height))
    if not across and not down:
        raise BadTask(field="extent", reason=TaskFault.NOTHING_ADDED)
    return Margins(left=across, top=down, right=across, bottom=down)


def _of_json(text: str) -> Mapping[str, object]:
    """:raises BadTask: no JSON object"""
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadTask(field="parameters", reason="is no JSON") from error
    if not isinstance(found, dict):
        raise BadTask(field="parameters", reason="is no JSON object")
    return found


def _checked(engine: EngineSpec, given: Mapping[str, object]) -> dict[str, ParameterValue]:
    """:raises BadTask: the engine has no such parameter, or not with that value"""
    checked: dict[str, ParameterValue] = {}
    for name, found in given.items():
        parameter = engine.parameter(name)
        value = _value(found)
        problem = "is unknown"
        if parameter is not None and value is not None:
            problem = parameter.check(value)
        if problem or value is None:
            raise BadTask(field=name, reason=problem or "is unknown")
        checked[name] = value
    return checked


def _value(found: object) -> ParameterValue | None:
    if isinstance(found, list):
        return tuple(map(str, found))
    return found if isinstance(found, (bool, int, float, str)) else None
