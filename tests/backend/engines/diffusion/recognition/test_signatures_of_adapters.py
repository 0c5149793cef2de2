"""What goes with a checkpoint, or stands alone: by the names and shapes in its header."""

from __future__ import annotations

import pytest

from tests.support.header_shapes import Shapes, names
from velatura_backend.engines.diffusion.recognition.denoiser_signatures import Told
from velatura_backend.engines.diffusion.recognition.signatures import tell
from velatura_backend.models.records import Family, ModelKind


def kohya(*modules: tuple[str, int, int]) -> Shapes:
    shapes: Shapes = {}
    for module, taken, given in modules:
        shapes[f"{module}.lora_down.weight"] = (8, taken)
        shapes[f"{module}.lora_up.weight"] = (given, 8)
    return shapes


LORAS: list[tuple[str, Shapes, Family, str]] = [
    (
        "sd15 kohya",
        kohya(("lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k", 768, 320)),
        Family.SD15,
        "kohya",
    ),
    (
        "sdxl kohya",
        kohya(("lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", 2048, 640)),
        Family.SDXL,
        "kohya",
    ),
    (
        "sdxl by its encoders",
        kohya(("lora_te1_text_model_encoder_layers_0_mlp_fc1", 768, 3072)),
        Family.SDXL,
        "kohya",
    ),
    (
        "sd15 peft",
        {"unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight": (4, 768)},
        Family.SD15,
        "peft",
    ),
    (
        "flux kohya",
        kohya(
            ("lora_unet_double_blocks_0_img_attn_qkv", 3072, 9216),
            ("lora_unet_double_blocks_0_img_mod_lin", 3072, 18432),
        ),
        Family.FLUX1,
        "kohya",
    ),
    (
        "flux by its feed-forward",
        kohya(("lora_unet_double_blocks_0_img_mlp_0", 3072, 12288)),
        Family.FLUX1,
        "kohya",
    ),
    (
        "klein by its feed-forward",
        kohya(("lora_unet_double_blocks_0_img_mlp_0", 3072, 18432)),
        Family.FLUX2_KLEIN,
        "kohya",
    ),
    (
        "klein peft",
        {"transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight": (4, 3072)},
        Family.FLUX2_KLEIN,
        "peft",
    ),
    (
        "flux peft",
        {"transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight": (4, 3072)},
        Family.FLUX1,
        "peft",
    ),
    (
        "z-image",
        {"diffusion_model.layers.0.attention.to_q.lora_A.weight": (4, 3840)},
        Family.Z_IMAGE,
        "peft",
    ),
    (
        "qwen",
        {"transformer.transformer_blocks.0.img_mod.1.lora_A.weight": (4, 3072)},
        Family.QWEN_IMAGE,
        "peft",
    ),
    (
        "sd3",
        {"transformer.transformer_blocks.0.attn.add_k_proj.lora_A.weight": (4, 1536)},
        Family.SD3,
        "peft",
    ),
    (
        "lokr",
        {"lora_unet_down_blocks_0_attentions_0_proj_in.lokr_w1": (4, 4)},
        Family.SD15,
        "lokr",
    ),
]


@pytest.mark.parametrize(
    ("shapes", "family", "layout"), [each[1:] for each in LORAS], ids=[each[0] for each in LORAS]
)
def test_loras(shapes: Shapes, family: Family, layout: str) -> None:
    told = tell(names(shapes))
    assert isinstance(told, Told)
    assert (told.kind, told.family, told.detail) == (ModelKind.LORA, family, layout)


def ip_adapter(width: int, count: int, plus: bool = False) -> Shapes:
    shapes: Shapes = {f"ip_adapter.{2 * n + 1}.to_k_ip.weight": (320, width) for n in range(count)}
    return shapes | ({"image_proj.latents": (1, 16, 768)} if plus else {})


