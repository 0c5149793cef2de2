"""Files as users have them, by the names and shapes in their headers."""

from __future__ import annotations

import pytest

from tests.support.header_shapes import Shapes, names
from velatura_backend.engines.diffusion.recognition.denoiser_signatures import (
    Told,
    Unusable,
    foreign,
    tell_denoiser,
)
from velatura_backend.engines.diffusion.recognition.signatures import tell
from velatura_backend.models.records import Family, ModelKind, Variant
from velatura_protocol.faults import ModelFault


def unet(channels: int, width: int, **more: tuple[int, ...]) -> Shapes:
    prefix = "model.diffusion_model."
    return {
        f"{prefix}input_blocks.0.0.weight": (320, channels, 3, 3),
        f"{prefix}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (640, width),
        **{prefix + name: shape for name, shape in more.items()},
    }


XL = {"label_emb.0.0.weight": (1280, 2816)}
FLUX1 = {
    "double_blocks.0.img_attn.qkv.weight": (9216, 3072),
    "double_blocks.0.img_mod.lin.weight": (18432, 3072),
    "final_layer.linear.weight": (64, 3072),
}
GUIDED = {"guidance_in.in_layer.weight": (3072, 256)}
Z_IMAGE = {
    "noise_refiner.0.attention.qkv.weight": (11520, 3840),
    "cap_embedder.0.weight": (2560,),
    "layers.0.attention.qkv.weight": (11520, 3840),
}
PADS = {"x_pad_token": (1, 3840), "cap_pad_token": (1, 3840)}
QWEN = {
    "transformer_blocks.0.img_mod.1.weight": (18432, 3072),
    "txt_norm.weight": (3584,),
    "img_in.weight": (3072, 64),
}

DENOISERS: list[tuple[str, Shapes, Family, Variant, bool]] = [
    ("sd15", unet(4, 768), Family.SD15, Variant.BASE, False),
    ("sd15 inpaint", unet(9, 768), Family.SD15, Variant.INPAINT, False),
    ("sdxl", unet(4, 2048, **XL), Family.SDXL, Variant.BASE, False),
    ("sdxl inpaint", unet(9, 2048, **XL), Family.SDXL, Variant.INPAINT, False),
    (
        "lcm",
        unet(4, 768, **{"time_embed.cond_proj.weight": (320, 256)}),
        Family.SD15,
        Variant.BASE,
        True,
    ),
    (
        "flux dev",
        {**FLUX1, **GUIDED, "img_in.weight": (3072, 64)},
        Family.FLUX1,
        Variant.BASE,
        False,
    ),
    ("flux schnell", {**FLUX1, "img_in.weight": (3072, 64)}, Family.FLUX1, Variant.BASE, True),
    (
        "flux fill",
        {**FLUX1, **GUIDED, "img_in.weight": (3072, 384)},
        Family.FLUX1,
        Variant.INPAINT,
        False,
    ),
    (
        "klein",
        {"double_stream_modulation_img.lin.weight": (18432, 3072), "img_in.weight": (3072, 128)},
        Family.FLUX2_KLEIN,
        Variant.BASE,
        True,
    ),
    ("z-image", {**Z_IMAGE, **PADS}, Family.Z_IMAGE, Variant.BASE, True),
    (
        "sd3",
        {"model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight": (4608, 1536)},
        Family.SD3,
        Variant.BASE,
        False,
    ),
    ("qwen", QWEN, Family.QWEN_IMAGE, Variant.BASE, False),
    (
        "qwen layered",
        {**QWEN, "time_text_embed.addition_t_embedding.weight": (2, 3072)},
        Family.QWEN_IMAGE,
        Variant.LAYERED,
        False,
    ),
]


@pytest.mark.parametrize(
    ("shapes", "family", "variant", "distilled"),
    [each[1:] for each in DENOISERS],
    ids=[each[0] for each in DENOISERS],
)
def test_checkpoints(shapes: Shapes, family: Family, variant: Variant, distilled: bool) -> None:
    told = tell(names(shapes))
    assert isinstance(told, Told)
    assert told.kind is ModelKind.CHECKPOINT
    assert (told.family, told.variant, told.distilled) == (family, variant, distilled)
    assert tell_denoiser(names(shapes)) == told


@pytest.mark.parametrize(
    ("shapes", "architecture", "variant"),
    [
        ({**FLUX1, **GUIDED, "img_in.weight": (3072, 64)}, "flux-1-kontext-dev", Variant.EDIT),
        (QWEN, "qwen-image-edit", Variant.EDIT),
        (QWEN, "qwen-image-edit-2509", Variant.EDIT_PLUS),
    ],
)
def test_what_only_the_metadata_tell(shapes: Shapes, architecture: str, variant: Variant) -> None:
    told = tell(names(shapes, architecture=architecture))
    assert isinstance(told, Told)
    assert told.variant is variant


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        (unet(4, 1024), "Stable Diffusion 2"),
        (unet(8, 768), "InstructPix2Pix"),
        (unet(4, 1280, **{"label_emb.0.0.weight": (1536, 2560)}), "Stable Diffusion XL refiner"),
        ({**Z_IMAGE}, "Lumina 2"),
        ({**FLUX1, **GUIDED, "img_in.weight": (3072, 128)}, "FLUX.1 Canny / Depth"),
        ({"distilled_guidance_layer.in_proj.weight": (5120, 64)}, "Chroma"),
        (
            {
                "double_stream_modulation_img.lin.weight": (36864, 6144),
                "guidance_in.in_layer.weight": (6144, 256),
            },
            "FLUX.2 dev",
        ),
        (
            {"lora_controlnet": (), "input_hint_block.0.lora_down.weight": (4, 4)},
            ModelFault.CONTROL_LORA,
        ),
        ({"body.0.in_conv.weight": (320, 192, 1, 1)}, "T2I-Adapter"),
        ({"emb_params": (4, 1024)}, "Stable Diffusion 2"),
        (
            {"segformer.encoder.block.0.0.attention.self.query.weight": (32, 32)},
            ModelFault.NO_CONFIG,
        ),
        (
            {"backbone.stages.0.a": (8,), "decode_head.classifier.weight": (150, 512)},
            ModelFault.NO_CONFIG,
        ),
    ],
)
def test_what_is_known_and_not_run(shapes: Shapes, told: str | ModelFault) -> None:
    assert tell(names(shapes)) == (
        Unusable(told) if isinstance(told, ModelFault) else foreign(told)
    )
