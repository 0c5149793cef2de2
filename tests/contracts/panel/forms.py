"""Forms to be shown, and the editors of their fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.contracts.panel.desk import Desk
from tests.contracts.panel.field_hands import Editor
from tests.hosts import samples
from velatura_plugin.ui.model import Field, Form, ViewModel


def with_fields(*fields: Field) -> ViewModel:
    return replace(samples.IDLE, form=Form(fields))


def editor(desk: Desk, field: Field) -> Editor:
    row = desk.show(with_fields(field)).form.main.row(field.id)
    assert row is not None
    return row.editor


def prompt(desk: Desk, field: Field = samples.PROMPT) -> Any:
    """Its text, with the focus."""
    text = editor(desk, field).text
    desk.focus(text)
    return text


def last_edit(desk: Desk) -> object:
    return desk.told.edits[-1]
