"""What menus and shortcuts can ask of the plug-in, with or without a panel on the screen.

Krita's actions and GIMP's procedures are made from this one table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..i18n import Translations
from .form.tasks import TASKS, PanelTask, engines_for, task_named

if TYPE_CHECKING:  # an editor asks for the table while it starts, long before it runs any of it
    from ..state.state import JobView, PanelState
    from .services import PanelServices

PREFIX = "velatura_"
_ENGLISH = Translations()


@dataclass(frozen=True)
class Command:
    """``id`` is what users bind their shortcuts to, with :data:`PREFIX`. ``checkable``: it is a
    mode that is on or off."""

    id: str
    title: str
    perform: Callable[[PanelServices], object]
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

    def run(self, services: PanelServices) -> None:
        """What goes wrong becomes the notice."""
        services.app.controller.store.attempt(lambda: self.perform(services))


def commands(translations: Translations = _ENGLISH) -> tuple[Command, ...]:
    """All of them, in the order of menus."""
    _ = translations.gettext
    own = [_task_command(each, translations) for each in TASKS if each.id in _titles(translations)]
    return (
        *own,
        Command("repeat", _("Velatura: Repeat"), lambda services: services.repeat()),
        Command("stop", _("Velatura: Stop"), lambda services: services.app.controller.stop_all()),
        Command("accept", _("Velatura: Accept"), _with_staged(_accept)),
        Command("accept_all", _("Velatura: Accept All"), _with_staged(_accept_all)),
        Command("discard", _("Velatura: Discard"), _with_staged(_discard)),
        Command("next", _("Velatura: Next Variation"), _with_staged(_step(1))),
        Command("previous", _("Velatura: Previous Variation"), _with_staged(_step(-1))),
        Command("compare", _("Velatura: Compare with Original"), _with_staged(_compare)),
        Command("panel", _("Velatura: Show Panel"), lambda services: services.show_panel()),
        Command(
            "retouch_mode",
            _("Velatura: Retouch Mode"),
            lambda services: services.switch_retouch(),
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
    return Command(task.id, title, lambda services: services.generate(task.id), task=task.id)


def staged(state: PanelState) -> JobView | None:
    """The latest job of the active document that has something to choose from."""
    if state.document is None:
        return None
    staging = [each for each in state.jobs_of(state.document.id) if each.is_staging]
    return staging[-1] if staging else None


def _with_staged(
    act: Callable[[PanelServices, JobView], object],
) -> Callable[[PanelServices], object]:
    """Nothing happens where nothing is staged."""

    def perform(services: PanelServices) -> None:
        services.app.controller.refresh()
        view = staged(services.state)
        if view is not None:
            act(services, view)

    return perform


def _accept(services: PanelServices, view: JobView) -> None:
    services.app.controller.accept(view.job)


def _accept_all(services: PanelServices, view: JobView) -> None:
    services.app.controller.accept_all(view.job)


def _discard(services: PanelServices, view: JobView) -> None:
    services.app.controller.discard(view.job)


def _step(step: int) -> Callable[[PanelServices, JobView], object]:
    return lambda services, view: services.app.controller.step_variation(view.job, step)


def _compare(services: PanelServices, view: JobView) -> None:
    services.app.controller.compare(view.job, original=not view.comparing)
