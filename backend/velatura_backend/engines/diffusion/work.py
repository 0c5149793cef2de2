"""One painting from request to picture: read, encode, denoise, decode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from velatura_protocol.events import Phase

from ...models.records import ModelKind
from ..base import EngineContext
from ..workshop import Workshop
from .adapters.safety import screen
from .attachments import Attached, Bench, on_denoiser, on_text
from .caches import LatentCache
from .compilation import Compiler
from .conducting import Report
from .families import Guiding, MaskInput, PictureInput, Stage
from .grids import GridMaker, Grids
from .hooks import checked
from .latents import LatentSpace, latent_space
from .loading import Source
from .mask_inputs import MaskedInput, extra_channels
from .mixing import mixed
from .pacing import Pacer
from .painting import (
    Notice,
    Painted,
    PaintPreview,
    PaintProgress,
    PaintRequest,
    RgbImage,
    Seamless,
)
from .parts import Parts
from .pictures import picture_arguments, prompt_picture
from .pipelines import pipeline_of
from .placement import form_of
from .previewing import PreviewMap, measure
from .schedules import Schedule, pure_noise, schedule_for
from .seamless import Rolling, circular
from .steering import Original, SteeringScheduler, Step
from .texts import EncodedText, TextCache, TextEncoding

_ENCODED = 0.08
_STEPPED = 0.9
"""Shares of the whole at which a phase ends; loading tells no fraction."""


class PreviewMaps:
    """The map of each model's VAE, by the model's id."""

    def __init__(self) -> None:
        self.maps: dict[str, PreviewMap] = {}


class _AllStepped(Exception):
    """What pipelines do behind their last step is done better here, or not at all."""


class PaintWork:
    """Runs in the conductor's thread. ``still_wanted`` raises once nobody listens."""

    def __init__(
        self,
        source: Source,
        workshop: Workshop,
        request: PaintRequest,
        context: EngineContext,
        report: Report,
        still_wanted: Callable[[], None],
    ) -> None:
        self._source = source
        self._row = source.row
        self._workshop = workshop
        self._request = request
        self._context = context
        self._report = report
        self._still_wanted = still_wanted
        self._phase = Phase.LOADING
        self._space: LatentSpace = latent_space(self._row)
        self._parts = Parts(source, workshop, self._check)
        self._grids = GridMaker(
            request,
            self._parts,
            self._space,
            workshop.keep.get(LatentCache, LatentCache),
            self._check,
            lambda: self._enter(Phase.ENCODING, _ENCODED / 2),
        )
        self._pacer = Pacer(source.device)
        self._notices: list[Notice] = []
        self._compiled = False
        defaults = self._row.defaults_for(distilled=source.model.distilled)
        sampling = request.sampling
        self._steps = sampling.steps or defaults.steps
        self._guidance = sampling.guidance if sampling.guidance >= 0 else defaults.guidance
        self._sampler = sampling.sampler or defaults.sampler

    @torch.inference_mode()
    def run(self) -> None:
        self._enter(Phase.LOADING, 0.0)
        text = self._encode_text()
        self._notices += text.notices
        self._enter(Phase.LOADING, _ENCODED / 2)
        grids = self._grids.grids()
        self._enter(Phase.ENCODING, _ENCODED)  # also where all of it was remembered
        latents = self._denoise(text, grids)
        image = self._decode(latents)
        if self._request.safety:
            screen(image, self._workshop, self._check)
        self._report(Painted(image, tuple(self._notices), self._metrics()))

    # -- phases ------------------------------------------------------------------------------------

    def _check(self) -> None:
        self._context.cancel.check(self._phase)
        self._still_wanted()

    def _enter(self, phase: Phase, fraction: float) -> None:
        self._phase = phase
        self._check()
        self._report(PaintProgress(phase, fraction))

    def _metrics(self) -> tuple[tuple[str, float], ...]:
        return (
            ("steps", float(self._steps)),
            ("guidance", self._guidance),
            ("compiled", float(self._compiled)),
        )

    # -- text --------------------------------------------------------------------------------------

    @property
    def _contrasts(self) -> bool:
        guided = self._row.guiding in (Guiding.CONTRAST, Guiding.TRUE_CONTRAST)
        return guided and self._guidance > 1.0

    def _encode_text(self) -> EncodedText:
        picture = prompt_picture(self._row, self._request)
        if picture is not None:
            return self._text_of(picture)
        wording, loras = self._request.wording, self._request.loras
        form = form_of(Stage.TEXT, self._source.plan)
        # What words stand for changes with what is installed beside the model.
        words = self._workshop.models.of(ModelKind.EMBEDDING, self._row.family)
        key = (self._source.model.id, form, wording, loras, words, self._contrasts)
        return self._workshop.keep.get(TextCache, TextCache).get(key, lambda: self._text_of(None))

    def _text_of(self, picture: Any) -> EncodedText:
        names = [
            each.name
            for each in self._row.of_stage(Stage.TEXT)
            if not each.optional or self._source.has(each)
        ]
        with self._parts.use(*names) as parts, ExitStack() as stack:
            self._enter(Phase.ENCODING, 0.0)
            for part in parts.values():
                if isinstance(part, torch.nn.Module):
                    stack.enter_context(checked(part, self._check))
            pipeline = pipeline_of(self._source, parts)
            attached = stack.enter_context(
                on_text(pipeline, self._source.model, self._request, self._workshop)
            )
            encoding = TextEncoding(
                attached.pipeline, self._row.text, self._source.device, self._contrasts, picture
            )
            encoded = encoding.encode(self._request.wording)
            return replace(encoded, notices=attached.notices + encoded.notices)

    # -- denoising ---------------------------------------------------------------------------------

    def _denoise(self, text: EncodedText, grids: Grids) -> Tensor:
        """The latents' grid when the last step is done."""
        self._enter(Phase.LOADING, _ENCODED)
        preview = self._preview_map()
        names = [each.name for each in self._row.of_stage(Stage.DENOISING)]
        if self._row.picture_input is not PictureInput.NONE:
            names.append("vae")
        names += self._row.looks_at
        with self._parts.use(*names) as parts, ExitStack() as stack:
            denoiser = parts[self._row.denoiser]
            stack.enter_context(checked(denoiser, self._check))
            steering = self._steering(parts, grids, preview)
            pipeline = pipeline_of(self._source, parts | {"scheduler": self._plain_scheduler()})
            bench = Bench(self._parts, self._contrasts, self._check)
            attached = stack.enter_context(
                on_denoiser(pipeline, self._source.model, self._request, self._workshop, bench)
            )
            self._notices += attached.notices
            masked = self._masked_input(grids)
            stack.enter_context(extra_channels(denoiser, masked, steering.shown))
            stack.enter_context(mixed(denoiser, parts.get("vae")))
            stack.enter_context(circular(denoiser, self._request.seamless))
            self._compiled = stack.enter_context(self._compiling(denoiser))
            self._enter(Phase.STEPPING, _ENCODED)
            self._call(attached, steering, text, denoiser)
            return self._grid(steering.result)

    def _compiling(self, denoiser: Any) -> AbstractContextManager[bool]:
        plan, request = self._source.plan, self._request
        if plan.streamed or plan.eight_bit:
            return nullcontext(False)  # their hooks change the weights between blocks
        if request.seamless is not Seamless.NONE:
            return nullcontext(False)  # its convolutions are others
        bucket = (self._source.model.id, request.height, request.width, self._contrasts)
        compiler = self._workshop.keep.get(Compiler, partial(Compiler, self._source.device))
        return compiler.applied(denoiser, bucket)

    def _call(
        self, attached: Attached, steering: SteeringScheduler, text: EncodedText, denoiser: Any
    ) -> None:
        attached.pipeline.scheduler = steering
        dtype = torch.float32 if self._row.float_latents else denoiser.dtype
        handed = self._space.handed(self._grid(steering.result)).to(dtype)
        with suppress(_AllStepped):
            attached.pipeline(
                **({} if self._row.own_area else self._size()),
                num_inference_steps=len(steering.timesteps),
                latents=handed,
                generator=torch.Generator("cpu").manual_seed(self._request.seed % 2**63),
                output_type="latent",
                return_dict=False,
                **self._guiding(),
                **self._told(),
                **text.embeddings,
                **picture_arguments(self._row, self._request),
                **attached.arguments,
            )

    def _size(self) -> Mapping[str, int]:
        return {"height": self._request.height, "width": self._request.width}

    def _guiding(self) -> Mapping[str, float]:
        if self._row.guiding is Guiding.TRUE_CONTRAST:
            return {"true_cfg_scale": self._guidance}
        return {"guidance_scale": self._guidance}

    def _told(self) -> Mapping[str, Any]:
        told: dict[str, Any] = dict(self._row.call)
        if self._row.area_argument:
            told[self._row.area_argument] = self._request.height * self._request.width
        return told

    def _plain_scheduler(self) -> Any:
        return self._schedule().scheduler

    def _schedule(self) -> Schedule:
        return schedule_for(
            self._row,
            self._source.scheduler(),
            self._sampler,
            self._steps,
            self._request.strength if self._request.image is not None else 1.0,
            self._request.height * self._request.width // (2 * self._row.latent_factor) ** 2,
            self._source.device,
        )

    def _steering(
        self, parts: Mapping[str, Any], grids: Grids, preview: PreviewMap
    ) -> SteeringScheduler:
        channels = self._channels(grids, parts)
        noise = pure_noise((1, channels, *self._grid_size), self._request.seed, self._source.device)
        stepped = self._space.stepped(noise)
        original = None
        if grids.original is not None:
            mask = None if grids.mask is None else self._space.stepped(grids.mask)
            original = Original(self._space.stepped(grids.original), stepped, mask)
        return SteeringScheduler(
            self._schedule(),
            stepped,
            original,
            lambda step: self._observe(step, preview),
            self._rolling(),
        )

    def _rolling(self) -> Rolling | None:
        """Where a picture is looked at, it and what is painted have to lie alike."""
        request = self._request
        if request.seamless is Seamless.NONE or self._row.convolves or request.instruction:
            return None
        return Rolling(self._space, *self._grid_size, request.seamless)

    def _channels(self, grids: Grids, parts: Mapping[str, Any]) -> int:
        if grids.original is not None:
            return grids.original.shape[1]
        return self._latent_channels

    @property
    def _grid_size(self) -> tuple[int, int]:
        factor = self._space.factor
        return self._request.height // factor, self._request.width // factor

    def _grid(self, stepped: Tensor) -> Tensor:
        return self._space.grid(stepped, *self._grid_size)

    def _masked_input(self, grids: Grids) -> MaskedInput | None:
        if self._row.mask_input is MaskInput.NONE:
            return None
        masked = grids.masked
        if masked is None:
            masked = self._grids.empty()
        return MaskedInput(self._row.mask_input, self._grids.hard_mask(), masked, self._space)

    def _observe(self, step: Step, preview: PreviewMap) -> None:
        self._pacer.queued()
        self._check()
        fraction = _ENCODED + (_STEPPED - _ENCODED) * step.done / step.steps
        self._report(PaintProgress(Phase.STEPPING, fraction, step.done, step.steps))
        if self._context.wants_preview():
            self._report(PaintPreview(preview.picture(self._grid(step.predicted()))))
        if step.done == step.steps:
            raise _AllStepped

    # -- the VAE -----------------------------------------------------------------------------------

    def _preview_map(self) -> PreviewMap:
        maps = self._workshop.keep.get(PreviewMaps, PreviewMaps).maps
        model = self._source.model.id
        if model not in maps:
            with self._parts.use("vae") as parts, checked(parts["vae"], self._check):
                maps[model] = measure(self._space, self._row.packing, parts["vae"])
        self._latent_channels = maps[model].channels
        return maps[model]

    def _decode(self, latents: Tensor) -> RgbImage:
        self._enter(Phase.LOADING, _STEPPED)
        with self._parts.use("vae") as parts, checked(parts["vae"], self._check):
            self._enter(Phase.DECODING, _STEPPED)
            with circular(parts["vae"], self._request.seamless):
                picture = self._space.decode(parts["vae"], latents)[0]
        self._check()
        return ((picture + 1) / 2).permute(1, 2, 0).cpu().numpy().astype(np.float32)
