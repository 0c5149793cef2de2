"""What there is to know of each family of models: one table, a row for each (family, variant).

Import-free: the server reads it to say what an installed model can do. Everything that differs
between families is a field here, and code asks the field, never the family.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from velatura_protocol.errors import Unsupported

from ...models.records import Family, Variant


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
    steps (FLUX.2)."""

    CONFIGURED = "configured"
    LINEAR = "linear"
    EMPIRICAL = "empirical"


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
    ``tokens``: how many the prompt may have. ``length_argument``: it takes
    ``max_sequence_length``. ``sees_picture``: the text encoder looks at the picture as well.
    ``tokenizer``: the component that counts. ``further_prompts``: arguments for further encoders'
    texts, each of which takes the same."""

    outputs: tuple[str, ...]
    paired: bool = False
    further_prompts: tuple[str, ...] = ()
    tokens: int = 77
    tokenizer: str = "tokenizer"
    length_argument: bool = False
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


@dataclass(frozen=True)
class FamilyRow:
    """``denoiser``: the component that predicts the noise. ``distilled``: defaults of a model made
    for few steps. ``latent_channels`` of the real models; those of a file are its own.
    ``experimental``: it loads and runs, and nobody has judged its pictures. ``rank``: of engines on
    its models; those of the built-in ones, which work without words, are higher.
    ``area_argument``: under which name the pipeline has to be told the picture's area, or it brings
    every picture to one of its own. ``call``: what its call is always told. ``float_latents``: the
    pipeline insists on float32 between its steps, and casts what the denoiser is to see itself.
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
    shift: Shift = Shift.CONFIGURED
    mask_input: MaskInput = MaskInput.NONE
    picture_input: PictureInput = PictureInput.NONE
    adapters: frozenset[Adapter] = frozenset({Adapter.LORA})
    licence: str = ""
    commercial_use: bool = False
    experimental: bool = False
    latent_factor: int = 8
    rank: int = 5
    area_argument: str = ""
    call: tuple[tuple[str, bool], ...] = ()
    float_latents: bool = False

    def component(self, name: str) -> Component:
        return next(each for each in self.components if each.name == name)

    def of_stage(self, stage: Stage) -> tuple[Component, ...]:
        return tuple(each for each in self.components if each.stage is stage)

    def defaults_for(self, *, distilled: bool) -> Defaults:
        return self.distilled if distilled else self.defaults


def row_of(family: Family, variant: Variant) -> FamilyRow:
    """:raises Unsupported: there is no such row"""
    for row in ROWS:
        if (row.family, row.variant) == (family, variant):
            return row
    raise Unsupported(what=f"{family.value} {variant.value}")


def supported_families() -> str:
    """The families' names as one text, for sentences about files that are none of them."""
    return ", ".join(dict.fromkeys(row.title.split(" (")[0] for row in ROWS))


# -- parts that rows share -------------------------------------------------------------------------


def _denoiser(name: str, make: str) -> Component:
    return Component(name, "diffusers", (make,), Stage.DENOISING)


def _vae(make: str) -> Component:
    return Component("vae", "diffusers", (make,), Stage.PICTURE)


def _text(name: str, *make: str, optional: bool = False) -> Component:
    return Component(name, "transformers", make, Stage.TEXT, optional)


_CLIP_TOKENIZERS = ("CLIPTokenizer", "CLIPTokenizerFast")
_T5_TOKENIZERS = ("T5TokenizerFast", "T5Tokenizer")
_QWEN_TOKENIZERS = ("Qwen2TokenizerFast", "Qwen2Tokenizer")

_UNET = _denoiser("unet", "UNet2DConditionModel")
_KL_VAE = _vae("AutoencoderKL")
_CLIP = (_text("text_encoder", "CLIPTextModel"), _text("tokenizer", *_CLIP_TOKENIZERS))
_CLIP_G = (
    _text("text_encoder_2", "CLIPTextModelWithProjection"),
    _text("tokenizer_2", *_CLIP_TOKENIZERS),
)
_T5 = (_text("text_encoder_2", "T5EncoderModel"), _text("tokenizer_2", *_T5_TOKENIZERS))

_EVERYTHING = frozenset(Adapter)
_TRANSFORMER_ADAPTERS = frozenset({Adapter.LORA, Adapter.CONTROL})

_VARIANCE_SAMPLERS = (
    "dpmpp_2m",
    "dpmpp_2m_karras",
    "unipc",
    "euler",
    "euler_a",
    "ddim",
    "deis",
    "lcm",
    "tcd",
    "euler_trailing",
)
_FLOW_SAMPLERS = ("flow_euler",)

_MEGAPIXEL = 1024 * 1024
_WIDE_SIZES = Sizes(_MEGAPIXEL, 512 * 512, 4 * _MEGAPIXEL, 256, 2048)
_LARGE_SIZES = Sizes(_MEGAPIXEL, 512 * 512, 2 * _MEGAPIXEL, 512, 1536)

# -- the rows --------------------------------------------------------------------------------------

