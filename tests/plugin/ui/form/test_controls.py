"""Which controls a task has, what is put into them, and the request that comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import accepted, working
from tests.plugin.ui.forms import (
    BOTH,
    BUILT_IN,
    after_edits,
    field,
    form,
    ids,
)
from tests.plugin.ui.states import DRAFTS, PAINTER, UNSELECTED, WITH_LAYERS, offering
from velatura_backend.engines.specs import ECHO, FILL
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.form.draft import Draft, settled, task_of
from velatura_plugin.ui.form.edits import edited
from velatura_plugin.ui.form.requests import request_of
from velatura_plugin.ui.form.tasks import TASKS
from velatura_plugin.ui.model import FieldKind, Form
from velatura_protocol.geometry import Size


def test_only_what_the_engines_can_do_is_offered() -> None:
    options = field(form(), "task").options
    assert [each.label for each in options] == ["Remove", "Fill", "Extend"]
    assert field(form(), "task").value == "remove"
    assert len(field(form(BOTH), "task").options) == len(TASKS)


def test_nothing_is_offered_before_a_backend_is_met() -> None:
    assert form(PanelState()) == Form()


def test_engines_for_checking_an_installation_are_not_offered() -> None:
    assert form(offering(ECHO)) == Form()
    assert [each.id for each in field(form(offering(FILL, ECHO)), "engine").options] == [FILL.id]
    chosen = Draft(engines={"remove": ECHO.id})
    shown = field(form(offering(FILL, ECHO), chosen), "engine")
    assert shown.value == ECHO.id
    assert request_of(chosen, offering(FILL, ECHO)).engine == ECHO.id


def test_the_engine_says_what_it_cannot_do() -> None:
    assert "cannot draw what none of them shows" in field(form(), "engine").note
    assert field(form(BOTH), "engine").note == PAINTER.sentence
    chosen = form(BOTH, Draft(engines={"remove": FILL.id}))
    assert field(chosen, "engine").note == FILL.sentence


def test_a_task_that_is_gone_is_there_again_when_its_engine_is() -> None:
    draft = Draft(task="restyle")
    assert task_of(draft, BUILT_IN).id == "remove"
    assert task_of(draft, BOTH).id == "restyle"


def test_each_task_has_its_own_engine() -> None:
    draft = after_edits(BOTH, ("engine", FILL.id), ("task", "fill"))
    assert request_of(draft, BOTH).engine == PAINTER.id
    draft = after_edits(BOTH, ("task", "remove"), draft=draft)
    assert request_of(draft, BOTH).engine == FILL.id


def test_an_edit_is_about_the_task_that_is_shown() -> None:
    draft = after_edits(BUILT_IN, ("edge", "feather"), draft=Draft(task="restyle"))
    assert set(draft.edges) == {"remove"}


MAIN = {
    "remove": ["task", "engine", "prompt", "variations", "retouch"],
    "fill": ["task", "engine", "prompt", "variations"],
    "extend": [
        "task",
        "engine",
        "prompt",
        "extent",
        "extend_left",
        "extend_top",
        "extend_right",
        "extend_bottom",
        "variations",
    ],
}


@pytest.mark.parametrize("task", MAIN)
def test_main_has_only_what_the_task_uses(task: str) -> None:
    assert ids(form(draft=Draft(task=task), retouch=False).main) == MAIN[task]


def test_the_rest_is_under_more() -> None:
    roles = [f"role:{each.role}" for each in FILL.roles if not each.required]
    own = roles + [f"parameter:{each.id}" for each in FILL.parameters]
    assert ids(form().more) == ["mask", "edge", "edge_pixels", "source", *own, "seed"]
    assert ids(form(draft=Draft(task="extend")).more) == ["source", *own, "seed"]


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("restyle", {"strength", "parameter:look", "prompt"}),
        ("upscale", {"scale", "place"}),
        ("retarget", {"width", "height", "place"}),
        ("generate", {"width", "height", "place", "prompt"}),
        ("remove", {"strength", "prompt"}),
    ],
)
def test_main_of_an_engine_that_paints(task: str, wanted: set[str]) -> None:
    assert wanted <= set(ids(form(BOTH, Draft(task=task)).main))


def test_there_is_no_retouch_mode_where_there_is_none() -> None:
    assert "retouch" not in ids(form().main)
    assert "retouch" not in ids(form(draft=Draft(task="fill"), retouch=False).main)
    assert field(form(retouch=True), "retouch").value is True


def test_every_field_can_be_edited_and_no_id_is_there_twice() -> None:
    for draft in DRAFTS.values():
        for state in (BUILT_IN, BOTH):
            shown = form(state, draft)
            every = (*shown.main, *shown.more)
            assert len({each.id for each in every}) == len(every)
            for each in every:
                edited(settled(draft, state), each.id, each.value, size=Size(4, 4))
                assert bool(each.reason) is not each.enabled
                if each.kind is FieldKind.CHOICE:
                    assert each.value in {option.id for option in each.options}, each
                if each.kind is FieldKind.SLIDER:
                    assert None not in (each.minimum, each.maximum)


def test_without_an_engine_that_reads_the_prompt_says_so() -> None:
    shown = field(form(draft=Draft(prompt="a cat")), "prompt")
    assert (shown.enabled, shown.placeholder) == (False, "Get prompts")
    assert shown.reason == "No engine here understands words yet."
    assert request_of(Draft(prompt="a cat"), BUILT_IN).prompt == ""


def test_an_engine_that_does_not_read_can_be_changed() -> None:
    shown = field(form(BOTH, Draft(engines={"remove": FILL.id})), "prompt")
    assert shown.reason.startswith("This engine does not understand words.")


def test_the_prompt_chooses_an_engine_that_reads() -> None:
    better = replace(FILL, rank=99)
    state = offering(better, PAINTER)
    assert request_of(Draft(), state).engine == FILL.id
    request = request_of(Draft(prompt="  a cat ", avoid=" a dog "), state)
    assert (request.engine, request.prompt, request.avoid) == (PAINTER.id, "a cat", "a dog")


def test_the_prompt_s_history() -> None:
    shown = field(form(BOTH, prompts=("new", "old")), "prompt")
    assert [each.label for each in shown.options] == ["new", "old"]


@pytest.mark.parametrize(
    ("task", "document", "percent"),
    [
        ("restyle", WITH_LAYERS, 100),
        ("restyle", UNSELECTED, 60),
        ("fill", UNSELECTED, 100),
    ],
)
def test_strength_follows_the_selection_until_it_is_set(task, document, percent) -> None:
    state, draft = offering(PAINTER, document=document), Draft(task=task)
    assert field(form(state, draft), "strength").value == percent
    assert request_of(draft, state).strength == percent / 100
    draft = after_edits(state, ("strength", 35), draft=draft)
    assert request_of(draft, state).strength == 0.35


def test_what_copies_pixels_knows_no_strength() -> None:
    assert request_of(Draft(strength=35), BUILT_IN).strength == 1.0


def test_seeds() -> None:
    assert request_of(Draft(), BUILT_IN).seed is None
    assert request_of(after_edits(BUILT_IN, ("seed", 12)), BUILT_IN).seed == 12
    assert request_of(after_edits(BUILT_IN, ("seed", -9)), BUILT_IN).seed is None
    assert field(form(working(accepted())), "seed").placeholder == "10", "the last one, to keep"
    assert [each.id for each in field(form(BUILT_IN), "seed").options] == ["-1"]


def test_variations_are_those_of_the_settings_until_they_are_set() -> None:
    assert field(form(variations=5), "variations").value == 5
    assert request_of(Draft(), BUILT_IN, variations=5).variations == 5
    draft = after_edits(BUILT_IN, ("variations", 2))
    assert request_of(draft, BUILT_IN, variations=5).variations == 2
