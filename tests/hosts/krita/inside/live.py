"""The installed plug-in in the running Krita, with a real backend, as its user works with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import krita

from tests.hosts.krita.inside.gui import Gui, OnGui
from tests.hosts.krita.inside.hands import Hands
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.client.events import Link
from velatura_plugin.controller import Controller
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_plugin.host.krita.tree import node_id, walked
from velatura_plugin.state.state import JobStatus, JobView, PanelState
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import PixelFormat, Pixels
from velatura_protocol.tasks import Intent, Operation

SECONDS = 60.0
CLOSING_SECONDS = 0.5
"""See the desk's."""

SIZE = Size(160, 120)
SELECTED = Rect(60, 40, 40, 30)
PREVIEW = "[Preview]"


def slow(seconds: float = 30.0, previews: int = 120, **more: Any) -> GenerateRequest:
    """A job that is still running whenever it is looked at. Its result: the inverse."""
    parameters = {"seconds": seconds, "previews": previews}
    return GenerateRequest(
        Operation.FILL, Intent.FILL, engine="echo", parameters=parameters, **more
    )


class Live:
    """Every call on the GUI thread, from the thread that tests run in."""

    def __init__(self, gui: Gui) -> None:
        self.gui = gui
        self.hands: Any = OnGui(gui.call(Hands), gui)
        self.app: Any = OnGui(gui.call(krita.Krita.instance), gui)
        self.extension = _extension(gui)
        assert self.extension.app is not None
        self.controller: Any = OnGui(self.extension.app.controller, gui)

    @property
    def host(self) -> Any:
        return OnGui(self._controller.host, self.gui)

    @property
    def _controller(self) -> Controller:
        assert self.extension.app is not None
        return self.extension.app.controller

    @property
    def state(self) -> PanelState:
        return self.gui.call(lambda: self._controller.state)

    @property
    def jobs(self) -> tuple[JobView, ...]:
        return self.state.jobs

    @property
    def notice(self) -> str:
        notice = self.state.notice
        return "" if notice is None else sentence(notice.error)

    # -- Krita -------------------------------------------------------------------------------------

    def open(self, pixels: Pixels, profile: str = "") -> krita.Document:
        document = self.hands.open(pixels, profile)
        self.wait(lambda: self.hands.is_ready(document))
        return document

    def select(self, document: krita.Document, region: Rect = SELECTED) -> None:
        self.hands.select(document, region, None)
        self.gui.settle()

    def act(self, action: str) -> None:
        """By Krita's menu."""
        self.gui.call(lambda: _action(action).trigger())
        self.gui.settle()

    def seen(self, document: krita.Document, form: PixelFormat) -> Pixels:
        self.gui.settle()
        return self.hands.seen(document, form)

    def print_of(self, document: krita.Document) -> object:
        self.gui.settle()
        return self.hands.fingerprint(document)

    def names(self, document: krita.Document) -> Sequence[str]:
        return self.hands.layer_names(document)

    def close_all(self) -> None:
        self.gui.settle(CLOSING_SECONDS)
        self.hands.close_all()
        self.gui.settle(0.2)

    def undo(self) -> None:
        """What it undoes changes the tree or the canvas; Krita takes its time over it."""
        before = self.gui.call(_shape)
        self.hands.undo()
        self.wait(lambda: self.gui.call(_shape) != before)
        self.gui.settle(0.1)

    # -- the plug-in -------------------------------------------------------------------------------

    def go_online(self) -> None:
        self.wait(lambda: self.state.link.link is Link.ONLINE and bool(self.state.engines))

    def start(self, request: GenerateRequest) -> str:
        return self.controller.generate(request)

    def remove(self) -> JobView:
        """What is selected, by the menu; returns once there is something to choose from."""
        before = {each.job for each in self.jobs}
        self.act("velatura_remove")
        started = [each.job for each in self.jobs if each.job not in before]
        assert len(started) == 1, (self.notice, self.told())
        return self.ended(started[0])

    def ended(self, job: str, seconds: float = SECONDS) -> JobView:
        self.wait(lambda: self.job(job).status.is_end, seconds)
        view = self.job(job)
        assert view.status is JobStatus.FINISHED, view.error
        self.gui.settle()
        return view

    def job(self, job: str) -> JobView:
        view = self.state.job(job)
        assert view is not None, "the job has left the panel"
        return view

    def until_preview(self, document: krita.Document, job: str) -> None:
        self.wait(lambda: any(each.startswith(PREVIEW) for each in self.names(document)))
        assert not self.job(job).status.is_end

    def forget_jobs(self) -> None:
        for view in self.jobs:
            self.controller.discard(view.job)
        self.gui.call(lambda: self._controller.store.attempt(self._controller.stop_all))
        self.wait(lambda: not self.jobs)

    def wait(self, done: Callable[[], object], seconds: float = SECONDS) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"waited {seconds:g} s in vain: {self.told()}"
            time.sleep(0.02)

    def told(self) -> object:
        """The panel's state without its pictures."""
        state = self.state
        jobs = [(each.status, each.error, len(each.staging.ready)) for each in state.jobs]
        return state.link, state.notice, jobs

    def works(self) -> None:
        """The plug-in is usable: a removal, accepted, in a picture of its own."""
        from tests.hosts.krita.inside.pictures import BGRA8, textured

        self.go_online()
        document = self.open(textured(SIZE, BGRA8))
        self.select(document)
        self.remove()
        self.act("velatura_accept")
        assert len(self.names(document)) == 2, self.notice


def live(gui: Gui) -> Iterator[Live]:
    """For a fixture: nothing of one test is left to the next."""
    live = Live(gui)
    live.go_online()
    yield live
    live.forget_jobs()
    live.close_all()


def _extension(gui: Gui) -> VelaturaExtension:
    (found,) = (each for each in gui.extensions if isinstance(each, VelaturaExtension))
    return found


def _shape() -> object:
    document = krita.Krita.instance().activeDocument()
    document.waitForDone()
    ids = [node_id(node) for node, _ in walked(document)]
    return ids, document.width(), document.height()


def _action(name: str) -> Any:
    action = krita.Krita.instance().action(name)
    assert action is not None, name
    return action


def temporary(name: str) -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(), name)
