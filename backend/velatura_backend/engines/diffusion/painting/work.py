"""One painting from request to picture: read, encode, denoise, decode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from functools import partial
from typing import Any

import torch
from torch import Tensor

from velatura_protocol.events import Phase

from ...base import EngineContext
from ...resources import EngineResources
from ..adapters.safety import screen
from ..families.table import Guiding, MaskInput, PictureInput, Stage
from ..loading.attachments import Attached, Bench, on_denoiser
from ..loading.components import Source
from ..loading.parts import Parts
from ..memory.caches import LatentCache
from ..memory.mixing import mixed
from .compilation import Compiler
from .conducting import Report
from .contract import Notice, Painted, PaintPreview, PaintProgress, PaintRequest, Seamless
from .grids import NOTHING, GridMaker, Grids
from .hooks import checked
from .latents import LatentSpace, latent_space
from .mask_inputs import MaskedInput, extra_channels
from .pacing import Pacer
from .pictures import picture_arguments
from .pipelines import pipeline_of
from .schedules import Schedule, pure_noise, schedule_for
from .seamless import Rolling, circular
from .steering import Original, SteeringScheduler, Step
from .texts import EncodedText, for_each
from .viewing import Viewer
from .wording import Reader

_ENCODED = 0.08
_STEPPED = 0.9
"""Shares of the whole at which a phase ends; loading tells no fraction."""


class _AllStepped(Exception):
    """What pipelines do behind their last step is done better here, or not at all."""


class PaintWork:
    """Runs in the conductor's thread. ``still_wanted`` raises once nobody listens."""

    def __init__(
        self,
        source: Source,
        resources: EngineResources,
        request: PaintRequest,
        context: EngineContext,
        report: Report,
        still_wanted: Callable[[], None],
    ) -> None:
        self._source = source
        self._row = source.row
        self._resources = resources
        self._request = request
        self._context = context
        self._report = report
        self._still_wanted = still_wanted
        self._phase = Phase.LOADING
        self._space: LatentSpace = latent_space(self._row, request.layers)
        self._parts = Parts(source, resources, self._check)
        self._grids = GridMaker(
            request,
            self._parts,
            self._space,
            resources.keep.get(LatentCache, LatentCache),
            self._check,
            lambda: self._enter(Phase.ENCODING, _ENCODED / 2),
        )
        self._viewer = Viewer(self._parts, self._space, request, resources, self._check)
        self._seeds = (request.seed, *request.siblings)
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
        text = self._reader().read()
        self._notices += text.notices
        self._enter(Phase.LOADING, _ENCODED / 2)
        grids = NOTHING if self._request.layers else self._grids.grids()
        self._enter(Phase.ENCODING, _ENCODED)  # also where all of it was remembered
        latents = self._denoise(text, grids)
        self._enter(Phase.LOADING, _STEPPED)
        decoding = partial(self._enter, Phase.DECODING, _STEPPED)
        image, *others = self._viewer.decode(latents, decoding)
        layers = self._viewer.decode_layers(latents[:1]) if self._request.layers else ()
        if self._request.safety:
            screen(image, self._resources, self._check)
        siblings = tuple(zip(self._request.siblings, others, strict=True))
        self._report(Painted(image, tuple(self._notices), self._metrics(), siblings, layers))

    # -- phases ------------------------------------------------------------------------------------

    def _check(self) -> None:
        self._context.cancel.check(self._phase)
        self._still_wanted()

    def _enter(self, phase: Phase, fraction: float) -> None:
        self._phase = phase
        self._check()
        self._report(PaintProgress(phase, fraction, together=len(self._seeds)))

    @property
    def _contrasts(self) -> bool:
        guided = self._row.guiding in (Guiding.CONTRAST, Guiding.TRUE_CONTRAST)
        return guided and self._guidance > 1.0

    def _reader(self) -> Reader:
        return Reader(
            self._parts,
            self._resources,
            self._request,
            self._contrasts,
            self._check,
            lambda: self._enter(Phase.ENCODING, 0.0),
        )

    def _metrics(self) -> tuple[tuple[str, float], ...]:
        return (
            ("steps", float(self._steps)),
            ("guidance", self._guidance),
            ("compiled", float(self._compiled)),
            ("together", float(len(self._seeds))),
        )

    # -- denoising ---------------------------------------------------------------------------------

    def _denoise(self, text: EncodedText, grids: Grids) -> Tensor:
        """The latents' grid when the last step is done."""
        self._enter(Phase.LOADING, _ENCODED)
        self._viewer.map()
        names = [each.name for each in self._row.of_stage(Stage.DENOISING)]
        if self._row.picture_input is not PictureInput.NONE:
            names.append("vae")
        names += self._row.looks_at
        with self._parts.use(*names) as parts, ExitStack() as stack:
            denoiser = parts[self._row.denoiser]
            stack.enter_context(checked(denoiser, self._check))
            stack.enter_context(self._viewer.glancing())
            self._notices += self._viewer.notices
            steering = self._steering(grids)
            pipeline = pipeline_of(self._source, parts | {"scheduler": self._plain_scheduler()})
            bench = Bench(self._parts, self._contrasts, self._check)
            attached = stack.enter_context(
                on_denoiser(pipeline, self._source.model, self._request, self._resources, bench)
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
        size = (request.height, request.width, len(self._seeds))
        bucket = (self._source.model.id, *size, self._contrasts)
        compiler = self._resources.keep.get(Compiler, partial(Compiler, self._source.device))
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
                generator=self._generators(),
                output_type="latent",
                return_dict=False,
                **self._guiding(),
                **self._told(),
                **for_each(text.embeddings, len(self._seeds)),
                **picture_arguments(self._row, self._request),
                **attached.arguments,
            )

    def _generators(self) -> torch.Generator | list[torch.Generator]:
        """For samplers that add noise as they go: each picture's is its own."""
        made = [torch.Generator("cpu").manual_seed(each % 2**63) for each in self._seeds]
        return made if len(made) > 1 else made[0]

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
        if self._row.layers:
            told["layers"] = self._request.layers or self._row.layers
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

    def _steering(self, grids: Grids) -> SteeringScheduler:
        shape = (1, self._channels(grids), *self._grid_size)
        noise = [pure_noise(shape, each, self._source.device) for each in self._seeds]
        stepped = self._space.stepped(torch.cat(noise))
        original = None
        if grids.original is not None:
            mask = None if grids.mask is None else self._space.stepped(grids.mask)
            original = Original(self._space.stepped(grids.original), stepped, mask)
        return SteeringScheduler(
            self._schedule(),
            stepped,
            original,
            self._observe,
            self._rolling(),
        )

    def _rolling(self) -> Rolling | None:
        """Where a picture is looked at, it and what is painted have to lie alike."""
        request = self._request
        if request.seamless is Seamless.NONE or self._row.convolves or request.instruction:
            return None
        return Rolling(self._space, *self._grid_size, request.seamless)

    def _channels(self, grids: Grids) -> int:
        if grids.original is not None:
            return grids.original.shape[1]
        return self._viewer.map().channels * self._space.frames

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

    def _observe(self, step: Step) -> None:
        self._pacer.queued()
        self._check()
        fraction = _ENCODED + (_STEPPED - _ENCODED) * step.done / step.steps
        count = len(self._seeds)
        self._report(PaintProgress(Phase.STEPPING, fraction, step.done, step.steps, count))
        if self._context.wants_preview():
            self._preview(step)
        if step.done == step.steps:
            raise _AllStepped

    def _preview(self, step: Step) -> None:
        picture = self._viewer.glance(self._grid(step.predicted())[:1])
        if picture is not None:
            self._report(PaintPreview(picture))
