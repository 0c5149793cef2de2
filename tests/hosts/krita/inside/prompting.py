"""Words in the real Krita: an installed model paints them into a selection, and the page that lists
it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.hosts.krita.inside.clicks import full_screen, only_panel_and_layers
from tests.hosts.krita.inside.visit import Visit
from velatura_plugin.ui.model import Action
from velatura_protocol.geometry import Rect

PROMPT = "a red disc on wood"
SELECTED = Rect(24, 24, 80, 80)
_SECONDS = 400


def main(driver) -> Iterator[object]:
    visit = Visit(driver)
    yield from full_screen(driver)
    document = yield from visit.open_picture(os.environ["VELATURA_DRIVE_PICTURE"])
    yield from only_panel_and_layers(driver, visit.width)
    visit.app.action("zoom_to_fit").trigger()
    yield from visit.order("start")
    yield visit.online()
    yield from _ask(visit, document)
    yield from _accept(visit, document)
    yield from _look_at_models(visit)
    visit.hands.close_all()
    yield 300


def _ask(visit: Visit, document) -> Iterator[object]:
    view = visit.view
    task = view.form.main.row("task").editor.widget
    task.setCurrentIndex(task.findData("fill"))
    yield 300
    engine = view.form.main.row("engine").editor.widget
    engine.setCurrentIndex(engine.findData("tiny-inpaint"))
    yield from visit.select(document, SELECTED)
    prompt = view.form.main.row("prompt").editor
    prompt.focus.setFocus()
    visit.panel.type(prompt.focus, PROMPT)
    yield 300
    yield lambda: view.generate.isEnabled()
    visit.panel.click(view.generate)
    yield from _until_painted(visit)
    (job,) = visit.jobs()
    (strip,) = (each for each in view.pile.boxes if each.isVisible())
    view.ensureWidgetVisible(strip.accept)
    yield from visit.shoot("prompt")
    visit.note(
        "painted",
        status=job.status.value,
        error="" if job.error is None else job.error.code.value,
        variations=len(job.staging.ready),
        layers=visit.hands.layer_names(document),
    )


def _until_painted(visit: Visit) -> Iterator[object]:
    """Longer than anything else is waited for: libraries are loaded, and there is no card."""
    for _ in range(_SECONDS):
        if visit.jobs() and visit.all_ended():
            break
        yield 1000
    assert visit.jobs()
    assert visit.all_ended(), [each.status for each in visit.jobs()]
    yield 400


def _accept(visit: Visit, document) -> Iterator[object]:
    visit.app.action("velatura_accept").trigger()
    yield 300
    document.waitForDone()
    x, y = SELECTED.x + SELECTED.width // 2, SELECTED.y + SELECTED.height // 2
    data = bytes(document.pixelData(x - 4, y - 4, 8, 8))
    blue, green, red = (sum(data[each::4]) / 64 for each in range(3))
    visit.note("accepted", layers=visit.hands.layer_names(document), colour=[red, green, blue])


def _look_at_models(visit: Visit) -> Iterator[object]:
    visit.panel.click(visit.panel.tool(Action.OPEN_MODELS))
    yield lambda: visit.state.models.is_open and visit.state.models.is_known
    yield from visit.shoot("models")
    rows = [each for each in visit.view.models.rows if each.isVisible()]
    visit.note("models", listed=[each.model for each in rows], form=visit.view.form.isVisible())
    visit.panel.click(visit.panel.button(Action.CLOSE_MODELS))
    yield 200
