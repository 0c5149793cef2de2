"""A form, its fields, and what comes of edits."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.ui.states import PAINTER, offering
from velatura_backend.engines.specs import FILL
from velatura_plugin.i18n import Translations
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.form.controls import FormContext, fields
from velatura_plugin.ui.form.draft import Draft, settled
from velatura_plugin.ui.form.edits import edited
from velatura_plugin.ui.form.tasks import task_named
from velatura_plugin.ui.model import Field, Form
from velatura_protocol.parameters import ParameterValue

BUILT_IN = offering(FILL)
BOTH = offering(PAINTER, FILL)
WORDS = Translations()
FRESH = Draft()
REMOVE = task_named("remove")


def form(state: PanelState = BUILT_IN, draft: Draft = FRESH, **context: object) -> Form:
    return fields(state, draft, WORDS, replace(FormContext(), **context))  # type: ignore[arg-type]


def ids(shown: tuple[Field, ...]) -> list[str]:
    return [each.id for each in shown]


def field(shown: Form, field_id: str) -> Field:
    (found,) = [each for each in (*shown.main, *shown.more) if each.id == field_id]
    return found


def after_edits(state: PanelState, *edits: tuple[str, ParameterValue], draft=FRESH) -> Draft:
    for field_id, value in edits:
        size = state.document.size if state.document else None
        draft = edited(settled(draft, state), field_id, value, size=size)
    return draft
