"""What Krita's menu and shortcuts can ask of the plug-in, without a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from velatura_protocol.tasks import Intent, Operation

from ...controller import Controller
from ...request import GenerateRequest
from ...state import JobView

MENU = "tools/scripts"


def actions_of(controller: Controller) -> Mapping[str, Callable[[], object]]:
    """By the ids of ``velatura.action``, which users bind their shortcuts to."""
    return {
        "velatura_fill": lambda: _generate(controller, Intent.FILL),
        "velatura_remove": lambda: _generate(controller, Intent.REMOVE),
        "velatura_stop": controller.stop_all,
        "velatura_accept": lambda: _with_staged(controller, controller.accept),
        "velatura_accept_all": lambda: _with_staged(controller, controller.accept_all),
        "velatura_discard": lambda: _with_staged(controller, controller.discard),
        "velatura_next": lambda: _step(controller, 1),
        "velatura_previous": lambda: _step(controller, -1),
        "velatura_compare": lambda: _compare(controller),
    }


TITLES = {
    "velatura_fill": "Velatura: Fill Selection",
    "velatura_remove": "Velatura: Remove Selected",
    "velatura_stop": "Velatura: Stop",
    "velatura_accept": "Velatura: Accept",
    "velatura_accept_all": "Velatura: Accept All",
    "velatura_discard": "Velatura: Discard",
    "velatura_next": "Velatura: Next Variation",
    "velatura_previous": "Velatura: Previous Variation",
    "velatura_compare": "Velatura: Compare with Original",
}


def _generate(controller: Controller, intent: Intent) -> None:
    variations = controller.settings.variations
    controller.generate(GenerateRequest(Operation.FILL, intent, variations=variations))


def _staged(controller: Controller) -> JobView | None:
    """The latest job of the active document that has something to choose from."""
    document = controller.state.document
    if document is None:
        return None
    staging = [each for each in controller.state.jobs_of(document.id) if each.is_staging]
    return staging[-1] if staging else None


def _with_staged(controller: Controller, act: Callable[[str], object]) -> None:
    view = _staged(controller)
    if view is not None:
        act(view.job)


def _step(controller: Controller, step: int) -> None:
    _with_staged(controller, lambda job: controller.step_variation(job, step))


def _compare(controller: Controller) -> None:
    view = _staged(controller)
    if view is not None:
        controller.compare(view.job, original=not view.comparing)
