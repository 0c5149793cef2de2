"""Adapters through a real painter over tiny networks: each acts, and leaves no trace."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_adapters as made
from tests.support import tiny_pipelines
from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.diffusion.attachments import Bench
from velatura_backend.engines.diffusion.making import make_engine
from velatura_backend.engines.diffusion.painter import DiffusionPainter
from velatura_backend.engines.diffusion.painting import (
    Control,
    Lora,
    Painted,
    PaintRequest,
    Reference,
    ReferenceKind,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.specs import spec_of
from velatura_backend.engines.workshop import Workshop
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind, Variant
from velatura_protocol.errors import NoModel, NotFound, Unsupported, Withheld
from velatura_protocol.tasks import Intent, Operation

# The library's own: tensors handed to numpy as numpy 1 took them, old names used by itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]

FAMILIES = {
    "sd15": (Family.SD15, Variant.BASE),
    "sd15-inpaint": (Family.SD15, Variant.INPAINT),
    "sdxl": (Family.SDXL, Variant.BASE),
    "flux1-dev": (Family.FLUX1, Variant.BASE),
    "sd3": (Family.SD3, Variant.BASE),
    "z-image": (Family.Z_IMAGE, Variant.BASE),
    "flux2-klein": (Family.FLUX2_KLEIN, Variant.BASE),
}
SIDE = 64
RANDOM = np.random.default_rng(0)
PICTURE = RANDOM.random((SIDE, SIDE, 3), np.float32)
LINES = np.zeros((SIDE, SIDE, 3), np.float32)
LINES[20:24] = 1.0
CANNY = Control("canny", LINES)
PLAIN = PaintRequest(
    SIDE, SIDE, seed=7, wording=Wording("a red disc", "blue"), sampling=Sampling(steps=3)
)


@dataclass
class Context:
    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), 1))
    threads: int = 1

    def wants_preview(self):
        return False


def model_of(kind):
    family, variant = FAMILIES[kind]
    folder = made.deep_sd3() if kind == "sd3" else tiny_pipelines.folder(kind)
    return InstalledModel(
        kind, kind, ModelKind.CHECKPOINT, family, folder, ModelForm.FOLDER, variant=variant
    )


class Room:
    """A painter with a shelf: what it paints, by the request."""

    def __init__(self, kind, *models):
        self.workshop = Workshop(made.Shelf(models), threads=1)
        self.painter = DiffusionPainter(model_of(kind), self.workshop)
        self.plain = self.painted(PLAIN)

    def paint(self, request):
        *_, last = self.painter.paint(request, Context())
        assert isinstance(last, Painted)
        return last

    def painted(self, request):
        return self.paint(request).image

    def changed(self, **given):
        """What the plain request becomes with this too."""
        found = self.painted(replace(PLAIN, **given))
        assert np.isfinite(found).all()
        return found

    def acts(self, **given):
        """That it changes something, and that the next painting without it is as before."""
        found = self.changed(**given)
        assert np.array_equal(self.painted(PLAIN), self.plain)
        return float(np.abs(found - self.plain).max()) > 1e-4


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="module")
def sd15(files):
    pipeline = tiny_pipelines.build("sd15")
    eye = made.image_encoder(files / "eye")
    unet = pipeline.unet

    def put(path, kind, detail=""):
        return made.installed(path, kind, Family.SD15, detail)

    return Room(
        "sd15",
        put(made.control_folder(files / "canny", "sd15"), ModelKind.CONTROL, "canny"),
        put(made.control_folder(files / "depth", "sd15", seed=3), ModelKind.CONTROL, "depth"),
        put(made.control_file(files / "tile.safetensors", "sd15"), ModelKind.CONTROL, "tile"),
        put(made.lora_file(files / "ink.safetensors", pipeline), ModelKind.LORA),
        put(made.lora_file(files / "oil.safetensors", pipeline, "diffusers"), ModelKind.LORA),
        put(made.ip_adapter_file(files / "look.safetensors", unet, eye), ModelKind.IP_ADAPTER),
        put(
            made.ip_adapter_file(files / "look-plus.safetensors", unet, eye, plus=True),
            ModelKind.IP_ADAPTER,
        ),
        put(made.embedding_file(files / "velvet.safetensors"), ModelKind.EMBEDDING),
        made.installed(eye, ModelKind.IMAGE_ENCODER, Family.NONE),
    )


@pytest.fixture(scope="module")
def sdxl(files):
    pipeline = tiny_pipelines.build("sdxl")
    eye = made.image_encoder(files / "eye")

    def put(path, kind, detail=""):
        return made.installed(path, kind, Family.SDXL, detail)

    return Room(
        "sdxl",
        put(made.control_folder(files / "xl-canny", "sdxl"), ModelKind.CONTROL, "canny"),
        put(made.control_folder(files / "xl-all", "sdxl", union=True), ModelKind.CONTROL, "union"),
        put(made.lora_file(files / "xl-ink.safetensors", pipeline), ModelKind.LORA),
        put(
            made.ip_adapter_file(files / "xl-look.safetensors", pipeline.unet, eye),
            ModelKind.IP_ADAPTER,
        ),
        made.installed(eye, ModelKind.IMAGE_ENCODER, Family.NONE),
    )


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


# -- control ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "kind"),
    [("sd15", "canny"), ("sd15", "tile"), ("sdxl", "canny"), ("sdxl", "depth"), ("sdxl", "pose")],
)
def test_a_control_acts_by_its_picture_and_weight(room, kind, request):
    room = request.getfixturevalue(room)
    control = Control(kind, LINES)
    full = room.changed(controls=(control,))
    assert room.acts(controls=(control,))
    assert np.array_equal(room.changed(controls=(replace(control, weight=0.0),)), room.plain)
    half = room.changed(controls=(replace(control, weight=0.5),))
    other = room.changed(controls=(Control(kind, LINES.transpose(1, 0, 2).copy()),))
    assert not np.allclose(half, full, atol=1e-4)
    assert not np.allclose(other, full, atol=1e-5)


def test_a_control_acts_between_its_shares_of_the_steps(sd15):
    never = sd15.changed(controls=(replace(CANNY, start=0.9, end=0.95),))
    assert np.array_equal(never, sd15.plain)
    early = sd15.changed(controls=(replace(CANNY, end=0.34),))
    late = sd15.changed(controls=(replace(CANNY, start=0.66),))
    full = sd15.changed(controls=(CANNY,))
    found = (sd15.plain, early, late, full)
    assert all(
        not np.allclose(one, other, atol=1e-5)
        for index, one in enumerate(found)
        for other in found[index + 1 :]
    )


def test_controls_add_up(sd15):
    depth = Control("depth", PICTURE)
    both = sd15.changed(controls=(CANNY, depth))
    assert not np.allclose(both, sd15.changed(controls=(CANNY,)), atol=1e-5)
    swapped = sd15.changed(controls=(depth, CANNY))
    np.testing.assert_allclose(both, swapped, atol=1e-4)


def test_kinds_of_a_union_differ(sdxl):
    depth = sdxl.changed(controls=(Control("depth", PICTURE),))
    pose = sdxl.changed(controls=(Control("pose", PICTURE),))
    assert not np.allclose(depth, pose, atol=1e-5)


def test_a_kind_without_a_network_is_named(sd15, sdxl):
    with pytest.raises(NoModel, match="pose"):
        sd15.painted(replace(PLAIN, controls=(Control("pose", LINES),)))
    with pytest.raises(Unsupported, match="tile"):  # the tiny union knows six kinds
        sdxl.painted(replace(PLAIN, controls=(Control("tile", LINES),)))
    with pytest.raises(Unsupported, match="klein"):
        Room("flux2-klein").painted(replace(PLAIN, controls=(CANNY,)))


@pytest.mark.parametrize("kind", ["sd15", "sd15-inpaint", "sdxl"])
def test_controls_act_over_a_picture_and_under_a_mask(kind, files):
    base = kind.removesuffix("-inpaint")
    path = made.control_folder(files / f"{kind}-lines", base)
    room = Room(kind, made.installed(path, ModelKind.CONTROL, FAMILIES[kind][0], "canny"))
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[16:48, 16:48] = 1.0
    over = replace(PLAIN, image=PICTURE, mask=mask, strength=0.8)
    plain = room.painted(over)
    assert not np.allclose(plain, room.painted(replace(over, controls=(CANNY,))), atol=1e-4)
    assert np.array_equal(plain, room.painted(over))


@pytest.mark.parametrize("kind", ["flux1-dev", "sd3", "z-image"])
def test_transformer_families_are_controlled_too(kind, files):
    path = made.control_folder(files / f"{kind}-lines", kind)
    room = Room(kind, made.installed(path, ModelKind.CONTROL, FAMILIES[kind][0], "canny"))
    assert room.acts(controls=(CANNY,))
    full = room.changed(controls=(CANNY,))
    assert np.array_equal(room.changed(controls=(replace(CANNY, weight=0.0),)), room.plain)
    assert not np.allclose(full, room.changed(controls=(replace(CANNY, image=PICTURE),)), atol=1e-5)


def test_a_union_of_flux_knows_its_modes(files):
    path = made.control_folder(files / "flux-union", "flux1-dev", union=True)
    room = Room("flux1-dev", made.installed(path, ModelKind.CONTROL, Family.FLUX1, "union"))
    canny = room.changed(controls=(CANNY,))
    assert not np.allclose(canny, room.changed(controls=(Control("depth", LINES),)), atol=1e-5)


# -- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "name"), [("sd15", "look"), ("sd15", "look-plus"), ("sdxl", "xl-look")]
)
def test_a_reference_acts_by_its_picture_and_weight(room, name, request):
    room = request.getfixturevalue(room)
    reference = Reference(PICTURE, model=name)
    full = room.changed(references=(reference,))
    assert room.acts(references=(reference,))
    assert np.array_equal(room.changed(references=(replace(reference, weight=0.0),)), room.plain)
    half = room.changed(references=(replace(reference, weight=0.5),))
    other = room.changed(references=(replace(reference, image=LINES),))
    assert not np.allclose(half, full, atol=1e-4)
    assert not np.allclose(other, full, atol=1e-5)


def test_style_and_content_act_in_different_places_and_several_add_up(sd15):
    content = Reference(PICTURE, model="look")
    style = replace(content, kind=ReferenceKind.STYLE, image=LINES)
    one, two = sd15.changed(references=(content,)), sd15.changed(references=(style,))
    both = sd15.changed(references=(content, style))
    assert not np.allclose(one, two, atol=1e-5)
    assert not np.allclose(both, one, atol=1e-5)
    assert not np.allclose(both, two, atol=1e-5)


def test_without_guidance_there_is_only_the_picture(sd15):
    request = replace(PLAIN, sampling=Sampling(steps=2, guidance=1.0))
    plain = sd15.painted(request)
    shown = sd15.painted(replace(request, references=(Reference(PICTURE),)))
    assert not np.allclose(plain, shown, atol=1e-4)


def test_what_is_missing_for_a_reference_is_named(sd15, files):
    request = replace(PLAIN, references=(Reference(PICTURE),))
    with pytest.raises(NoModel, match="IP-Adapter"):
        Room("sd15").painted(request)
    blind = [
        each for each in sd15.workshop.models.all() if each.kind is not ModelKind.IMAGE_ENCODER
    ]
    with pytest.raises(NoModel, match=r"(?i)image encoder"):
        Room("sd15", *blind).painted(request)
    with pytest.raises(Unsupported, match=r"FLUX\.1"):
        Room("flux1-dev").painted(request)


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
    engine = make_engine(model, spec_of(model, sd15.workshop.models), sd15.workshop)
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
