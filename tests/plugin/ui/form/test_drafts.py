"""Whatever is edited in whatever order: a form, a request, and a memory that comes back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugin.ui.states import PAINTER, UNSELECTED, offering
from velatura_backend.engines.specs import FILL
from velatura_plugin.capture.capture import check_request, choose_engine
from velatura_plugin.i18n import Translations
from velatura_plugin.ui.form.controls import fields
from velatura_plugin.ui.form.draft import Draft, settled
from velatura_plugin.ui.form.edits import edited
from velatura_plugin.ui.form.memory import MOST_PROMPTS, recalled, remembered, with_prompt
from velatura_plugin.ui.form.requests import request_of
from velatura_plugin.ui.model import Field, FieldKind
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Edge, EdgeKind

STATES = [
    offering(PAINTER, FILL),
    offering(FILL),
    offering(PAINTER, FILL, document=UNSELECTED),
    offering(PAINTER, document=None),
]
WORDS = Translations()


def value_for(field: Field, data: st.DataObject) -> ParameterValue:
    """What a view could report for it."""
    match field.kind:
        case FieldKind.CHOICE:
            return data.draw(st.sampled_from([each.id for each in field.options]))
        case FieldKind.SWITCH:
            return data.draw(st.booleans())
        case FieldKind.DECIMAL:
            return data.draw(st.floats(field.minimum or -10, field.maximum or 10))
        case FieldKind.INTEGER | FieldKind.SLIDER | FieldKind.SEED:
            low, high = int(field.minimum or 0), int(field.maximum or 5000)
            return data.draw(st.integers(low, high))
        case FieldKind.COLOUR:
            return "#0080ff"
        case FieldKind.PALETTE:
            return data.draw(st.sampled_from([("#000000", "#ffffff"), ()]))
        case FieldKind.PROMPT | FieldKind.TEXT | FieldKind.FILE:
            return data.draw(st.text(max_size=8))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_edits_make_a_request_that_its_engine_takes(data: st.DataObject) -> None:
    draft = Draft()
    for _ in range(data.draw(st.integers(1, 8))):
        state = data.draw(st.sampled_from(STATES))
        form = fields(state, draft, WORDS)
        field = data.draw(st.sampled_from([*form.main, *form.more]))
        size = state.document.size if state.document else None
        draft = edited(settled(draft, state), field.id, value_for(field, data), size=size)
        request = request_of(draft, state)
        engine = choose_engine(state.engines, request)
        assert engine.id == request.engine
        check_request(request, engine, state.limits)
        assert fields(state, draft, WORDS).main
    assert recalled(remembered(draft)).edges == draft.edges
    assert recalled(remembered(draft)).engines == draft.engines
    assert recalled(remembered(draft)).task in (draft.task, "remove")


@pytest.mark.parametrize("task", ["extend", "upscale", "tile", "retarget"])
def test_the_next_picture_is_not_extended_because_the_last_one_was(task: str) -> None:
    assert recalled(remembered(Draft(task=task))).task == "remove"


@pytest.mark.parametrize(
    "memory",
    [
        {},
        {"edge.remove": ""},
        {"edge.remove": "grow"},
        {"edge.remove": "grow many"},
        {"edge.remove": "grow nan"},
        {"edge.remove": "grow 99999"},
        {"edge.remove": "shrink 4"},
        {"something": "else"},
    ],
)
def test_what_makes_no_sense_is_forgotten(memory: dict[str, str]) -> None:
    assert recalled(memory) == Draft()


def test_a_remembered_edge() -> None:
    assert recalled({"edge.fill": "feather 2.5"}).edges == {"fill": Edge(EdgeKind.FEATHER, 2.5)}


def test_prompts_are_kept_newest_first_each_once_and_not_for_ever() -> None:
    prompts: list[str] = []
    for number in range(60):
        prompts = with_prompt(prompts, f" prompt {number} ")
    assert len(prompts) == MOST_PROMPTS
    assert prompts[0] == "prompt 59"
    assert with_prompt(prompts, "  ") == prompts
    again = with_prompt(prompts, "prompt 40")
    assert again[0] == "prompt 40"
    assert again.count("prompt 40") == 1
