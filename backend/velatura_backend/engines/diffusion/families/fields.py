"""What may differ between families of models, as types: the columns of the families' table.

Import-free, as the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ....models.records import Family, Variant


class Packing(Enum):
    """How a pipeline lays out the latents that it steps through.

    ``PLAIN``: (1, channels, height, width). ``PATCHES``: (1, tokens, 4 × channels), a token for
    each 2 × 2 latents, channels outermost. ``NORMALISED_PATCHES``: the same tokens, of latents
    whose patches went through the VAE's batch statistics (FLUX.2). ``FRAMES``: patches of a VAE
    that also has a time axis and statistics for each channel (Qwen-Image). ``LAYERS``: several
    such frames after one another (Qwen-Image-Layered).
    """

    PLAIN = "plain"
    PATCHES = "patches"
    NORMALISED_PATCHES = "normalised_patches"
    FRAMES = "frames"
    LAYERS = "layers"


class Noising(Enum):
    """``VARIANCE``: diffusion over a table of variances. ``FLOW``: a straight line from the picture
    to the noise."""

    VARIANCE = "variance"
    FLOW = "flow"


class Shift(Enum):
    """How a flow's schedule depends on the picture's size. ``CONFIGURED``: only by the scheduler's
    own configuration. ``LINEAR``: a line through two sizes. ``EMPIRICAL``: fitted over size and
    steps (FLUX.2). ``ROOT``: the root of how many times 256 × 256 pixels it has."""

    CONFIGURED = "configured"
    LINEAR = "linear"
    EMPIRICAL = "empirical"
    ROOT = "root"


class Guiding(Enum):
    """``CONTRAST``: two predictions, with and without the prompt, are told apart (classifier-free).
    ``EMBEDDED``: the model was told the guidance as a number. ``TRUE_CONTRAST``: as ``CONTRAST``,
    under the pipeline's argument ``true_cfg_scale``. ``NONE``: it has no guidance."""

    CONTRAST = "contrast"
    EMBEDDED = "embedded"
    TRUE_CONTRAST = "true_contrast"
    NONE = "none"


class MaskInput(Enum):
    """How a model sees what it is to leave: by further channels of its input. ``CHANNELS``: mask,
    then masked latents (9 in all). ``PATCHES``: masked latents, then each latent's 64 pixels of
    the mask, packed (FLUX.1 Fill)."""

    NONE = "none"
    CHANNELS = "channels"
    PATCHES = "patches"


class PictureInput(Enum):
    """What the pipeline's argument ``image`` takes. ``ONE``: the picture to edit. ``SEVERAL``: it
    and references beside it. Those are brought to a size of the pipeline's own liking."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


class Adapter(Enum):
    """What can be put on a family's models."""

    LORA = "lora"
    CONTROL = "control"
    IP_ADAPTER = "ip_adapter"
    EMBEDDING = "embedding"


class Stage(Enum):
    """When a component works; those of a later stage need not be in memory before."""

    TEXT = "text"
    DENOISING = "denoising"
    PICTURE = "picture"


@dataclass(frozen=True)
class Component:
    """A part of a pipeline. ``make``: names of the classes it may be of, the usual one first;
    nothing else that a folder names is ever loaded. ``library``: where the class is from; ``own``:
    there is one of ours in its place."""

    name: str
    library: str
    make: tuple[str, ...]
    stage: Stage
    optional: bool = False


@dataclass(frozen=True)
class TextPlan:
    """How the pipeline's ``encode_prompt`` answers. ``outputs``: the names under which each of its
    results is handed to the pipeline's call, empty for one that is not. ``paired``: prompt and
    avoided text are encoded by one call; otherwise by two, the second's names under ``negative_``.
    ``further_prompts``: arguments for further encoders' texts, each of which takes the same.
    ``tokens``: how many the prompt may have, counted by the component ``tokenizer``. ``length``:
    what it is told as ``max_sequence_length``, 0 where it takes none. ``sees_picture``: the text
    encoder looks at the picture as well.
    """

    outputs: tuple[str, ...]
    paired: bool = False
    further_prompts: tuple[str, ...] = ()
    tokens: int = 77
    tokenizer: str = "tokenizer"
    length: int = 0
    sees_picture: bool = False


@dataclass(frozen=True)
class Defaults:
    """What is used where the artist asks for nothing. ``sampler``: an id of ``samplers``."""

    steps: int
    guidance: float
    sampler: str


@dataclass(frozen=True)
class Sizes:
    """Areas in pixels, sides in pixels, of one pass. ``multiple``: what both sides are to be
    multiples of; ``native`` is the area that the family was trained for."""

    native: int
    minimum: int
    maximum: int
    min_side: int
    max_side: int
    multiple: int = 16


ScheduleValue = str | int | float | bool
Schedule = tuple[tuple[str, ScheduleValue], ...]
"""Fields of a scheduler's configuration."""


@dataclass(frozen=True)
class FamilyRow:
    """``denoiser``: the component that predicts the noise. ``distilled``: defaults of a model made
    for few steps. ``latent_channels`` of the real models; those of a file are its own.
    ``latent_scale``: factor and shift of a VAE that comes without its configuration. ``schedule``:
    of models that come without a scheduler's configuration; in distilled ones some of it is
    different. ``experimental``: it loads and runs, and nobody has judged its pictures. ``rank``: of
    engines on its models; those of the built-in ones, which work without words, are higher.
    ``area_argument``: under which name the pipeline has to be told the picture's area, or it brings
    every picture to one of its own; ``own_area``: it does so whatever it is told. ``layers``: how
    many its pictures are made of, where nobody says; 0: they are in one piece. ``call``: what
    its call is always told. ``looks_at``: components that the call asks beside its denoiser.
    """

    family: Family
    variant: Variant
    title: str
    pipeline: str
    components: tuple[Component, ...]
    denoiser: str
    packing: Packing
    noising: Noising
    guiding: Guiding
    text: TextPlan
    sizes: Sizes
    defaults: Defaults
    distilled: Defaults
    samplers: tuple[str, ...]
    latent_channels: int
    latent_scale: tuple[float, float] = (1.0, 0.0)
    shift: Shift = Shift.CONFIGURED
    mask_input: MaskInput = MaskInput.NONE
    picture_input: PictureInput = PictureInput.NONE
    adapters: frozenset[Adapter] = frozenset({Adapter.LORA})
    licence: str = ""
    commercial_use: bool = False
    experimental: bool = False
    latent_factor: int = 8
    schedule: Schedule = ()
    distilled_schedule: Schedule = ()
    rank: int = 5
    area_argument: str = ""
    call: tuple[tuple[str, bool | str], ...] = ()
    looks_at: tuple[str, ...] = ()
    own_area: int = 0
    layers: int = 0
    float_latents: bool = False

    @property
    def convolves(self) -> bool:
        """Its denoiser is made of convolutions, not of a transformer over patches."""
        return self.denoiser == "unet"

    @property
    def only_edits(self) -> bool:
        """Its models cannot do without a picture to begin with."""
        return self.text.sees_picture or self.own_area > 0

    def component(self, name: str) -> Component:
        return next(each for each in self.components if each.name == name)

    def of_stage(self, stage: Stage) -> tuple[Component, ...]:
        return tuple(each for each in self.components if each.stage is stage)

    def schedule_for(self, *, distilled: bool) -> Mapping[str, ScheduleValue]:
        return dict(self.schedule) | (dict(self.distilled_schedule) if distilled else {})

    def defaults_for(self, *, distilled: bool) -> Defaults:
        return self.distilled if distilled else self.defaults
