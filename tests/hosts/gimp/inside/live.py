"""The plug-in's core in the suite's own process, on the real GIMP and with a real backend."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.sheets import Sheet, picture
from velatura_plugin.app import App, build
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.client.events import Link
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_plugin.host.gimp.tree import walked
from velatura_plugin.settings import SettingsStore, data_directory
from velatura_plugin.state.state import JobStatus, JobView, PanelState
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Intent, Operation

SECONDS = 60.0
_LOOK_SECONDS = 0.02
PREVIEW = "[Preview]"
SIZE = Size(160, 120)
SELECTED = Rect(60, 40, 40, 30)
_RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)


def textured(size: Size = SIZE, turn: float = 0.0) -> Pixels:
    """Waves: something to find patches in."""
    data = bytearray(_RGBA8.byte_count(size))
    for y in range(size.height):
        for x in range(size.width):
            wave = math.sin(x / 5.0 + turn) + math.cos(y / 7.0 - turn)
            grey = int(127 + 55 * wave)
            at = 4 * (y * size.width + x)
            data[at : at + 4] = bytes((grey, 255 - grey, (x + y) % 256, 255))
    return Pixels(size, _RGBA8, bytes(data))


def slow(seconds: float = 30.0, previews: int = 120, **more: Any) -> GenerateRequest:
    """A job that is still running whenever it is looked at. Its result: the inverse."""
    parameters = {"seconds": seconds, "previews": previews}
    return GenerateRequest(
        Operation.FILL, Intent.FILL, engine="echo", parameters=parameters, **more
    )


REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE, seed=3)


class Live:
    def __init__(self, settings: Path, data: Path) -> None:
        self.host = GimpHost()
        store = SettingsStore(settings)
        self.app: App = build(self.host, store.load_with_identity(), data)
        self.app.start()

    @property
    def controller(self):
        return self.app.controller

    @property
    def state(self) -> PanelState:
        return self.controller.state

    @property
    def notice(self) -> str:
        notice = self.state.notice
        return "" if notice is None else sentence(notice.error)

    # -- GIMP --------------------------------------------------------------------------------------

    def open(self, *, is_selected: bool = True) -> Sheet:
        """Of two layers, the upper one active."""
        sheet = picture(self.host, textured())
        hands.add_layer(sheet.image, "upper", textured(turn=1.0))
        if is_selected:
            hands.select(sheet.image, SELECTED, None)
        return sheet

    def names(self, sheet: Sheet) -> list[str]:
        return list(hands.layer_names(sheet.image))

    # -- the plug-in -------------------------------------------------------------------------------

    def go_online(self) -> None:
        self.wait(lambda: self.state.link.link is Link.ONLINE and bool(self.state.engines))

    def start(self, sheet: Sheet, request: GenerateRequest) -> str:
        return self.controller.generate(request, document=sheet.document)

    def ended(self, job: str, seconds: float = SECONDS) -> JobView:
        self.wait(lambda: self.job(job).status.is_end, seconds)
        return self.job(job)

    def finished(self, job: str, seconds: float = SECONDS) -> JobView:
        view = self.ended(job, seconds)
        assert view.status is JobStatus.FINISHED, view.error
        return view

    def failed(self, job: str) -> str:
        """What is said of it."""
        view = self.ended(job)
        assert view.status is JobStatus.FAILED, view.status
        assert view.error is not None
        return sentence(view.error)

    def job(self, job: str) -> JobView:
        view = self.state.job(job)
        assert view is not None, "the job has left the panel"
        return view

    def until_preview(self, sheet: Sheet, job: str) -> None:
        self.wait(lambda: any(each.startswith(PREVIEW) for each in self.names(sheet)))
        assert not self.job(job).status.is_end

    def wait(self, done: Callable[[], object], seconds: float = SECONDS) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"waited {seconds:g} s in vain: {self.told()}"
            hands.spin()
            time.sleep(_LOOK_SECONDS)

    def told(self) -> object:
        """The panel's state without its pictures."""
        state = self.state
        jobs = [(each.status, each.error, len(each.staging.ready)) for each in state.jobs]
        return state.link, state.notice, jobs

    def works(self) -> None:
        """GIMP and plug-in are usable: a removal, accepted, and undone, in a picture of its own."""
        self.go_online()
        sheet = self.open()
        before, seen = sheet.prints(), hands.seen(sheet.image)
        job = self.start(sheet, REMOVE)
        self.finished(job)
        self.controller.accept(job)
        assert len(self.names(sheet)) == 3, self.notice
        after = sheet.prints()
        assert {each: after[each] for each in before} == before
        assert hands.seen(sheet.image) != seen
        sheet.undo()
        assert sheet.prints() == before
        assert hands.seen(sheet.image) == seen

    def close(self) -> None:
        self.app.close()
        hands.close_all()


def live() -> Iterator[Live]:
    """For a fixture: nothing of one test is left to the next."""
    data = data_directory()
    found = Live(data / "of-the-suite", data)
    found.go_online()
    yield found
    for view in found.state.jobs:
        found.controller.discard(view.job)
    found.wait(lambda: not found.state.jobs)
    found.close()


def print_of(sheet: Sheet) -> tuple[Any, Any]:
    """All of a picture that nothing may have changed."""
    return hands.fingerprint(sheet.image), sheet.prints()


def own_step(sheet: Sheet) -> Gimp.Layer:
    """Something that the user has done last: what the next undo must take back."""
    layer = Gimp.Layer.new(
        sheet.image, "the user's", 4, 4, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL
    )
    layer.fill(Gimp.FillType.WHITE)
    active = sheet.image.get_selected_layers()
    sheet.image.undo_group_start()
    sheet.image.insert_layer(layer, None, 0)
    sheet.image.set_selected_layers(active)
    sheet.image.undo_group_end()
    return layer


def undoes_own_step(sheet: Sheet, layer: Gimp.Layer) -> None:
    """Nothing was added to the history since :func:`own_step`."""
    number = layer.get_id()
    sheet.undo()
    assert number not in {each.get_id() for each, _ in walked(sheet.image)}


def backend() -> int:
    """Its process."""
    runtime = Path(os.environ["VELATURA_DATA_DIR"], "runtime.json")
    return int(json.loads(runtime.read_text())["pid"])


def workers() -> list[int]:
    """Processes that the backend has started and that work: Linux's own table of them."""
    found, parent = [], str(backend())
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything; what follows it is numbers.
            fields = each.read_text().rpartition(")")[2].split()
            command = each.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if fields[1] == parent and b"spawn_main" in command:
            found.append(int(each.parent.name))
    return found
