"""Painters over tiny networks, with a shelf of tiny adapters beside each.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tests.support import tiny_adapters as made
from tests.support import tiny_pipelines
from tests.support.tiny_models import checkpoint
from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.diffusion.painting.contract import (
    Control,
    Painted,
    PaintRequest,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, ModelKind

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
    return checkpoint(kind, made.deep_sd3() if kind == "sd3" else None)


class Room:
    """A painter with a shelf: what it paints, by the request."""

    def __init__(self, kind, *models):
        self.resources = EngineResources(made.Shelf(models), threads=1)
        self.painter = DiffusionPainter(model_of(kind), self.resources)
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


def sd15_room(files):
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


def sdxl_room(files):
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
