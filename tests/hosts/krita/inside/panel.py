"""The docker in the real Krita, by clicks and keys, through the rows of its state table."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.krita.inside.clicks import (
    floating_messages,
    full_screen,
    has_canvas_focus,
    only_panel_and_layers,
)
from tests.hosts.krita.inside.visit import KEYS, SCALE, TOWER, Visit
from velatura_plugin.client.events import Link
from velatura_plugin.state.state import JobStatus
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.qt.compat import QApplication, QTimer
from velatura_plugin.ui.qt.guard import guarded
from velatura_protocol.geometry import Rect


def main(driver) -> Iterator[object]:
    visit = Visit(driver)
    yield from full_screen(driver)
    yield from _second_window(visit)
    document = yield from visit.open_photo()
    yield from only_panel_and_layers(driver, visit.width)
    visit.app.action("zoom_to_fit").trigger()
    yield from _offline_and_starting(visit)
    yield from _idle(visit, document)
    yield from _running(visit)
    yield from _staging(visit)
    yield from _discarding(visit)
    yield from _pages(visit)
    yield from _failing(visit, document)
    yield from _bug(visit)
    yield from _keys(visit)
    yield from _hidden(visit, document)
    yield from _link_lost(visit)
    visit.hands.close_all()
    yield 500
    visit.note("closed", jobs=len(visit.jobs()))


def _offline_and_starting(visit: Visit) -> Iterator[object]:
    yield lambda: visit.state.link.link is Link.OFFLINE
    view = visit.view
    yield from visit.shoot("offline")
    visit.note("offline", enabled=view.generate.isEnabled(), reason=visit.panel.reasons())
    visit.panel.click(visit.panel.button(Action.START_BACKEND))
    yield lambda: visit.state.link.link is Link.STARTING
    yield from visit.shoot("starting")
    visit.note("starting", stop=view.stop.isVisible(), reason=visit.panel.reasons())
    yield from visit.order("start")
    yield visit.online()


def _idle(visit: Visit, document) -> Iterator[object]:
    view = visit.view
    yield 200
    visit.note("unselected", enabled=view.generate.isEnabled(), reason=visit.panel.reasons())
    yield from visit.select(document, TOWER)
    yield lambda: view.generate.isEnabled()
    yield from visit.shoot("idle")
    visit.note(
        "idle", label=view.generate.text(), hint=view.hint.text(), stop=view.stop.isVisible()
    )


def _running(visit: Visit) -> Iterator[object]:
    view = visit.view
    for _ in range(3):
        visit.panel.click(view.generate)
    yield lambda: view.progress.isVisible()
    yield lambda: any(each.preview is not None for each in visit.jobs())
    visit.note(
        "running", stop=view.stop.isVisible(), jobs=len(visit.jobs()),
        queue=sum(each.isVisible() for each in view.queue.rows),
        words=view.progress.text.text(), enabled=view.generate.isEnabled(),
    )  # fmt: skip
    yield from visit.shoot("running")
    waiting = [each for each in view.queue.rows if each.isVisible()]
    visit.panel.click(waiting[-1].cancel)
    yield lambda: sum(each.is_active for each in visit.jobs()) <= 2
    if view.stop.isVisible():
        visit.panel.click(view.stop)
    yield visit.all_ended
    yield 300
    visit.note("stopped", stop=view.stop.isVisible(), jobs=len(visit.jobs()))
    for job in list(visit.jobs()):
        visit.extension.app.controller.discard(job.job)


def _generate(visit: Visit) -> Iterator[object]:
    visit.panel.click(visit.view.generate)
    yield lambda: bool(visit.jobs()) and visit.all_ended()
    yield 400


def _staging(visit: Visit) -> Iterator[object]:
    view = visit.view
    yield from _generate(visit)
    (strip,) = (each for each in view.pile.boxes if each.isVisible())
    view.ensureWidgetVisible(strip.accept)
    yield from visit.shoot("staging")
    seen = [strip.position.text()]
    strip.thumbnails[0].setFocus()
    visit.panel.press(strip.thumbnails[0], KEYS.Key_Right)
    seen.append(strip.position.text())
    visit.panel.click(strip.thumbnails[2])
    seen.append(strip.position.text())
    layers = visit.hands.layer_names(visit.app.activeDocument())
    visit.panel.hold(strip.thumbnails[2], KEYS.Key_Space)
    yield 300
    compared = visit.jobs()[0].comparing
    yield from visit.shoot("comparing")
    visit.panel.let_go(strip.thumbnails[2], KEYS.Key_Space)
    yield 300
    visit.note(
        "staging", positions=seen, layers=layers, compared=compared,
        comparing=visit.jobs()[0].comparing, word=visit.panel.word(),
    )  # fmt: skip
    visit.panel.press(strip.thumbnails[2], KEYS.Key_Return)
    yield 500
    names = visit.hands.layer_names(visit.app.activeDocument())
    yield from visit.shoot("accepted")
    visit.note("accepted", layers=names, strip=strip.isVisible(), word=visit.panel.word())
    visit.hands.undo()
    yield 500
    visit.note("undone", layers=visit.hands.layer_names(visit.app.activeDocument()))


def _discarding(visit: Visit) -> Iterator[object]:
    yield from _generate(visit)
    (strip,) = (each for each in visit.view.pile.boxes if each.isVisible())
    strip.discard_menu.menu().actions()[-1].trigger()
    yield 200
    visit.view.ensureWidgetVisible(strip.question.no)
    yield from visit.shoot("discarding")
    asked = strip.question.isVisible()
    visit.panel.click(strip.question.yes)
    yield 400
    names = visit.hands.layer_names(visit.app.activeDocument())
    visit.note("discarded", asked=asked, layers=names, jobs=len(visit.jobs()))


def _pages(visit: Visit) -> Iterator[object]:
    """Settings and history take the place of the form, and give it back."""
    view = visit.view
    seen: dict[str, bool] = {}
    for name, opens, closes, page in (
        ("settings", Action.OPEN_SETTINGS, Action.CLOSE_SETTINGS, view.settings),
        ("history", Action.OPEN_HISTORY, Action.CLOSE_HISTORY, view.history),
    ):
        visit.panel.click(visit.panel.tool(opens))
        yield page.isVisible
        yield 700
        view.settings.facts.hide()  # folders of this run, which are nobody's
        yield from visit.shoot(name)
        seen[name] = not view.form.isVisible()
        visit.panel.click(visit.panel.button(closes))
        yield view.form.isVisible
    visit.note("pages", **seen)


def _failing(visit: Visit, document) -> Iterator[object]:
    view = visit.view
    visit.app.action("select_all").trigger()
    yield lambda: visit.state.document.selected == Rect(0, 0, SCALE * 640, SCALE * 427)
    before = visit.notice
    visit.panel.click(view.generate)
    yield lambda: visit.notice not in ("", before)
    yield from visit.shoot("error")
    text = visit.notice
    visit.panel.click(view.notice.close_button)
    yield 200
    visit.note("error", text=text, gone=visit.notice != text, word=visit.panel.word())
    yield from visit.select(document, TOWER)


def _bug(visit: Visit) -> Iterator[object]:
    """An error of ours in a slot: told in the panel, and no dialog of Krita's."""
    view = visit.view
    before = visit.notice
    QTimer.singleShot(0, guarded(lambda: 1 // 0))
    yield lambda: visit.notice not in ("", before)
    text = visit.notice
    visit.panel.click(view.notice.close_button)
    visit.note("bug", text=text, modal=QApplication.activeModalWidget() is not None)


def _keys(visit: Visit) -> Iterator[object]:
    view = visit.view
    visit.panel.click(view.form.fold)
    yield 200
    yield from visit.shoot("more")
    seed = view.form.more.row("seed").editor.line
    seed.setFocus()
    visit.panel.type(seed, "7b")
    visit.panel.press(seed, KEYS.Key_Delete)
    visit.panel.press(seed, KEYS.Key_Escape)
    yield 200
    visit.note(
        "keys", seed=seed.text(), focus=has_canvas_focus(),
        layers=len(visit.app.activeDocument().topLevelNodes()),
    )  # fmt: skip
    visit.panel.click(view.form.more.row("seed").editor.random)
    visit.panel.click(view.form.fold)


def _hidden(visit: Visit, document) -> Iterator[object]:
    visit.panel.docker.hide()
    yield 200
    visit.app.action("velatura_remove").trigger()
    yield lambda: any(each.is_staging and each.status.is_end for each in visit.jobs())
    yield 300
    told = floating_messages()
    yield from visit.shoot("hidden")
    visit.app.action("velatura_accept").trigger()
    yield 400
    visit.note("hidden", told=told, layers=visit.hands.layer_names(document))
    visit.app.action("velatura_panel").trigger()
    yield 300
    visit.note("shown", visible=visit.panel.docker.isVisible(), word=visit.panel.word())


def _link_lost(visit: Visit) -> Iterator[object]:
    view = visit.view
    visit.panel.click(view.generate)
    yield lambda: any(each.status is JobStatus.RUNNING for each in visit.jobs())
    yield from visit.order("kill")
    yield lambda: visit.state.link.link is not Link.ONLINE
    yield from visit.shoot("link-lost")
    visit.note(
        "lost", word=visit.panel.word(), enabled=view.generate.isEnabled(),
        reason=visit.panel.reasons(),
    )  # fmt: skip
    yield from visit.order("start")
    yield visit.online()
    yield visit.all_ended
    yield 300
    visit.note("back", word=visit.panel.word(), status=[each.status.value for each in visit.jobs()])


def _second_window(visit: Visit) -> Iterator[object]:
    """Each window has a docker; one that is closed takes its own with it."""
    dockers = visit.extension.dockers
    first = dockers.all
    window = visit.app.openWindow()
    yield lambda: len(dockers.all) == 2
    window.qwindow().close()
    yield lambda: dockers.all == first
    visit.extension.app.controller.refresh()
    yield 300
    visit.note("windows", dockers=len(dockers.all))
