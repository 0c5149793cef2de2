"""The panel in the real GIMP, by clicks and keys, from opening to closing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.gimp.inside import hands, keys
from tests.hosts.gimp.inside.visit import TOWER, Visit, layers
from velatura_plugin.client.events import Link
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_plugin.ui.model import Action

SCALE = 2
PROMPT = "red velvet"


def main(visit: Visit) -> Iterator[object]:
    yield from _starting(visit)
    image = visit.image()
    yield from _idle(visit, image)
    yield from _prompting(visit, image)
    yield from _removing(visit, image)
    yield from _handed_over(visit, image)
    yield from _pages(visit)
    yield from _retouching(visit, image)
    yield from _extending(visit, image)
    yield from visit.shoot("end")
    visit.note("end", jobs=len(visit.jobs), complaints=len(keys.windows("GIMP Message")))
    visit.process.close()


def _starting(visit: Visit) -> Iterator[object]:
    yield lambda: visit.state.link.link is Link.OFFLINE
    yield from visit.shoot("offline")
    visit.note("offline", enabled=visit.view.generate.get_sensitive(), reason=visit.reasons)
    yield from visit.click(visit.button(Action.START_BACKEND))
    yield lambda: visit.state.link.link is Link.STARTING
    visit.note("starting", reason=visit.reasons)
    yield from visit.order("start")
    yield visit.online


def _idle(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    yield lambda: visit.reasons != "The engine is still starting."
    visit.note("unselected", enabled=visit.view.generate.get_sensitive(), reason=visit.reasons)
    yield from visit.select(image, TOWER, SCALE)
    yield visit.view.generate.get_sensitive
    yield from visit.shoot("idle")
    visit.note(
        "idle",
        title=visit.window.get_title(),
        label=visit.view.generate.control.label,
        chooser=visit.window.chooser.get_visible(),
    )


def _prompting(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    """By the engine for checks: what a prompt is, and previews that last."""
    visit.edit("task", "fill")
    visit.edit("engine", "echo")
    visit.edit("variations", 3)
    visit.edit("parameter:seconds", 1.5)
    visit.edit("parameter:previews", 12)
    yield visit.settled()
    before, tree = hands.seen(image), hands.fingerprint(image)
    yield from visit.type_prompt(PROMPT)
    yield from visit.shoot("prompt")
    yield from visit.click(visit.view.generate)
    yield lambda: any(each.preview is not None for each in visit.jobs)
    yield visit.view.preview.get_mapped
    visit.note(
        "previewing",
        stop=visit.view.stop.get_visible(),
        layers=layers(image),
        prompt=visit.jobs[0].prompt,
    )
    yield from visit.shoot("running")
    yield visit.staged
    yield from visit.shoot("staging")
    strip = visit.strip
    seen = [strip.position.get_text()]
    staged = layers(image)
    for thumbnail in (1, 2):
        yield from visit.click(strip.thumbnails[thumbnail])
        yield lambda wanted=thumbnail: strip.thumbnails[wanted].thumbnail.is_current
        seen.append(strip.position.get_text())
    yield from visit.click(strip.beside[Action.ACCEPT])
    yield lambda: not visit.jobs
    visit.note("staged", positions=seen, layers=staged)
    visit.note("accepted", layers=layers(image), changed=hands.seen(image) != before)
    yield from visit.press("ctrl+z", lambda: len(layers(image)) == 1)
    visit.note(
        "undone",
        same=hands.seen(image) == before,
        tree=hands.fingerprint(image)[1:4] == tree[1:4],
    )


def _removing(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    """By the built-in engine, with the settings as they come."""
    visit.edit("engine", "")
    visit.edit("prompt", "")
    visit.edit("task", "remove")
    visit.edit("variations", 2)
    yield visit.view.generate.get_sensitive
    before = hands.seen(image)
    yield from visit.click(visit.view.generate)
    yield lambda: bool(visit.jobs)
    yield visit.staged
    yield from visit.shoot("removal")
    staged = hands.seen(image)
    strip = visit.strip
    yield from visit.click(strip.compare)
    visit.note("compared", staged=staged != before, words=strip.position.get_text())
    yield from visit.click(strip.beside[Action.ACCEPT])
    yield lambda: not visit.jobs
    visit.note("removed", layers=layers(image), word=visit.word)
    yield from visit.shoot("accepted")
    yield from visit.press("ctrl+z", lambda: len(layers(image)) == 1)
    visit.note("removal_undone", same=hands.seen(image) == before)


def _handed_over(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    """Menu entries, by their shortcuts, while the panel is open."""
    yield from visit.press("ctrl+alt+r", lambda: bool(visit.jobs))
    yield visit.staged
    visit.note("handed", layers=layers(image), jobs=len(visit.jobs))
    first = visit.jobs[0].staging.current
    yield from visit.press("ctrl+alt+n", lambda: visit.jobs[0].staging.current != first)
    yield from visit.press("ctrl+alt+d", lambda: not visit.jobs)
    visit.note("dropped", layers=layers(image))
    yield from visit.press("ctrl+alt+p", visit.settled())
    visit.note("once", windows=len(keys.windows("Velatura")))


def _pages(visit: Visit) -> Iterator[object]:
    seen: dict[str, bool] = {}
    for name, opens, closes, page in (
        ("settings", Action.OPEN_SETTINGS, Action.CLOSE_SETTINGS, visit.view.settings),
        ("history", Action.OPEN_HISTORY, Action.CLOSE_HISTORY, visit.view.history),
        ("models", Action.OPEN_MODELS, Action.CLOSE_MODELS, visit.view.models),
    ):
        yield from visit.click(visit.tool(opens))
        yield page.get_mapped
        yield from visit.shoot(name)
        seen[name] = not visit.view.form_part.get_visible()
        yield from visit.click(visit.button(closes))
        yield visit.view.form_part.get_mapped
    visit.note("pages", canvas=visit.process.services.settings.canvas_previews, **seen)


def _retouching(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    yield from visit.press("ctrl+alt+t", lambda: visit.state.retouch.is_on)
    for left in (425, 470):
        hands.select(image, _place(left), None)
        yield lambda: Gimp.Selection.is_empty(image)
    yield lambda: not visit.jobs and not visit.state.retouch.waiting
    visit.note("retouched", tops=[each.get_name() for each in image.get_layers()])
    yield from visit.press("ctrl+alt+t", lambda: not visit.state.retouch.is_on)


def _place(left: int):
    from velatura_protocol.geometry import Rect

    return Rect(SCALE * left, SCALE * 130, 60, 60)


def _extending(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    """What cannot begin shows its form, with the reason."""
    yield from visit.press("ctrl+alt+e", lambda: visit.state.notice is not None)
    visit.note("extend", notice=visit.notice, task=visit.process.services.draft.task)
