"""Which controls a task has, what is put into them, and the request that comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import accepted, online, working
from tests.plugin.scripted import INVERTER
from tests.plugin.ui.states import DRAFTS, LAYERS, PAINTER, UNSELECTED, WITH_LAYERS, offering
from velatura_backend.engines.specs import ECHO, FILL
from velatura_plugin.extent import Anchor
from velatura_plugin.host.base import MaskKind
from velatura_plugin.i18n import Translations
from velatura_plugin.request import MaskSource
from velatura_plugin.state import PanelState
from velatura_plugin.ui.draft import Draft, edge_of, settled, task_of
from velatura_plugin.ui.edits import edited
from velatura_plugin.ui.form import FormContext, fields
from velatura_plugin.ui.model import Field, FieldKind, Form
from velatura_plugin.ui.requests import request_of
from velatura_plugin.ui.tasks import TASKS, task_named
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Edge, EdgeKind, Intent, Operation, Placement, SampleSource

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


# -- tasks and engines -----------------------------------------------------------------------------


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
    assert "cannot draw what the picture does not show" in form().about
    assert form(BOTH).about == PAINTER.sentence
    assert form(BOTH, Draft(engines={"remove": FILL.id})).about == FILL.sentence


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


# -- main and more ---------------------------------------------------------------------------------

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
    own = ["parameter:locality", "parameter:texture", "parameter:blend"]
    assert ids(form().more) == [
        "mask",
        "edge",
        "edge_pixels",
        "source",
        "role:exclude",
        "role:protect",
        *own,
        "seed",
    ]
    assert ids(form(draft=Draft(task="extend")).more) == [
        "source",
        "role:exclude",
        "role:protect",
        *own,
        "seed",
    ]


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


# -- words -----------------------------------------------------------------------------------------


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


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "pixels"), [(Size(1000, 1000), 8), (Size(6000, 4000), 39), (Size(10, 10), 1)]
)
def test_a_removal_starts_grown_by_the_picture_s_size(size: Size, pixels: int) -> None:
    assert REMOVE
    assert edge_of(Draft(), REMOVE, replace(WITH_LAYERS, size=size)) == Edge(EdgeKind.GROW, pixels)
    fill = task_named("fill")
    assert fill
    assert edge_of(Draft(), fill, replace(WITH_LAYERS, size=size)) == Edge()


def test_edges() -> None:
    draft = after_edits(BUILT_IN, ("edge", "exact"))
    assert request_of(draft, BUILT_IN).edge == Edge()
    assert "edge_pixels" not in ids(form(draft=draft).more)
    draft = after_edits(BUILT_IN, ("edge", "feather"), ("edge_pixels", 30), draft=draft)
    assert request_of(draft, BUILT_IN).edge == Edge(EdgeKind.FEATHER, 30)
    assert field(form(draft=draft), "edge_pixels").label == "Feather by"
    draft = after_edits(BUILT_IN, ("edge", "grow"), draft=draft)
    assert request_of(draft, BUILT_IN).edge == Edge(EdgeKind.GROW, 30)


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


def test_variations_are_those_of_the_settings_until_they_are_set() -> None:
    assert field(form(variations=5), "variations").value == 5
    assert request_of(Draft(), BUILT_IN, variations=5).variations == 5
    draft = after_edits(BUILT_IN, ("variations", 2))
    assert request_of(draft, BUILT_IN, variations=5).variations == 2


def test_sources() -> None:
    assert request_of(Draft(), BUILT_IN).sample_source is SampleSource.BELOW
    assert request_of(Draft(task="restyle"), BOTH).sample_source is SampleSource.LAYER
    assert request_of(Draft(task="upscale"), BOTH).sample_source is SampleSource.VISIBLE
    draft = after_edits(BUILT_IN, ("source", "visible"))
    assert request_of(draft, BUILT_IN).sample_source is SampleSource.VISIBLE
    assert request_of(replace(draft, task="fill"), BUILT_IN).sample_source is SampleSource.BELOW


def test_masks() -> None:
    options = [each.label for each in field(form(), "mask").options]
    assert options == ["Selection", "Transparent areas", "Sky", "People", "Face", "Hole"]
    draft = after_edits(BUILT_IN, ("mask", "transparency"))
    assert request_of(draft, BUILT_IN).mask == MaskSource(MaskKind.TRANSPARENCY)
    draft = after_edits(BUILT_IN, ("mask", "layer:saved"))
    assert request_of(draft, BUILT_IN).mask == MaskSource(MaskKind.REFERENCE, "saved")
    elsewhere = online()
    assert request_of(draft, elsewhere).mask == MaskSource(), "that layer is not here"
    assert field(form(elsewhere, draft), "mask").value == "selection"


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


def test_extending() -> None:
    draft = after_edits(BUILT_IN, ("task", "extend"), ("extend_left", 8), ("extend_bottom", 3))
    request = request_of(draft, BUILT_IN)
    assert request.extent == Margins(left=8, bottom=3)
    assert (request.intent, request.edge, request.mask) == (Intent.EXPAND, Edge(), MaskSource())
    draft = after_edits(BUILT_IN, ("extent", "1:1"), ("anchor", "top"), draft=draft)
    assert request_of(draft, BUILT_IN).extent == Margins(bottom=10), "40 × 30 becomes a square"
    assert "extend_left" not in ids(form(draft=draft).main)
    assert draft.anchor is Anchor.TOP
    assert request_of(replace(draft, task="remove"), BUILT_IN).extent is None


def test_sizes() -> None:
    state = offering(PAINTER)
    draft = after_edits(state, ("task", "upscale"), ("scale", 99.0))
    assert request_of(draft, state).scale == 8.0
    assert request_of(draft, state).target is None
    draft = after_edits(state, ("task", "retarget"), ("width", 100), draft=draft)
    request = request_of(draft, state)
    assert (request.target, request.scale) == (Size(100, 30), None)
    draft = after_edits(state, ("height", 0), draft=draft)
    assert request_of(draft, state).target == Size(100, 1)


def test_places() -> None:
    state, draft = offering(PAINTER), Draft(task="upscale")
    assert request_of(draft, state).placement is Placement.NEW_DOCUMENT
    draft = after_edits(state, ("place", "above"), draft=draft)
    request = request_of(draft, state)
    assert request.placement is Placement.ABOVE
    assert request.stays_in_size
    assert request_of(replace(draft, task="retarget"), state).placement is Placement.NEW_DOCUMENT
    assert request_of(Draft(), state).placement is None


# -- an engine's own parameters --------------------------------------------------------------------


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
