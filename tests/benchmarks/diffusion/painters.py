"""Our painter and the library's pipeline over the very same networks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from PIL import Image

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.loading.parts import residency_of
from velatura_backend.engines.diffusion.memory.caches import LatentCache
from velatura_backend.engines.diffusion.memory.placement import form_of, prepared
from velatura_backend.engines.diffusion.memory.plan import ladder_of, plan_for
from velatura_backend.engines.diffusion.painting.compilation import CompileMode, Compiler, blocks_of
from velatura_backend.engines.diffusion.painting.contract import (
    Painted,
    PaintEvent,
    PaintRequest,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.diffusion.painting.texts import TextCache
from velatura_backend.engines.resources import NO_MODELS, EngineResources
from velatura_backend.models.records import InstalledModel, ModelForm, ModelKind

from .networks import Build

PROMPT, AVOID = "red velvet sleeve, soft light", "blurry"


@dataclass
class Context:
    """``previews``: whether every step is asked for one."""

    previews: bool = False
    flag: Any = field(default_factory=lambda: np.zeros(1, np.int64))
    threads: int = 1

    @property
    def cancel(self) -> CancelToken:
        return CancelToken(self.flag, 1)

    def stop(self) -> None:
        self.flag[0] = 1

    def wants_preview(self) -> bool:
        return self.previews


def request_of(build: Build, steps: int, seed: int = 1) -> PaintRequest:
    side = build.side
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32) / side
    mask = np.zeros((side, side), np.float32)
    mask[side // 4 : -side // 4, side // 4 : -side // 4] = 1.0
    return PaintRequest(
        side,
        side,
        seed,
        Wording(PROMPT, AVOID),
        image=np.dstack([rows, columns, 1 - rows]),
        mask=mask,
        sampling=Sampling(steps),
    )


class Ours:
    """The painter, its networks handed to the residency as if they had been read from files."""

    def __init__(self, build: Build, parts: dict[str, Any], device: str) -> None:
        self.build, self.device = build, device
        folder = Path(tempfile.mkdtemp(prefix="velatura-benchmark-"))
        self._describe(folder, parts)
        self.model = InstalledModel(
            build.name,
            build.name,
            ModelKind.CHECKPOINT,
            build.family,
            folder,
            ModelForm.FOLDER,
            variant=build.variant,
        )
        self.resources = EngineResources(NO_MODELS, device, torch.get_num_threads())
        self.painter = DiffusionPainter(self.model, self.resources)
        self._hand_over(parts)
        self.compiling(on=False)

    def compiling(self, *, on: bool) -> None:
        """From the next job on."""
        compiler = self.resources.keep.get(Compiler, lambda: Compiler(self.device))
        compiler.switch(CompileMode.ON if on else CompileMode.OFF)

    def forget(self) -> None:
        """What was encoded before."""
        keep = self.resources.keep
        keep.get(TextCache, TextCache).clear()
        keep.get(LatentCache, LatentCache).clear()

    def events(self, steps: int, context: Context) -> Iterator[PaintEvent]:
        return self.painter.paint(request_of(self.build, steps), context)

    def fill(self, steps: int) -> np.ndarray:
        self.forget()
        last = None
        for event in self.events(steps, Context()):
            last = event
        assert isinstance(last, Painted)
        return last.image

    def _describe(self, folder: Path, parts: dict[str, Any]) -> None:
        """A model's folder with everything but its weights."""
        pipeline = _pipeline(self.build.pipeline, parts)
        pipeline.save_config(folder)
        for name, part in parts.items():
            if hasattr(part, "save_config"):
                part.save_config(folder / name)
            elif isinstance(part, torch.nn.Module):
                part.config.save_pretrained(folder / name)
            else:
                part.save_pretrained(folder / name)

    def _hand_over(self, parts: dict[str, Any]) -> None:
        residency = residency_of(self.resources)
        plan = plan_for(ladder_of(self.device)[0], self.device)
        for component in row_of(self.build.family, self.build.variant).components:
            part = parts[component.name]
            if not isinstance(part, torch.nn.Module):
                continue
            stage = component.stage
            name = component.name + form_of(stage, plan)

            def load(part: Any = part, stage: Any = stage) -> Any:
                return prepared(part, stage, plan, self.device)

            with residency.use(self.model.id, name, load):
                pass


class Bare:
    """The library's own pipeline for filling, as its documentation has it."""

    def __init__(self, build: Build, parts: dict[str, Any], device: str, dtype: Any) -> None:
        self.build, self.device = build, device
        self.pipeline = _pipeline(build.bare, parts).to(device)
        # As people run it: all in one dtype. A copy, for ours has its VAE in float32.
        self.pipeline.vae = _copy(self.pipeline.vae).to(device, dtype)
        self.pipeline.set_progress_bar_config(disable=True)
        request = request_of(build, 1)
        assert request.image is not None
        assert request.mask is not None
        self._image = Image.fromarray((request.image * 255).astype(np.uint8))
        self._mask = Image.fromarray((request.mask * 255).astype(np.uint8))

    @property
    def denoiser(self) -> Any:
        return getattr(self.pipeline, "unet", None) or self.pipeline.transformer

    @contextmanager
    def compiled(self) -> Iterator[None]:
        """Its blocks, each by torch's own way of compiling a module."""
        blocks = blocks_of(self.denoiser)
        for block in blocks:
            block.compile(dynamic=False)
        try:
            yield
        finally:
            for block in blocks:
                block._compiled_call_impl = None

    def fill(self, steps: int) -> np.ndarray:
        guided = dict(self.build.options)
        if "max_sequence_length" not in guided:
            guided["negative_prompt"] = AVOID
        made = self.pipeline(
            prompt=PROMPT,
            image=self._image,
            mask_image=self._mask,
            height=self.build.side,
            width=self.build.side,
            num_inference_steps=steps,
            strength=1.0,
            generator=torch.Generator("cpu").manual_seed(1),
            output_type="np",
            **guided,
        )
        return made.images[0]


def _pipeline(name: str, parts: dict[str, Any]) -> Any:
    make = getattr(diffusers, name)
    options: dict[str, Any] = {}
    if name == "StableDiffusionInpaintPipeline":
        options = {
            "safety_checker": None,
            "feature_extractor": None,
            "requires_safety_checker": False,
        }
    if name == "StableDiffusionXLInpaintPipeline":
        options = {"add_watermarker": False}
    return make(**parts, **options)


def _copy(vae: Any) -> Any:
    made = type(vae).from_config(vae.config).to(vae.dtype)
    made.load_state_dict(vae.state_dict())
    return made.eval().requires_grad_(False)
