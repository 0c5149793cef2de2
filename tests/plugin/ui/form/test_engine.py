"""The controls an engine asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import online
from tests.plugin.scripted_jobs import INVERTER
from tests.plugin.ui.forms import (
    BOTH,
    BUILT_IN,
    after_edits,
    field,
    form,
    ids,
)
from tests.plugin.ui.states import DRAFTS, LAYERS, PAINTER, UNSELECTED, offering
from velatura_backend.engines.specs import FILL
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.form.requests import request_of
from velatura_plugin.ui.form.tasks import task_named
from velatura_plugin.ui.model import FieldKind
from velatura_protocol.engines import RoleSpec
from velatura_protocol.parameters import Choice
from velatura_protocol.tasks import Intent, Operation, Role


def test_roles_are_picked_from_the_document() -> None:
    shown = field(form(), "role:exclude")
    labels = [(each.label, each.depth) for each in shown.options]
    assert labels == [("None", 0), ("Sky", 0), ("People", 0), ("Face", 1), ("Hole", 0)]
    draft = after_edits(BUILT_IN, ("role:exclude", "saved"))
    assert request_of(draft, BUILT_IN).roles == {"exclude": "saved"}
    assert request_of(draft, offering(FILL, document=UNSELECTED)).roles == {"exclude": "saved"}
    assert request_of(draft, online()).roles == {}, "that layer is not here"
    draft = after_edits(BUILT_IN, ("role:exclude", ""), draft=draft)
    assert request_of(draft, BUILT_IN).roles == {}


def test_roles_that_the_engine_does_not_take_are_kept_for_one_that_does() -> None:
    draft = after_edits(BUILT_IN, ("role:protect", "saved"))
    painting = replace(draft, engines={"remove": PAINTER.id})
    assert request_of(painting, BOTH).roles == {}
    assert request_of(replace(draft, engines={"remove": FILL.id}), BOTH).roles


def test_parameters_are_built_from_the_schema() -> None:
    shown = form(offering(PAINTER), Draft(task="restyle"))
    kinds = {each.id: each.kind for each in (*shown.main, *shown.more)}
    assert kinds["parameter:look"] is FieldKind.CHOICE
    assert kinds["parameter:steps"] is FieldKind.SLIDER
    assert kinds["parameter:far"] is FieldKind.INTEGER
    assert kinds["parameter:guidance"] is FieldKind.DECIMAL
    assert kinds["parameter:turbo"] is FieldKind.SWITCH
    assert kinds["parameter:tint"] is FieldKind.COLOUR
    assert kinds["parameter:colours"] is FieldKind.PALETTE
    assert kinds["parameter:note"] is FieldKind.TEXT
    assert "parameter:map" not in kinds, "a layer is given by role"
    assert field(shown, "parameter:guidance").step == 0.5


def test_parameters_that_depend_on_another() -> None:
    state, draft = offering(PAINTER), Draft(task="restyle")
    assert "parameter:boost" not in ids(form(state, draft).more)
    draft = after_edits(state, ("parameter:boost", 9), draft=draft)
    assert request_of(draft, state).parameters == {}
    draft = after_edits(state, ("parameter:turbo", True), draft=draft)
    assert "parameter:boost" in ids(form(state, draft).more)
    assert request_of(draft, state).parameters == {"boost": 9, "turbo": True}


def test_parameters_of_another_engine_are_kept_and_not_sent() -> None:
    draft = after_edits(BOTH, ("parameter:steps", 7))
    assert request_of(draft, BOTH).parameters == {"steps": 7}
    other = after_edits(BOTH, ("engine", FILL.id), ("parameter:blend", 0.25), draft=draft)
    assert request_of(other, BOTH).parameters == {"blend": 0.25}
    back = after_edits(BOTH, ("engine", PAINTER.id), draft=other)
    assert request_of(back, BOTH).parameters == {"steps": 7}


def test_an_impossible_parameter_is_the_default() -> None:
    draft = Draft(parameters={("remove", "steps"): 999})
    assert field(form(BOTH, draft), "parameter:steps").value == 20
    assert request_of(draft, BOTH).parameters == {"steps": 20}


def test_a_role_the_engine_cannot_do_without_is_in_main() -> None:
    roles = tuple(replace(each, required=each.role == "style") for each in INVERTER.roles)
    state = offering(replace(INVERTER, roles=roles))
    assert "role:style" in ids(form(state, Draft(task="restyle")).main)
    assert "role:style" not in ids(form(state, Draft(task="restyle")).more)


@pytest.mark.parametrize("name", DRAFTS)
def test_every_task_makes_a_request_of_its_own(name: str) -> None:
    request = request_of(DRAFTS[name], BOTH)
    task = task_named(DRAFTS[name].task)
    assert task
    assert (request.operation, request.intent) == (task.operation, task.intent)
    assert request.operation is Operation.FILL or request.intent is Intent.NONE
    assert LAYERS


def test_what_the_task_is_about_is_seen_at_once() -> None:
    roles = (*INVERTER.roles, RoleSpec(Role.STROKES, label="Strokes", main=True))
    about = replace(PAINTER, roles=roles, parameters=(replace(PAINTER.parameters[1], main=True),))
    shown = form(offering(about), Draft(task="recolour"))
    assert {"role:strokes", "parameter:steps"} <= set(ids(shown.main))
    assert not {"role:strokes", "parameter:steps"} & set(ids(shown.more))


def test_roles_that_depend_on_a_parameter() -> None:
    roles = (*INVERTER.roles, RoleSpec(Role.STROKES, label="Strokes", visible_if="turbo=true"))
    state = offering(replace(PAINTER, roles=roles))
    draft = after_edits(state, ("role:strokes", "top"), draft=Draft(task="recolour"))
    assert "role:strokes" not in ids(form(state, draft).more)
    assert request_of(draft, state).roles == {}
    draft = after_edits(state, ("parameter:turbo", True), draft=draft)
    assert "role:strokes" in ids(form(state, draft).more)
    assert request_of(draft, state).roles == {"strokes": "top"}


def test_another_picture_can_be_a_file() -> None:
    state = offering(replace(PAINTER, roles=(RoleSpec(Role.IMAGE), RoleSpec(Role.STYLE))))
    draft = Draft(task="restyle")
    draft = after_edits(state, ("role:style", "file:/pictures/oil.png"), draft=draft)
    shown = form(state, draft)
    style = field(shown, "role:style")
    assert style.value == "file:/pictures/oil.png"
    assert (style.options[1].label, style.options[1].help) == ("oil.png", "/pictures/oil.png")
    assert request_of(draft, state).roles == {"style": "file:/pictures/oil.png"}


def test_what_is_drawn_over_the_picture_is_no_file() -> None:
    state = offering(replace(PAINTER, roles=(RoleSpec(Role.IMAGE), RoleSpec(Role.PROTECT))))
    draft = after_edits(state, ("role:protect", "file:/a.png"), draft=Draft(task="restyle"))
    assert field(form(state, draft), "role:protect").placeholder == ""
    assert request_of(draft, state).roles == {}


def test_presets_have_pictures() -> None:
    look = replace(PAINTER.parameters[0], choices=(Choice("oil", "Oil", b"RIFF"),))
    shown = form(offering(replace(PAINTER, parameters=(look,))), Draft(task="restyle"))
    gallery = field(shown, "parameter:look")
    assert gallery.kind is FieldKind.GALLERY
    assert [each.picture for each in gallery.options] == [b"RIFF"]
    plain = replace(look, choices=(Choice("oil", "Oil"),))
    shown = form(offering(replace(PAINTER, parameters=(plain,))), Draft(task="restyle"))
    assert field(shown, "parameter:look").kind is FieldKind.CHOICE


def test_the_engine_says_what_it_can_and_cannot_do() -> None:
    shown = form(BOTH, Draft(task="remove", engines={"remove": FILL.id}))
    assert field(shown, "engine").note == FILL.sentence
    assert FILL.sentence in [each.help for each in field(shown, "engine").options]