_SD15 = FamilyRow(
    family=Family.SD15,
    variant=Variant.BASE,
    title="Stable Diffusion 1.5",
    pipeline="StableDiffusionPipeline",
    components=(_UNET, _KL_VAE, *_CLIP),
    denoiser="unet",
    packing=Packing.PLAIN,
    noising=Noising.VARIANCE,
    guiding=Guiding.CONTRAST,
    text=TextPlan(("prompt_embeds", "negative_prompt_embeds"), paired=True),
    sizes=Sizes(512 * 512, 512 * 512, 512 * 768, 512, 768),
    defaults=Defaults(24, 7.0, "dpmpp_2m_karras"),
    distilled=Defaults(6, 1.0, "lcm"),
    samplers=_VARIANCE_SAMPLERS,
    latent_channels=4,
    adapters=_EVERYTHING,
    licence="CreativeML OpenRAIL-M",
    commercial_use=True,
)

_SDXL = replace(
    _SD15,
    family=Family.SDXL,
    title="Stable Diffusion XL",
    pipeline="StableDiffusionXLPipeline",
    components=(_UNET, _KL_VAE, *_CLIP, *_CLIP_G),
    text=TextPlan(
        (
            "prompt_embeds",
            "negative_prompt_embeds",
            "pooled_prompt_embeds",
            "negative_pooled_prompt_embeds",
        ),
        paired=True,
        further_prompts=("prompt_2",),
    ),
    sizes=Sizes(_MEGAPIXEL, 800 * 800, _MEGAPIXEL, 640, 1280),
    defaults=Defaults(24, 6.0, "dpmpp_2m_karras"),
    distilled=Defaults(6, 1.0, "euler_trailing"),
    licence="CreativeML OpenRAIL++-M",
    rank=6,
)

_FLUX2_KLEIN = FamilyRow(
    family=Family.FLUX2_KLEIN,
    variant=Variant.BASE,
    title="FLUX.2 klein",
    pipeline="Flux2KleinPipeline",
    components=(
        _denoiser("transformer", "Flux2Transformer2DModel"),
        _vae("AutoencoderKLFlux2"),
        _text("text_encoder", "Qwen3ForCausalLM"),
        _text("tokenizer", *_QWEN_TOKENIZERS),
    ),
    denoiser="transformer",
    packing=Packing.NORMALISED_PATCHES,
    noising=Noising.FLOW,
    guiding=Guiding.CONTRAST,
    text=TextPlan(("prompt_embeds", ""), tokens=512, length_argument=True),
    sizes=_WIDE_SIZES,
    defaults=Defaults(28, 4.0, "flow_euler"),
    distilled=Defaults(4, 1.0, "flow_euler"),
    samplers=_FLOW_SAMPLERS,
    latent_channels=32,
    shift=Shift.EMPIRICAL,
    picture_input=PictureInput.SEVERAL,
    licence="Apache-2.0",
    commercial_use=True,
    rank=8,
)

_Z_IMAGE = FamilyRow(
    family=Family.Z_IMAGE,
    variant=Variant.BASE,
    title="Z-Image",
    pipeline="ZImagePipeline",
    components=(
        _denoiser("transformer", "ZImageTransformer2DModel"),
        _KL_VAE,
        _text("text_encoder", "Qwen3Model", "Qwen3ForCausalLM"),
        _text("tokenizer", *_QWEN_TOKENIZERS),
    ),
    denoiser="transformer",
    packing=Packing.PLAIN,
    noising=Noising.FLOW,
    guiding=Guiding.CONTRAST,
    text=TextPlan(
        ("prompt_embeds", "negative_prompt_embeds"), paired=True, tokens=512, length_argument=True
    ),
    sizes=_WIDE_SIZES,
    defaults=Defaults(28, 4.0, "flow_euler"),
    distilled=Defaults(9, 0.0, "flow_euler"),
    samplers=_FLOW_SAMPLERS,
    latent_channels=16,
    shift=Shift.LINEAR,
    adapters=_TRANSFORMER_ADAPTERS,
    licence="Apache-2.0",
    commercial_use=True,
    rank=7,
    float_latents=True,
)

_SD3 = FamilyRow(
    family=Family.SD3,
    variant=Variant.BASE,
    title="Stable Diffusion 3",
    pipeline="StableDiffusion3Pipeline",
    components=(
        _denoiser("transformer", "SD3Transformer2DModel"),
        _KL_VAE,
        _text("text_encoder", "CLIPTextModelWithProjection"),
        _text("tokenizer", *_CLIP_TOKENIZERS),
        *_CLIP_G,
        _text("text_encoder_3", "T5EncoderModel", optional=True),
        _text("tokenizer_3", *_T5_TOKENIZERS, optional=True),
    ),
    denoiser="transformer",
    packing=Packing.PLAIN,
    noising=Noising.FLOW,
    guiding=Guiding.CONTRAST,
    text=TextPlan(
        _SDXL.text.outputs,
        paired=True,
        further_prompts=("prompt_2", "prompt_3"),
        length_argument=True,
    ),
    sizes=_LARGE_SIZES,
    defaults=Defaults(28, 5.0, "flow_euler"),
    distilled=Defaults(4, 1.0, "flow_euler"),
    samplers=_FLOW_SAMPLERS,
    latent_channels=16,
    adapters=_TRANSFORMER_ADAPTERS,
    licence="Stability AI Community",
    experimental=True,
)

