"""Words and LoRAs through a real painter over tiny networks, and everything at once: each acts,
and leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_adapters as made
from tests.support.tiny_rooms import CANNY, PICTURE, PLAIN, SIDE, Context, Room, model_of
from velatura_backend.engines.base import EngineResult, EngineTask
from velatura_backend.engines.diffusion.loading.attachments import Bench
from velatura_backend.engines.diffusion.making import make_engine
from velatura_backend.engines.diffusion.painting.contract import (
    Control,
    Lora,
    Reference,
    ReferenceKind,
    Wording,
)
from velatura_backend.engines.diffusion.specs import spec_of
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import NotFound, Withheld
from velatura_protocol.tasks import Intent, Operation

# The library's own: tensors handed to numpy as numpy 1 took them, old names used by itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]


# -- words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ["sd15", "sdxl"])
def test_weights_of_words_act_and_a_weight_of_one_does_not(room, request):
    room = request.getfixturevalue(room)
    assert room.acts(wording=Wording("a (red:1.5) disc", "blue"))
    assert np.array_equal(room.changed(wording=Wording("a (red:1.0) disc", "blue")), room.plain)


def test_an_embedding_acts_where_the_prompt_has_its_word(sd15):
    assert sd15.acts(wording=Wording("a velvet disc", "blue"))
    bare = Room("sd15")
    wording = Wording("a velvet disc", "blue")
    assert not np.array_equal(sd15.changed(wording=wording), bare.changed(wording=wording))


def test_a_long_prompt_is_painted_and_a_too_long_one_is_told_again_from_the_cache(sd15):
    long = replace(PLAIN, wording=Wording("red " * 40, "blue"))
    assert sd15.paint(long).notices == ()
    longer = replace(PLAIN, wording=Wording("red " * 120 + "never read", "blue"))
    for _ in range(2):
        notices = sd15.paint(longer).notices
        assert [each.id for each in notices] == ["prompt_truncated"]
        assert notices[0].text


def test_families_with_language_models_leave_weights_out_and_say_so():
    room = Room("z-image")
    weighted = replace(PLAIN, wording=Wording("a (red:1.5) disc", "blue"))
    for _ in range(2):
        painted = room.paint(weighted)
        assert [each.id for each in painted.notices] == ["weights_ignored"]
    assert np.array_equal(painted.image, room.plain)


# -- LoRAs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("room", "name"), [("sd15", "ink"), ("sd15", "oil"), ("sdxl", "xl-ink")])
def test_a_lora_acts_and_at_weight_zero_it_does_not(room, name, request):
    room = request.getfixturevalue(room)
    assert room.acts(loras=(Lora(name, 0.8),))
    assert np.array_equal(room.changed(loras=(Lora(name, 0.0),)), room.plain)


def test_loras_add_up_in_any_order(sd15):
    ink, oil = Lora("ink", 0.8), Lora("oil", 0.5)
    both = sd15.changed(loras=(ink, oil))
    assert np.array_equal(both, sd15.changed(loras=(oil, ink)))
    assert not np.allclose(both, sd15.changed(loras=(ink,)), atol=1e-4)
    assert not np.allclose(both, sd15.changed(loras=(oil,)), atol=1e-4)


def test_one_that_is_not_installed_is_named_and_the_next_job_is_as_before(sd15):
    with pytest.raises(NotFound, match="velours"):
        sd15.painted(replace(PLAIN, loras=(Lora("velours"),)))
    assert np.array_equal(sd15.painted(PLAIN), sd15.plain)


# -- all of it -------------------------------------------------------------------------------------


def test_everything_at_once_leaves_no_trace(sd15):
    assert sd15.acts(
        wording=Wording("a (velvet:1.3) disc", "[blue]"),
        loras=(Lora("ink", 0.5), Lora("oil", -0.3)),
        controls=(CANNY, Control("tile", PICTURE, weight=0.4, end=0.7)),
        references=(Reference(PICTURE, ReferenceKind.STYLE, 0.6),),
    )


def test_the_safety_filter_holds_back_only_where_it_is_on(files):
    guard = made.safety_folder(files / "guard", strict=True)
    room = Room("sd15", made.installed(guard, ModelKind.SAFETY, Family.NONE))
    with pytest.raises(Withheld):
        room.painted(replace(PLAIN, safety=True))
    assert np.array_equal(room.painted(PLAIN), room.plain)


def test_a_task_is_adapted_by_its_engine(sd15):
    """From parameters and layers, as a panel sends them, to other pixels."""
    model = model_of("sd15")
    engine = make_engine(model, spec_of(model, sd15.resources.models), sd15.resources)
    assert engine.spec.role("control:canny") is not None
    strokes = np.zeros((SIDE, SIDE, 4), np.float32)
    strokes[30:33, :, 3] = 1.0
    plain = EngineTask(
        Operation.GENERATE, Intent.NONE, np.zeros((512, 512, 4), np.float32),
        np.ones((512, 512), np.float32), seed=3, prompt="a {red|red} disc",
        parameters={"steps": 2, "second_pass": 0.0},
    )  # fmt: skip

    def made_by(**changes):
        *_, last = engine.run(replace(plain, **changes), Context())
        assert isinstance(last, EngineResult)
        return last.image

    first = made_by()
    styled = made_by(parameters={**plain.parameters, "prompt_style": "ink_drawing"})
    lora = made_by(parameters={**plain.parameters, "lora_1": "ink", "lora_1_weight": 0.5})
    tagged = made_by(prompt="a {red|red} disc <lora:ink:0.5>")
    controlled = made_by(images={"control:canny": (strokes,)})
    for each in (styled, lora, controlled):
        assert not np.allclose(each, first, atol=1e-4)
    assert np.array_equal(lora, tagged)


def test_a_bench_has_what_adapters_need():
    assert set(Bench.__dataclass_fields__) == {"parts", "guided", "check"}
