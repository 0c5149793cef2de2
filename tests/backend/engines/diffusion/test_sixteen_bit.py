"""What is painted reaches a 16-bit document without ever having been 8 bit."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.backend.engines.diffusion.orders import engine_with
from tests.backend.engines.diffusion.painters import SMALL, KnownPainter
from tests.backend.executors.orders import Desk, only, samples_of
from tests.support import tiny_pipelines
from tests.support.painting_desk import Models, installed
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, RgbImage
from velatura_backend.engines.diffusion.specs import spec_of
from velatura_backend.executors.base import WorkEvent, WorkResult
from velatura_backend.executors.worker import flow
from velatura_backend.executors.worker.flow import Worker, token_over
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Intent, Operation, Role

pytestmark = [
    pytest.mark.usefixtures("warm"),
    # The library's own: it hands tensors to numpy as numpy 1 took them.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

RGBA16 = PixelFormat(Depth.U16, Layout.RGBA)
SIZE = Size(96, 96)
INNER = (slice(24, 72), slice(24, 72))


def a_desk(folder: Path) -> Desk:
    """A flat 16-bit picture with a square to fill."""
    desk = Desk(folder, RGBA16, SIZE)
    picture = np.full((96, 96, 4), (22000, 30001, 41003, 65535), np.uint16)
    mask = np.zeros((96, 96), np.uint8)
    mask[INNER] = 255
    desk.add(Role.IMAGE, picture, RGBA16, Rect.of_size(SIZE))
    desk.add_mask(mask)
    return desk


def painted_samples(events: list[WorkEvent]) -> np.ndarray:
    result: WorkResult = only(events, WorkResult)
    samples = samples_of(result, result.variation.layers[0].patches[0].pixels)
    return samples[INNER]


class GradientPainter(KnownPainter):
    """Paints a slow ramp: 64 levels of 8 bit over the frame, and all that lies between."""

    def _picture(self, request: PaintRequest) -> RgbImage:
        ramp = np.linspace(0.4, 0.65, request.height * request.width, dtype=np.float32)
        new = np.repeat(ramp.reshape(request.height, request.width, 1), 3, axis=2)
        if request.image is None or request.mask is None:
            return new
        return request.image + request.mask[..., None] * (new - request.image)


def test_a_gradient_has_more_than_256_levels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_with(GradientPainter(SMALL))
    monkeypatch.setattr(flow, "create", lambda spec, resources: engine)
    order = a_desk(tmp_path).order(engine=engine.spec, intent=Intent.FILL)
    samples = painted_samples(list(Worker(1).run(order, token_over(array("q", [0]), 1))))
    assert len(np.unique(samples[..., 0])) > 256


def test_a_real_decoder_reaches_the_document_in_float(tmp_path: Path) -> None:
    model = installed(tiny_pipelines.folder("sd15-inpaint"))
    shelf = Models((model,))
    desk = a_desk(tmp_path)
    order = desk.order(
        engine=spec_of(model, shelf), operation=Operation.FILL, intent=Intent.FILL,
        prompt="a red disc", parameters={"steps": 2, "grain": 0.0},
    )  # fmt: skip
    events = list(Worker(1, shelf).run(order, token_over(array("q", [0]), 1)))
    samples = painted_samples(events)[..., :3]
    assert len(np.unique(samples)) > 256
    within = samples[(samples > 0) & (samples < 65535)]  # random weights paint beyond white, too
    assert np.mean(within % 257 == 0) < 0.02
