"""What menus and shortcuts can ask of the plug-in, with or without a panel on the screen.

Krita's actions and GIMP's procedures are made from this one table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..i18n import Translations
from .tasks import TASKS, PanelTask, engines_for, task_named

if TYPE_CHECKING:  # an editor asks for the table while it starts, long before it runs any of it
    from ..state.state import JobView, PanelState
    from .studio import Studio

PREFIX = "velatura_"
_ENGLISH = Translations()


@dataclass(frozen=True)
class Command:
    """``id`` is what users bind their shortcuts to, with :data:`PREFIX`. ``checkable``: it is a
    mode that is on or off."""

    id: str
    title: str
    perform: Callable[[Studio], object]
    task: str = ""
    checkable: bool = False

    @property
    def action_id(self) -> str:
        return PREFIX + self.id

    @property
    def entry(self) -> str:
        """The title for a menu that is called Velatura itself."""
        return self.title.partition(":")[2].strip()

    def is_present(self, state: PanelState) -> bool:
        """Whether it is of any use here: its operation exists, as far as anybody knows yet."""
        task = task_named(self.task)
        return task is None or not state.engines or bool(engines_for(state.engines, task))

    def run(self, studio: Studio) -> None:
        """What goes wrong becomes the notice."""
        studio.app.controller.store.attempt(lambda: self.perform(studio))


def commands(translations: Translations = _ENGLISH) -> tuple[Command, ...]:
    """All of them, in the order of menus."""
    _ = translations.gettext
    own = [_task_command(each, translations) for each in TASKS if each.id in _titles(translations)]
    return (
        *own,
        Command("repeat", _("Velatura: Repeat"), lambda studio: studio.repeat()),
        Command("stop", _("Velatura: Stop"), lambda studio: studio.app.controller.stop_all()),
        Command("accept", _("Velatura: Accept"), _with_staged(_accept)),
        Command("accept_all", _("Velatura: Accept All"), _with_staged(_accept_all)),
        Command("discard", _("Velatura: Discard"), _with_staged(_discard)),
        Command("next", _("Velatura: Next Variation"), _with_staged(_step(1))),
        Command("previous", _("Velatura: Previous Variation"), _with_staged(_step(-1))),
        Command("compare", _("Velatura: Compare with Original"), _with_staged(_compare)),
        Command("panel", _("Velatura: Show Panel"), lambda studio: studio.show_panel()),
        Command(
            "retouch_mode",
            _("Velatura: Retouch Mode"),
            lambda studio: studio.switch_retouch(),
            task="remove",
            checkable=True,
        ),
    )


def _titles(translations: Translations) -> dict[str, str]:
    _ = translations.gettext
    return {
        "fill": _("Velatura: Fill Selection"),
        "remove": _("Velatura: Remove Selected"),
        "extend": _("Velatura: Extend Picture"),
        "restyle": _("Velatura: Restyle"),
        "upscale": _("Velatura: Upscale"),
        "vary": _("Velatura: Vary"),
        "tile": _("Velatura: Make Tileable"),
        "retarget": _("Velatura: Retarget"),
        "generate": _("Velatura: Generate"),
        "restore": _("Velatura: Restore"),
        "recolour": _("Velatura: Recolour"),
        "cut_out": _("Velatura: Cut Out"),
    }


def _task_command(task: PanelTask, translations: Translations) -> Command:
    title = _titles(translations)[task.id]
    return Command(task.id, title, lambda studio: studio.generate(task.id), task=task.id)


def staged(state: PanelState) -> JobView | None:
    """The latest job of the active document that has something to choose from."""
    if state.document is None:
        return None
    staging = [each for each in state.jobs_of(state.document.id) if each.is_staging]
    return staging[-1] if staging else None


def _with_staged(act: Callable[[Studio, JobView], object]) -> Callable[[Studio], object]:
    """Nothing happens where nothing is staged."""

    def perform(studio: Studio) -> None:
        studio.app.controller.refresh()
        view = staged(studio.state)
        if view is not None:
            act(studio, view)

    return perform


def _accept(studio: Studio, view: JobView) -> None:
    studio.app.controller.accept(view.job)


def _accept_all(studio: Studio, view: JobView) -> None:
    studio.app.controller.accept_all(view.job)


def _discard(studio: Studio, view: JobView) -> None:
    studio.app.controller.discard(view.job)


def _step(step: int) -> Callable[[Studio, JobView], object]:
    return lambda studio, view: studio.app.controller.step_variation(view.job, step)


def _compare(studio: Studio, view: JobView) -> None:
    studio.app.controller.compare(view.job, original=not view.comparing)
