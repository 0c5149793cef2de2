"""Results in layers, over a painter whose layers are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.backend.engines.diffusion.orders import make_task, run
from tests.backend.engines.diffusion.painters import SMALL, KnownPainter
from velatura_backend.engines.base import EngineContext, EngineResult
from velatura_backend.engines.diffusion.layer_parameters import LAYERS, layer_parameters
from velatura_backend.engines.diffusion.operations.layering import layers_wanted
from velatura_backend.engines.diffusion.painting.contract import Painted, PaintEvent, PaintRequest
from velatura_protocol.tasks import Intent, Operation

LAYERED = replace(SMALL, layers=4, edits=True)
GROUND, DISC = (0.2, 0.5, 0.9), (0.9, 0.4, 0.1)


@dataclass
class LayeredPainter(KnownPainter):
    """An opaque ground, and bars over it: layer k from below shows in the k-th part of the width,
    half of it at its left edge."""

    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        for event in super().paint(request, context):
            if isinstance(event, Painted) and request.layers:
                layers = tuple(self._layer(request, each) for each in range(request.layers))
                yield replace(event, image=over(layers)[..., :3], layers=layers)
            else:
                yield event

    def _layer(self, request: PaintRequest, number: int) -> np.ndarray:
        layer = np.zeros((request.height, request.width, 4), np.float32)
        layer[..., :3] = GROUND if number == 0 else np.float32(DISC) * (number / request.layers)
        width = request.width // request.layers
        start = number * width
        layer[:, start : start + width, 3] = 1.0
        layer[:, start : start + 4, 3] = 0.5
        if number == 0:
            layer[..., 3] = 1.0
        return layer


def over(layers):
    """Laid over one another, opaque ground below, straight alpha."""
    shown = layers[0].copy()
    for each in layers[1:]:
        share = each[..., 3:]
        shown[..., :-1] += share * (each[..., :-1] - shown[..., :-1])
    return shown


def laid(result: EngineResult, task) -> np.ndarray:
    """The stack over the crop, as a document shows it: by the masks and M."""
    shown = np.nan_to_num(task.image[..., :-1], nan=0.0, posinf=0.0, neginf=0.0)
    for each in result.stack:
        share = (each.mask * task.mask)[..., None]
        shown = shown + share * (each.image[..., :-1] - shown)
    return shown


def assert_alike(one, other):
    """But along hard edges, where to enlarge and to lay over one another do not go in any order."""
    apart = np.abs(one - other)
    assert np.quantile(apart, 0.75) < 2e-3
    assert apart.mean() < 5e-3


def finished(task, painter=None):
    painter = painter or LayeredPainter(LAYERED)
    *_, result = run(task, painter)
    assert isinstance(result, EngineResult)
    return result, painter


@pytest.mark.parametrize("operation", [Operation.RESTYLE, Operation.VARY, Operation.FILL])
def test_what_is_painted_comes_in_layers_that_are_the_whole(operation):
    """Also after its colours were brought to the picture's, and its grain to the picture's."""
    intent = Intent.FILL if operation is Operation.FILL else Intent.NONE
    task = make_task(operation, intent, prompt="bars")
    result, painter = finished(task)
    assert len(result.stack) == 4
    (request,) = painter.requests
    assert (request.layers, request.strength, request.mask) == (4, 1.0, None)
    for each in result.stack:
        assert each.image.shape == task.image.shape
        assert each.mask.shape == task.mask.shape
        assert 0.0 <= each.mask.min() <= each.mask.max() <= 1.0
        assert np.isfinite(each.image[task.mask > 0]).all()
    inside = task.mask == 1.0
    assert_alike(laid(result, task)[inside], result.image[inside][..., :-1])
    assert result.stack[0].mask[inside].min() > 0.99  # the ground is below
    assert result.stack[3].mask[inside].mean() < 0.6


def test_layers_lie_in_their_order():
    task = make_task(Operation.RESTYLE, Intent.NONE, side=64, mask=np.ones((64, 72), np.float32))
    result, _ = finished(task)
    centres = [
        np.average(np.arange(72), weights=each.mask.mean(axis=0)) for each in result.stack[1:]
    ]
    assert centres == sorted(centres)
    assert centres[0] < 36 < centres[-1]


def test_a_large_picture_is_taken_apart_once():
    """A second pass over the first would take apart something else."""
    whole = np.ones((300, 260), np.float32)
    image = np.random.default_rng(0).random((300, 260, 4), np.float32)
    image[..., 3] = 1.0
    task = make_task(Operation.RESTYLE, Intent.NONE, image=image, mask=whole)
    result, painter = finished(task)
    assert len(painter.requests) == 1
    assert {each.image.shape for each in result.stack} == {image.shape}


def test_how_many_is_the_artists_to_say():
    result, painter = finished(make_task(Operation.RESTYLE, Intent.NONE, parameters={LAYERS: 2}))
    assert len(result.stack) == painter.requests[0].layers == 2
    (parameter,) = layer_parameters(4)
    assert (parameter.default, parameter.minimum) == (4, 1)
    assert layer_parameters(0) == ()
    upscale = make_task(Operation.UPSCALE, Intent.NONE)
    assert layers_wanted(upscale, LAYERED) == 0
    assert layers_wanted(replace(upscale, operation=Operation.VARY), LAYERED) == 4
    assert layers_wanted(replace(upscale, operation=Operation.VARY), SMALL) == 0


def test_what_is_enlarged_and_what_other_models_paint_comes_in_one_piece():
    upscaled, painter = finished(make_task(Operation.UPSCALE, Intent.NONE, scale=2.0))
    assert upscaled.stack == ()
    assert {each.layers for each in painter.requests} == {0}
    plain, _ = finished(make_task(Operation.RESTYLE, Intent.NONE), KnownPainter())
    assert plain.stack == ()


def test_a_picture_from_nothing_comes_in_layers():
    task = make_task(
        Operation.GENERATE, Intent.NONE, image=np.zeros((80, 120, 4), np.float32),
        mask=np.ones((80, 120), np.float32), target=(80, 120), prompt="bars",
    )  # fmt: skip
    result, painter = finished(task)
    assert len(painter.requests) == 1
    assert [each.image.shape for each in result.stack] == [(80, 120, 4)] * 4
    assert_alike(laid(result, task), result.image[..., :-1])


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (40, 7)])
@pytest.mark.parametrize("channels", [2, 4])
def test_small_and_grey_pictures(size, channels):
    image = 0.25 + 0.5 * np.random.default_rng(1).random((*size, channels), np.float32)
    task = make_task(Operation.RESTYLE, Intent.NONE, image=image, mask=np.ones(size, np.float32))
    result, _ = finished(task)
    assert [each.image.shape for each in result.stack] == [image.shape] * 4
    assert np.isfinite(laid(result, task)).all()


def test_numbers_out_of_range_do_no_harm():
    image = np.random.default_rng(2).random((64, 64, 4), np.float32)
    image[:4, :, 0], image[5, :, 1], image[6, :, 2], image[..., 3] = np.nan, np.inf, 7.0, 1.0
    mask = np.zeros((64, 64), np.float32)
    mask[3:60, 10:50] = 1.0
    task = make_task(Operation.RESTYLE, Intent.NONE, image=image, mask=mask)
    result, _ = finished(task)
    for each in result.stack:
        assert np.isfinite(each.image[..., :3][mask > 0]).all()


def test_nothing_to_paint_has_no_layers():
    task = make_task(Operation.VARY, Intent.NONE, strength=0.0)
    result, painter = finished(task)
    assert (result.stack, painter.requests) == ((), [])


def test_transparency_stays_that_of_the_picture():
    """How much of a layer shows is its mask's to say; its pixels are as opaque as the whole."""
    image = np.random.default_rng(3).random((64, 64, 4), np.float32)
    image[:, :32, 3], image[:, 32:, 3] = 0.25, 1.0
    task = make_task(
        Operation.RESTYLE, Intent.NONE, image=image, mask=np.ones((64, 64), np.float32)
    )
    result, _ = finished(task)
    for each in result.stack:
        np.testing.assert_array_equal(each.image[..., 3], result.image[..., 3])
