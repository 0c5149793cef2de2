"""What the documentation shows: a first removal, and the panel in its other states."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.gimp.inside import keys
from tests.hosts.gimp.inside.visit import TOWER, Visit
from velatura_plugin.client.events import Link
from velatura_plugin.ui.model import Action
from velatura_protocol.geometry import Rect

SCALE = 2
_ASIDE = (1599, 999)
WHOLE = Rect(TOWER.x, TOWER.y - 4, TOWER.width, 220)
"""All of the pylon, not only its tip."""


def main(visit: Visit) -> Iterator[object]:
    yield lambda: visit.state.link.link is Link.OFFLINE
    yield from _shoot(visit, "offline")
    visit.process.app.start_backend()
    yield from visit.order("start")
    yield visit.online
    visit.process._panel.perform(Action.DISMISS)
    image = visit.image()
    yield from visit.select(image, WHOLE, SCALE)
    yield visit.view.generate.get_sensitive
    yield from _shoot(visit, "idle")
    yield from visit.click(visit.view.generate)
    yield lambda: any(each.preview is not None for each in visit.jobs)
    yield visit.view.preview.get_mapped
    yield from _shoot(visit, "running")
    yield visit.staged
    yield from _shoot(visit, "staging")
    yield from visit.click(visit.strip.beside[Action.ACCEPT])
    yield lambda: not visit.jobs
    yield from visit.press("ctrl+shift+a", lambda: visit.state.document.selected is None)
    yield from _shoot(visit, "accepted")
    visit.edit("task", "restyle")
    yield lambda: any(each.kind.value == "gallery" for each in visit.view.form.main.rows)
    yield from _shoot(visit, "gallery")
    yield from visit.click(visit.tool(Action.OPEN_HISTORY))
    yield visit.view.history.get_mapped
    yield from _shoot(visit, "history")
    visit.process.close()


def _shoot(visit: Visit, name: str) -> Iterator[object]:
    """Without the pointer, and what it makes things say."""
    keys.run("mousemove", *_ASIDE)
    visit.window.get_window().raise_()
    yield visit.settled()
    yield from visit.shoot(name)
