"""What there is to know of each family of models: one table, a row for each (family, variant).

Import-free: the server reads it to say what an installed model can do. Everything that differs
between families is a field of a row, and code asks the field, never the family.
"""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.errors import Unsupported

from ...models.records import Family, Variant
from .family_fields import (
    Adapter,
    Component,
    Defaults,
    FamilyRow,
    Guiding,
    MaskInput,
    Noising,
    Packing,
    PictureInput,
    Shift,
    Sizes,
    Stage,
    TextPlan,
)
from .family_parts import (
    CLIP,
    CLIP_G,
    CLIP_TOKENIZERS,
    DYNAMIC_SCHEDULE,
    EVERYTHING,
    FLOW_SAMPLERS,
    KL_VAE,
    LARGE_SIZES,
    MEGAPIXEL,
    QWEN_SCHEDULE,
    QWEN_TOKENIZERS,
    T5,
    T5_TOKENIZERS,
    TRANSFORMER_ADAPTERS,
    UNET,
    VARIANCE_SAMPLERS,
    VARIANCE_SCHEDULE,
    WIDE_SIZES,
    denoiser_part,
    text_part,
    vae_part,
)

__all__ = [
    "ROWS", "Adapter", "Component", "Defaults", "FamilyRow", "Guiding", "MaskInput", "Noising",
    "Packing", "PictureInput", "Shift", "Sizes", "Stage", "TextPlan", "row_of",
    "supported_families",
]  # fmt: skip


def row_of(family: Family, variant: Variant) -> FamilyRow:
    """:raises Unsupported: there is no such row"""
    for row in ROWS:
        if (row.family, row.variant) == (family, variant):
            return row
    raise Unsupported(what=f"{family.value} {variant.value}")


def supported_families() -> str:
    """The families' names as one text, for sentences about files that are none of them."""
    return ", ".join(dict.fromkeys(row.title.split(" (")[0] for row in ROWS))


# -- the rows --------------------------------------------------------------------------------------

_SD15 = FamilyRow(
    family=Family.SD15,
    variant=Variant.BASE,
    title="Stable Diffusion 1.5",
    pipeline="StableDiffusionPipeline",
    components=(UNET, KL_VAE, *CLIP),
    denoiser="unet",
    packing=Packing.PLAIN,
    noising=Noising.VARIANCE,
    guiding=Guiding.CONTRAST,
    text=TextPlan(("prompt_embeds", "negative_prompt_embeds"), paired=True),
    sizes=Sizes(512 * 512, 512 * 512, 512 * 768, 512, 768),
    defaults=Defaults(24, 7.0, "dpmpp_2m_karras"),
    distilled=Defaults(6, 1.0, "lcm"),
    samplers=VARIANCE_SAMPLERS,
    latent_channels=4,
    latent_scale=(0.18215, 0.0),
    adapters=EVERYTHING,
    schedule=VARIANCE_SCHEDULE,
    licence="CreativeML OpenRAIL-M",
    commercial_use=True,
)