_FLUX1 = FamilyRow(
    family=Family.FLUX1,
    variant=Variant.BASE,
    title="FLUX.1",
    pipeline="FluxPipeline",
    components=(
        _denoiser("transformer", "FluxTransformer2DModel"),
        _KL_VAE,
        *_CLIP,
        *_T5,
    ),
    denoiser="transformer",
    packing=Packing.PATCHES,
    noising=Noising.FLOW,
    guiding=Guiding.EMBEDDED,
    text=TextPlan(
        ("prompt_embeds", "pooled_prompt_embeds", ""),
        further_prompts=("prompt_2",),
        tokens=512,
        tokenizer="tokenizer_2",
        length_argument=True,
    ),
    sizes=_WIDE_SIZES,
    defaults=Defaults(24, 3.5, "flow_euler"),
    distilled=Defaults(4, 0.0, "flow_euler"),
    samplers=_FLOW_SAMPLERS,
    latent_channels=16,
    shift=Shift.LINEAR,
    adapters=_TRANSFORMER_ADAPTERS,
    licence="FLUX.1 [dev] Non-Commercial",
    experimental=True,
)

_QWEN_IMAGE = FamilyRow(
    family=Family.QWEN_IMAGE,
    variant=Variant.BASE,
    title="Qwen-Image",
    pipeline="QwenImagePipeline",
    components=(
        _denoiser("transformer", "QwenImageTransformer2DModel"),
        _vae("AutoencoderKLQwenImage"),
        _text("text_encoder", "Qwen2_5_VLForConditionalGeneration"),
        _text("tokenizer", *_QWEN_TOKENIZERS),
    ),
    denoiser="transformer",
    packing=Packing.FRAMES,
    noising=Noising.FLOW,
    guiding=Guiding.TRUE_CONTRAST,
    text=TextPlan(("prompt_embeds", "prompt_embeds_mask"), tokens=512, length_argument=True),
    sizes=_WIDE_SIZES,
    defaults=Defaults(28, 4.0, "flow_euler"),
    distilled=Defaults(8, 1.0, "flow_euler"),
    samplers=_FLOW_SAMPLERS,
    latent_channels=16,
    shift=Shift.LINEAR,
    adapters=_TRANSFORMER_ADAPTERS,
    licence="Apache-2.0",
    commercial_use=True,
    experimental=True,
)

_QWEN_IMAGE_EDIT = replace(
    _QWEN_IMAGE,
    variant=Variant.EDIT,
    title="Qwen-Image (edit)",
    pipeline="QwenImageEditPipeline",
    components=(
        *_QWEN_IMAGE.components,
        Component("processor", "own", ("Qwen2VLProcessor",), Stage.TEXT),
    ),
    text=replace(_QWEN_IMAGE.text, sees_picture=True),
    picture_input=PictureInput.ONE,
)

ROWS: tuple[FamilyRow, ...] = (
    _SD15,
    replace(
        _SD15,
        variant=Variant.INPAINT,
        title="Stable Diffusion 1.5 (inpaint)",
        mask_input=MaskInput.CHANNELS,
    ),
    _SDXL,
    replace(
        _SDXL,
        variant=Variant.INPAINT,
        title="Stable Diffusion XL (inpaint)",
        mask_input=MaskInput.CHANNELS,
    ),
    _FLUX2_KLEIN,
    _Z_IMAGE,
    _SD3,
    _FLUX1,
    replace(
        _FLUX1,
        variant=Variant.INPAINT,
        title="FLUX.1 (fill)",
        mask_input=MaskInput.PATCHES,
        defaults=Defaults(24, 30.0, "flow_euler"),
    ),
    replace(
        _FLUX1,
        variant=Variant.EDIT,
        title="FLUX.1 (kontext)",
        pipeline="FluxKontextPipeline",
        picture_input=PictureInput.ONE,
        area_argument="max_area",
        call=(("_auto_resize", False),),
        defaults=Defaults(24, 2.5, "flow_euler"),
    ),
    _QWEN_IMAGE,
    _QWEN_IMAGE_EDIT,
    replace(
        _QWEN_IMAGE_EDIT,
        variant=Variant.EDIT_PLUS,
        title="Qwen-Image (edit plus)",
        pipeline="QwenImageEditPlusPipeline",
        picture_input=PictureInput.SEVERAL,
    ),
    replace(
        _QWEN_IMAGE_EDIT,
        variant=Variant.LAYERED,
        title="Qwen-Image (layered)",
        pipeline="QwenImageLayeredPipeline",
        packing=Packing.LAYERS,
        text=_QWEN_IMAGE.text,
    ),
)
