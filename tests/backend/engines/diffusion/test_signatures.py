"""Files as users have them, by the names and shapes in their headers."""

from __future__ import annotations

import pytest

from velatura_backend.engines.diffusion.denoiser_signatures import Told, Unusable, tell_denoiser
from velatura_backend.engines.diffusion.signatures import tell
from velatura_backend.engines.diffusion.tensor_names import TensorNames
from velatura_backend.models.records import Family, ModelKind, Variant
from velatura_backend.models.safetensors_header import Tensor

Shapes = dict[str, tuple[int, ...]]


def names(shapes: Shapes, **metadata: str) -> TensorNames:
    told = {f"modelspec.{key}": value for key, value in metadata.items()}
    return TensorNames({n: Tensor("F16", s, 0, 0) for n, s in shapes.items()}, told)


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
    ("shapes", "words"),
    [
        (unet(4, 1024), "Stable Diffusion 2"),
        (unet(8, 768), "InstructPix2Pix"),
        (unet(4, 1280, **{"label_emb.0.0.weight": (1536, 2560)}), "refiner"),
        ({**Z_IMAGE}, "Lumina"),
        ({**FLUX1, **GUIDED, "img_in.weight": (3072, 128)}, "canny or depth"),
        ({"distilled_guidance_layer.in_proj.weight": (5120, 64)}, "Chroma"),
        (
            {
                "double_stream_modulation_img.lin.weight": (36864, 6144),
                "guidance_in.in_layer.weight": (6144, 256),
            },
            "FLUX.2 dev",
        ),
        ({"lora_controlnet": (), "input_hint_block.0.lora_down.weight": (4, 4)}, "control LoRA"),
        ({"body.0.in_conv.weight": (320, 192, 1, 1)}, "T2I"),
        ({"emb_params": (4, 1024)}, "Stable Diffusion 2"),
        ({"segformer.encoder.block.0.0.attention.self.query.weight": (32, 32)}, "its folder"),
        ({"backbone.stages.0.a": (8,), "decode_head.classifier.weight": (150, 512)}, "its folder"),
    ],
)
def test_what_is_known_and_not_run(shapes: Shapes, words: str) -> None:
    verdict = tell(names(shapes))
    assert isinstance(verdict, Unusable)
    assert words in verdict.what


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