_SDXL = replace(
    _SD15,
    family=Family.SDXL,
    title="Stable Diffusion XL",
    pipeline="StableDiffusionXLPipeline",
    components=(UNET, KL_VAE, *CLIP, *CLIP_G),
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
    latent_scale=(0.13025, 0.0),
    sizes=Sizes(MEGAPIXEL, 800 * 800, MEGAPIXEL, 640, 1280),
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
        denoiser_part("transformer", "Flux2Transformer2DModel"),
        vae_part("AutoencoderKLFlux2"),
        text_part("text_encoder", "Qwen3ForCausalLM"),
        text_part("tokenizer", *QWEN_TOKENIZERS),
    ),
    denoiser="transformer",
    packing=Packing.NORMALISED_PATCHES,
    noising=Noising.FLOW,
    guiding=Guiding.CONTRAST,
    text=TextPlan(("prompt_embeds", ""), tokens=512, length=512),
    sizes=WIDE_SIZES,
    defaults=Defaults(28, 4.0, "flow_euler"),
    distilled=Defaults(4, 1.0, "flow_euler"),
    samplers=FLOW_SAMPLERS,
    latent_channels=32,
    shift=Shift.EMPIRICAL,
    picture_input=PictureInput.SEVERAL,
    schedule=DYNAMIC_SCHEDULE,
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
        denoiser_part("transformer", "ZImageTransformer2DModel"),
        KL_VAE,
        text_part("text_encoder", "Qwen3Model", "Qwen3ForCausalLM"),
        text_part("tokenizer", *QWEN_TOKENIZERS),
    ),
    denoiser="transformer",
    packing=Packing.PLAIN,
    noising=Noising.FLOW,
    guiding=Guiding.CONTRAST,
    text=TextPlan(("prompt_embeds", "negative_prompt_embeds"), paired=True, tokens=512, length=512),
    sizes=WIDE_SIZES,
    defaults=Defaults(28, 4.0, "flow_euler"),
    distilled=Defaults(9, 0.0, "flow_euler"),
    samplers=FLOW_SAMPLERS,
    latent_channels=16,
    shift=Shift.LINEAR,
    adapters=TRANSFORMER_ADAPTERS,
    latent_scale=(0.3611, 0.1159),
    schedule=(("shift", 6.0),),
    distilled_schedule=(("shift", 3.0),),
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
        denoiser_part("transformer", "SD3Transformer2DModel"),
        KL_VAE,
        text_part("text_encoder", "CLIPTextModelWithProjection"),
        text_part("tokenizer", *CLIP_TOKENIZERS),
        *CLIP_G,
        text_part("text_encoder_3", "T5EncoderModel", optional=True),
        text_part("tokenizer_3", *T5_TOKENIZERS, optional=True),
    ),
    denoiser="transformer",
    packing=Packing.PLAIN,
    noising=Noising.FLOW,
    guiding=Guiding.CONTRAST,
    text=TextPlan(
        _SDXL.text.outputs,
        paired=True,
        further_prompts=("prompt_2", "prompt_3"),
        length=256,
    ),
    sizes=LARGE_SIZES,
    defaults=Defaults(28, 5.0, "flow_euler"),
    distilled=Defaults(4, 1.0, "flow_euler"),
    samplers=FLOW_SAMPLERS,
    latent_channels=16,
    adapters=TRANSFORMER_ADAPTERS,
    latent_scale=(1.5305, 0.0609),
    schedule=(("shift", 3.0),),
    licence="Stability AI Community",
    experimental=True,
)

_FLUX1 = FamilyRow(
    family=Family.FLUX1,
    variant=Variant.BASE,
    title="FLUX.1",
    pipeline="FluxPipeline",
    components=(
        denoiser_part("transformer", "FluxTransformer2DModel"),
        KL_VAE,
        *CLIP,
        *T5,
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
        length=512,
    ),
    sizes=WIDE_SIZES,
    defaults=Defaults(24, 3.5, "flow_euler"),
    distilled=Defaults(4, 0.0, "flow_euler"),
    samplers=FLOW_SAMPLERS,
    latent_channels=16,
    shift=Shift.LINEAR,
    adapters=TRANSFORMER_ADAPTERS,
    latent_scale=(0.3611, 0.1159),
    schedule=DYNAMIC_SCHEDULE,
    distilled_schedule=(("shift", 1.0), ("use_dynamic_shifting", False)),
    licence="FLUX.1 [dev] Non-Commercial",
    experimental=True,
)

_QWEN_IMAGE = FamilyRow(
    family=Family.QWEN_IMAGE,
    variant=Variant.BASE,
    title="Qwen-Image",
    pipeline="QwenImagePipeline",
    components=(
        denoiser_part("transformer", "QwenImageTransformer2DModel"),
        vae_part("AutoencoderKLQwenImage"),
        text_part("text_encoder", "Qwen2_5_VLForConditionalGeneration"),
        text_part("tokenizer", *QWEN_TOKENIZERS),
    ),
    denoiser="transformer",
    packing=Packing.FRAMES,
    noising=Noising.FLOW,
    guiding=Guiding.TRUE_CONTRAST,
    text=TextPlan(("prompt_embeds", "prompt_embeds_mask"), tokens=512, length=512),
    sizes=WIDE_SIZES,
    defaults=Defaults(28, 4.0, "flow_euler"),
    distilled=Defaults(8, 1.0, "flow_euler"),
    samplers=FLOW_SAMPLERS,
    latent_channels=16,
    shift=Shift.LINEAR,
    adapters=TRANSFORMER_ADAPTERS,
    schedule=QWEN_SCHEDULE,
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
