"""What is presented of a state; every disabled control says why."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.events import DOCUMENT
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.model import ViewModel
from velatura_plugin.ui.present import present
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo
from velatura_protocol.tasks import Intent, Operation

FILL = GenerateRequest(Operation.FILL, Intent.FILL)
DRAFT = Draft(task="fill")
UNSELECTED = replace(DOCUMENT, selected=None)
INSTALL_FIRST = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "not installed"})
SANDBOXED = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "sandboxed"})
CRASHED = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "ended by signal 9"})
MEMORY = ErrorInfo(ErrorCode.OUT_OF_MEMORY, {"device": "cpu"}, retryable=True)


def model(state: PanelState, draft: Draft = DRAFT) -> ViewModel:
    shown = present(state, draft)
    check_reasons(shown)
    return shown


def check_reasons(shown: ViewModel) -> None:
    """A disabled control always has a visible reason; an enabled one never does."""
    controls = [shown.generate, *shown.status.actions]
    controls += [shown.stop] if shown.stop else []
    controls += shown.notice.actions if shown.notice else ()
    for strip in shown.strips:
        controls += strip.controls
    for control in controls:
        assert control.label
        assert bool(control.reason) is not control.enabled, control