OTHERS: list[tuple[str, Shapes, ModelKind, Family, str]] = [
    ("ip sd15", ip_adapter(768, 16), ModelKind.IP_ADAPTER, Family.SD15, "base"),
    ("ip sdxl", ip_adapter(2048, 70, plus=True), ModelKind.IP_ADAPTER, Family.SDXL, "plus"),
    (
        "control sd15",
        {"control_model.input_hint_block.0.weight": (16, 3, 3, 3)},
        ModelKind.CONTROL,
        Family.SD15,
        "",
    ),
    (
        "control sdxl union",
        {
            "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
            "add_embedding.linear_1.weight": (1280, 2816),
            "task_embedding": (6, 320),
        },
        ModelKind.CONTROL,
        Family.SDXL,
        "union",
    ),
    (
        "control flux",
        {"controlnet_x_embedder.weight": (3072, 64), "controlnet_mode_embedder.weight": (10, 3072)},
        ModelKind.CONTROL,
        Family.FLUX1,
        "union",
    ),
    (
        "control z-image",
        {"control_layers.0.adaLN_modulation.0.weight": (15360, 256)},
        ModelKind.CONTROL,
        Family.Z_IMAGE,
        "union",
    ),
    (
        "vae",
        {
            "encoder.down.0.block.0.conv1.weight": (128, 128, 3, 3),
            "decoder.conv_in.weight": (512, 16, 3, 3),
        },
        ModelKind.VAE,
        Family.NONE,
        "16",
    ),
    (
        "flux2 vae",
        {
            "encoder.down_blocks.0.resnets.0.conv1.weight": (128, 128, 3, 3),
            "bn.running_mean": (128,),
        },
        ModelKind.VAE,
        Family.FLUX2_KLEIN,
        "",
    ),
    (
        "taesd",
        {"encoder.layers.0.weight": (64, 3, 3, 3), "decoder.layers.0.weight": (64, 4, 3, 3)},
        ModelKind.TINY_VAE,
        Family.NONE,
        "4",
    ),
    (
        "t5",
        {"encoder.block.0.layer.0.SelfAttention.q.weight": (4096, 4096)},
        ModelKind.TEXT_ENCODER,
        Family.NONE,
        "t5",
    ),
    (
        "qwen3",
        {"model.layers.0.self_attn.q_norm.weight": (128,)},
        ModelKind.TEXT_ENCODER,
        Family.NONE,
        "qwen3",
    ),
    (
        "clip vision",
        {
            "vision_model.embeddings.class_embedding": (1280,),
            "vision_model.embeddings.patch_embedding.weight": (1280, 3, 14, 14),
        },
        ModelKind.IMAGE_ENCODER,
        Family.NONE,
        "clip",
    ),
    ("safety", {"concept_embeds": (17, 768)}, ModelKind.SAFETY, Family.NONE, ""),
    (
        "esrgan",
        {"model.1.sub.0.RDB1.conv1.0.weight": (32, 64, 3, 3)},
        ModelKind.UPSCALER,
        Family.NONE,
        "esrgan",
    ),
    (
        "compact",
        {"params.body.0.weight": (64, 3, 3, 3), "params.body.1.weight": (64,)},
        ModelKind.UPSCALER,
        Family.NONE,
        "compact",
    ),
    ("embedding", {"emb_params": (4, 768)}, ModelKind.EMBEDDING, Family.SD15, ""),
    ("embedding by name", {"<velvet>": (768,)}, ModelKind.EMBEDDING, Family.SD15, "<velvet>"),
    (
        "embedding sdxl",
        {"clip_l": (2, 768), "clip_g": (2, 1280)},
        ModelKind.EMBEDDING,
        Family.SDXL,
        "",
    ),
]


@pytest.mark.parametrize(
    ("shapes", "kind", "family", "detail"),
    [each[1:] for each in OTHERS],
    ids=[each[0] for each in OTHERS],
)
def test_all_else(shapes: Shapes, kind: ModelKind, family: Family, detail: str) -> None:
    told = tell(names(shapes))
    assert isinstance(told, Told)
    assert (told.kind, told.family, told.detail) == (kind, family, detail)


@pytest.mark.parametrize("shapes", [{}, {"weight": (3, 3, 3)}, {"a.b.c": (5,), "a.b.d": (5,)}])
def test_what_nobody_knows(shapes: Shapes) -> None:
    assert tell(names(shapes)) is None
