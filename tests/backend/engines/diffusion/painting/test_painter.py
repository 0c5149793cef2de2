"""What a painter promises, held by every row of the families' table over tiny networks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines
from tests.support.painting_desk import (
    Context,
    box_mask,
    events_of,
    installed,
    painted,
    painter_of,
    picture,
    previews_of,
    progress_of,
    stopping_at,
)
from velatura_backend.engines.diffusion.families.table import ROWS
from velatura_backend.engines.diffusion.painting.contract import (
    Painted,
    PaintEvent,
    PaintProgress,
    PaintRequest,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter, traits_of
from velatura_backend.engines.diffusion.painting.viewing import Viewer
from velatura_protocol.errors import BadTask, Cancelled, ModelDamaged
from velatura_protocol.events import Phase

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

FAST = Sampling(steps=3)
SLOW_KINDS = {"qwen-image-edit", "qwen-image-edit-plus", "qwen-image-layered"}
"""They bring whatever they look at to a megapixel."""
KINDS = [kind for kind in tiny_pipelines.KINDS if kind not in SLOW_KINDS]
SIZE = {"height": 64, "width": 96}


def generating(seed: int = 1, **more: object) -> PaintRequest:
    return PaintRequest(seed=seed, wording=Wording("a red disc"), sampling=FAST, **SIZE, **more)  # pyright: ignore[reportArgumentType]


def filling(seed: int = 1, **more: object) -> PaintRequest:
    return generating(seed, image=picture(), mask=box_mask(), **more)


@pytest.fixture(scope="module")
def painters() -> dict[str, DiffusionPainter]:
    """Loaded once: what one test leaves behind must not reach the next."""
    return {kind: painter_of(tiny_pipelines.folder(kind)) for kind in KINDS}


def test_the_tiny_pipelines_cover_the_table() -> None:
    found = {
        (model.family, model.variant)
        for model in (installed(tiny_pipelines.folder(kind)) for kind in tiny_pipelines.KINDS)
    }
    assert found == {(row.family, row.variant) for row in ROWS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_from_words(painters: dict[str, DiffusionPainter], kind: str) -> None:
    events = events_of(painters[kind], generating())
    last = events[-1]
    assert isinstance(last, Painted)
    assert last.image.shape == (64, 96, 3)
    assert last.image.dtype == np.float32
    assert np.isfinite(last.image).all()
    assert last.image.std() > 0.01
    fractions = [each.fraction for each in progress_of(events)]
    assert fractions == sorted(fractions)
    steps = [each.step for each in progress_of(events) if each.phase is Phase.STEPPING]
    assert steps == [0, 1, 2, 3]
    assert len(previews_of(events)) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_outside_the_mask_stays(
    painters: dict[str, DiffusionPainter], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by the latents: a decoder of random weights smears everything over everything."""
    decode, grids = Viewer.decode, []

    def spy(viewer: Viewer, latents: torch.Tensor, decoding: Callable[[], None]) -> object:
        grids.append(latents)
        return decode(viewer, latents, decoding)

    monkeypatch.setattr(Viewer, "decode", spy)
    painted(painters[kind], generating(image=picture(), mask=np.zeros((64, 96), np.float32)))
    painted(painters[kind], filling())
    kept, result = grids
    last = result.shape[-1] * 5 // 6
    assert torch.equal(result[..., last:], kept[..., last:])
    middle = np.s_[..., result.shape[-2] // 2, result.shape[-1] // 3]
    assert not torch.allclose(result[middle], kept[middle])


@pytest.mark.parametrize("sampler", ROWS[0].samplers)
@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_every_sampler_keeps_what_is_to_be_kept(
    painters: dict[str, DiffusionPainter],
    sampler: str,
    strength: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decode, grids = Viewer.decode, []

    def spy(viewer: Viewer, latents: torch.Tensor, decoding: Callable[[], None]) -> object:
        grids.append(latents)
        return decode(viewer, latents, decoding)

    monkeypatch.setattr(Viewer, "decode", spy)
    for mask in (np.zeros((64, 96), np.float32), box_mask()):
        request = PaintRequest(
            seed=1, wording=Wording("a disc"), image=picture(), mask=mask, strength=strength,
            sampling=Sampling(6, sampler=sampler), **SIZE,
        )  # fmt: skip
        assert np.isfinite(painted(painters["sd15"], request).image).all()
    kept, result = grids
    assert torch.equal(result[..., 10:], kept[..., 10:])
    assert result.abs().max() < 100


@pytest.mark.parametrize("kind", KINDS)
def test_seed_and_words_decide(painters: dict[str, DiffusionPainter], kind: str) -> None:
    first = painted(painters[kind], filling(seed=7)).image
    assert np.array_equal(painted(painters[kind], filling(seed=7)).image, first)
    assert not np.array_equal(painted(painters[kind], filling(seed=8)).image, first)
    other = PaintRequest(
        seed=7, wording=Wording("a blue box on sand"), image=picture(), mask=box_mask(),
        sampling=FAST, **SIZE,
    )  # fmt: skip
    assert not np.array_equal(painted(painters[kind], other).image, first)


@pytest.mark.parametrize("kind", KINDS)
def test_less_strength_stays_closer(painters: dict[str, DiffusionPainter], kind: str) -> None:
    kept = painted(painters[kind], generating(image=picture(), mask=np.zeros((64, 96), np.float32)))

    def distance(strength: float) -> float:
        result = painted(painters[kind], generating(image=picture(), strength=strength))
        return float(np.abs(result.image - kept.image).mean())

    assert distance(0.1) < distance(0.9)


@pytest.mark.parametrize("phase", [Phase.LOADING, Phase.ENCODING, Phase.STEPPING, Phase.DECODING])
@pytest.mark.parametrize("kind", ["sd15", "flux2-klein", "z-image"])
def test_cancelled_in_every_phase(
    painters: dict[str, DiffusionPainter], kind: str, phase: Phase
) -> None:
    def reached(event: PaintEvent) -> bool:
        return isinstance(event, PaintProgress) and event.phase is phase

    with pytest.raises(Cancelled):
        stopping_at(painters[kind], filling(), reached)
    # What was stopped in the middle is none the worse for it.
    again = painted(painters[kind], filling()).image
    assert np.array_equal(again, painted(painter_of(tiny_pipelines.folder(kind)), filling()).image)


def test_left_in_the_middle_it_stops(painters: dict[str, DiffusionPainter]) -> None:
    events = painters["sd15"].paint(filling(), Context())
    for event in events:
        if isinstance(event, PaintProgress) and event.step == 1:
            break
    events.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert np.isfinite(painted(painters["sd15"], filling()).image).all()


@pytest.mark.parametrize("kind", ["flux2-klein", "flux1-kontext"])
def test_an_instruction_sees_the_picture(painters: dict[str, DiffusionPainter], kind: str) -> None:
    plain = painted(painters[kind], generating()).image
    first = painted(painters[kind], generating(image=picture(), instruction=True)).image
    other = picture()[::-1].copy()
    second = painted(painters[kind], generating(image=other, instruction=True)).image
    assert not np.array_equal(first, plain)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("kind", ["sd15-inpaint", "sdxl-inpaint", "flux1-fill"])
def test_inpainting_models_see_what_is_left(
    painters: dict[str, DiffusionPainter], kind: str
) -> None:
    """What lies under the mask is nothing to them at full strength; what is around it is."""
    mask = (box_mask() > 0).astype(np.float32)
    image = picture()
    hidden = np.where(mask[..., None] > 0, 0.9, image).astype(np.float32)
    turned = np.where(mask[..., None] > 0, image, image[:, ::-1]).astype(np.float32)

    def inside(given: np.ndarray) -> np.ndarray:
        result = painted(painters[kind], generating(image=given, mask=mask))
        return result.image[28:36, 32:40]

    assert not np.array_equal(inside(image), inside(turned))
    assert np.abs(inside(image) - inside(hidden)).max() < 0.2


def test_guidance_matters(painters: dict[str, DiffusionPainter]) -> None:
    images = [
        painted(
            painters["sd15"],
            PaintRequest(64, 96, 3, Wording("a disc", avoid), sampling=Sampling(3, guidance)),
        ).image
        for avoid, guidance in (("", 1.0), ("", 7.0), ("grey", 7.0))
    ]
    assert not np.array_equal(images[0], images[1])
    assert not np.array_equal(images[1], images[2])


def test_too_long_a_prompt_is_told(painters: dict[str, DiffusionPainter]) -> None:
    words = " ".join(f"word{number}" for number in range(600))
    request = PaintRequest(64, 64, 1, Wording(words), sampling=FAST)
    for kind in ("sd15", "z-image", "flux1-dev"):
        notices = painted(painters[kind], request).notices
        assert [each.id for each in notices] == ["prompt_truncated"], kind
        assert "word599" not in notices[0].text.split()[0], kind


def test_an_unknown_sampler_is_refused(painters: dict[str, DiffusionPainter]) -> None:
    request = PaintRequest(64, 64, 1, sampling=Sampling(3, sampler="magic"))
    with pytest.raises(BadTask):
        painted(painters["sd15"], request)


def test_a_missing_part_is_named(tmp_path) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(tiny_pipelines.folder("sd15"), folder)
    painter = painter_of(folder)
    shutil.rmtree(folder / "vae")
    with pytest.raises(ModelDamaged) as caught:
        painted(painter, filling())
    assert caught.value.params["file"] == "vae"
    assert caught.value.params["reason"] == "missing"


def test_traits_come_from_the_table() -> None:
    by_name = {row.title: traits_of(row, distilled=False) for row in ROWS}
    assert by_name["Stable Diffusion 1.5"].native_area == 512**2
    assert by_name["Stable Diffusion 1.5 (inpaint)"].masks
    assert by_name["FLUX.2 klein"].edits
    assert by_name["FLUX.2 klein"].references
    assert not traits_of(ROWS[0], distilled=True).guided


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(SLOW_KINDS))
def test_models_that_only_edit(kind: str) -> None:
    painter = painter_of(tiny_pipelines.folder(kind))
    request = PaintRequest(
        64, 96, 1, Wording("make it night"), image=picture(), instruction=True,
        sampling=Sampling(1),
    )  # fmt: skip
    assert painted(painter, request).image.shape == (64, 96, 3)


@pytest.mark.slow
def test_a_picture_is_taken_apart_into_layers() -> None:
    painter = painter_of(tiny_pipelines.folder("qwen-image-layered"))
    assert painter.traits.layers == 4
    request = PaintRequest(
        64, 96, 1, Wording("a disc"), image=picture(), sampling=Sampling(1), layers=3
    )
    apart = painted(painter, request)
    assert apart.image.shape == (64, 96, 3)
    assert [each.shape for each in apart.layers] == [(64, 96, 4)] * 3
    for each in apart.layers:
        assert 0.0 <= each[..., 3].min() <= each[..., 3].max() <= 1.0
    for one, other in ((0, 1), (1, 2)):
        assert not np.allclose(apart.layers[one], apart.layers[other], atol=1e-3)
    again = painted(painter, request)
    for one, other in zip(apart.layers, again.layers, strict=True):
        np.testing.assert_array_equal(one, other)
