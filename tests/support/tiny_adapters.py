"""Tiny random adapters for the tiny pipelines, as files an artist would have.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

import functools
import inspect
import json
from dataclasses import dataclass
from pathlib import Path

import diffusers
import torch
import transformers
from safetensors.torch import save_file

from tests.support import tiny_pipelines
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind


@dataclass
class Shelf:
    """Implements ``ModelShelf`` over a list."""

    models: tuple[InstalledModel, ...] = ()

    def all(self):
        return self.models

    def get(self, model_id):
        return next(each for each in self.models if each.id == model_id)

    def of(self, kind, family=None):
        return tuple(
            each
            for each in self.models
            if each.kind is kind and (family is None or each.family is family)
        )


def installed(path: Path, kind: ModelKind, family: Family, detail="", name="", **more):
    form = ModelForm.FOLDER if path.is_dir() else ModelForm.FILE
    name = name or path.stem
    return InstalledModel(path.stem, name, kind, family, path, form, detail=detail, **more)


def embedding_file(path: Path, widths=(32,), vectors=2, scale=1.0, seed=0) -> Path:
    """As diffusers writes it for one encoder, as kohya does for SDXL's two."""
    generator = torch.Generator().manual_seed(seed)
    names = ("emb_params",) if len(widths) == 1 else ("clip_l", "clip_g")
    save_file(
        {
            name: scale * torch.randn(vectors, width, generator=generator)
            for name, width in zip(names, widths, strict=True)
        },
        path,
    )
    return path


def lora_file(path: Path, pipeline, layout="kohya", *, text=True, rank=2, seed=0, strength=0.5):
    """Over the attention of the denoiser and, with ``text``, of the text encoders.

    ``kohya``: ``lora_unet_down_blocks_…``, ``diffusers``: ``unet.down_blocks…``, ``bare``: without
    the name in front.
    """
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, torch.Tensor] = {}
    denoiser = "unet" if getattr(pipeline, "unet", None) is not None else "transformer"
    wanted = [(denoiser, getattr(pipeline, denoiser), ("to_q", "to_k", "to_v", "to_out.0"))]
    if text:
        wanted += [
            (name, getattr(pipeline, name), ("q_proj", "v_proj", "out_proj"))
            for name in ("text_encoder", "text_encoder_2")
            if getattr(pipeline, name, None) is not None
        ]
    for name, network, layers in wanted:
        for inner, module in network.named_modules():
            if isinstance(module, torch.nn.Linear) and inner.endswith(layers):
                down = torch.randn(rank, module.in_features, generator=generator)
                up = strength * torch.randn(module.out_features, rank, generator=generator)
                _add_lora(tensors, layout, (name, inner), down, up)
    save_file(tensors, path)
    return path


_KOHYA = {"unet": "lora_unet", "text_encoder": "lora_te", "text_encoder_2": "lora_te2"}


def _add_lora(tensors, layout, place, down, up):
    name, inner = place
    if layout == "kohya":
        prefix = _KOHYA.get(name, "lora_unet")
        if name == "text_encoder":
            inner = f"text_model.{inner}"
        key = f"{prefix}_{inner.replace('.', '_')}"
        tensors[f"{key}.lora_down.weight"] = down
        tensors[f"{key}.lora_up.weight"] = up
        tensors[f"{key}.alpha"] = torch.tensor(float(down.shape[0]))
    else:
        key = inner if layout == "bare" else f"{name}.{inner}"
        tensors[f"{key}.lora_A.weight"] = down
        tensors[f"{key}.lora_B.weight"] = up


def control_folder(path: Path, base: str, *, union=False, seed=2) -> Path:
    """A network for the tiny pipeline ``base``, whose zero convolutions are no longer zero."""
    if not path.exists():
        torch.manual_seed(seed)
        network = _control(base, union=union)
        _wake(network)
        network.save_pretrained(path)
    return path


def control_file(path: Path, base: str, *, union=False, seed=2) -> Path:
    """The same as one file."""
    torch.manual_seed(seed)
    network = _control(base, union=union)
    _wake(network)
    save_file(network.state_dict(), path)
    return path


def _control(base, *, union):
    pipeline = tiny_pipelines.build(base)
    if getattr(pipeline, "unet", None) is not None:
        if union:
            return diffusers.ControlNetUnionModel(
                **_shared(diffusers.ControlNetUnionModel, pipeline.unet),
                conditioning_embedding_out_channels=(8, 16, 16, 16),
                num_trans_channel=32,
                num_proj_channel=32,
                num_trans_head=4,
            ).eval()
        return diffusers.ControlNetModel.from_unet(
            pipeline.unet, conditioning_embedding_out_channels=(8, 16, 16, 16)
        ).eval()
    return _TRANSFORMERS[base](pipeline.transformer, union).eval()


def _shared(make, network):
    wanted = inspect.signature(make.__init__).parameters
    return {
        key: value
        for key, value in network.config.items()
        if key in wanted and not key.startswith("_") and value is not None
    }


def _wake(network):
    """Networks begin with zeros where they join the denoiser, and would say nothing."""
    for name, parameter in network.named_parameters():
        if parameter.ndim > 1 and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.3)
        elif "controlnet_cond_embedding" in name:
            parameter.data *= 3.0  # what goes in would hardly come out


def _flux_control(transformer, union):
    config = _shared(diffusers.FluxControlNetModel, transformer)
    return diffusers.FluxControlNetModel(**config, num_mode=5 if union else None)


def _sd3_control(transformer, union):
    del union
    config = _shared(diffusers.SD3ControlNetModel, transformer)
    return diffusers.SD3ControlNetModel(**config, extra_conditioning_channels=0)


@functools.cache
def deep_sd3() -> Path:
    """The last block of SD 3 hears no control: it takes two."""
    pipeline = tiny_pipelines.build("sd3")
    config = dict(pipeline.transformer.config) | {"num_layers": 2}
    pipeline.transformer = diffusers.SD3Transformer2DModel.from_config(config).eval()
    path = tiny_pipelines.folder("sd3").with_name("sd3-deep")
    pipeline.save_pretrained(path)
    return path


def _z_image_control(transformer, union):
    del union
    return diffusers.ZImageControlNetModel(
        control_layers_places=[0],
        control_refiner_layers_places=[0],
        control_in_dim=6,
        dim=transformer.config.dim,
        n_refiner_layers=1,
        n_heads=transformer.config.n_heads,
        n_kv_heads=transformer.config.n_kv_heads,
    )


def _qwen_control(transformer, union):
    del union
    config = _shared(diffusers.QwenImageControlNetModel, transformer)
    return diffusers.QwenImageControlNetModel(**config, extra_condition_channels=4)


_TRANSFORMERS = {
    "flux1-dev": _flux_control,
    "sd3": _sd3_control,
    "z-image": _z_image_control,
    "qwen-image": _qwen_control,
}


def image_encoder(path: Path, width=32, projection=16) -> Path:
    if not path.exists():
        torch.manual_seed(1)
        config = transformers.CLIPVisionConfig(
            hidden_size=width,
            intermediate_size=width,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=32,
            patch_size=8,
            projection_dim=projection,
        )
        transformers.CLIPVisionModelWithProjection(config).save_pretrained(path)
    return path


def ip_adapter_file(path: Path, unet, encoder: Path, *, plus=False, seed=6) -> Path:
    """In the layout of its authors: ``image_proj.…`` and ``ip_adapter.N.to_k_ip.weight``."""
    config = json.loads((encoder / "config.json").read_text())
    generator = torch.Generator().manual_seed(seed)
    width = unet.config.cross_attention_dim

    def drawn(*shape):
        return 0.3 * torch.randn(*shape, generator=generator)

    tensors = {
        "image_proj.proj.weight": drawn(4 * width, config["projection_dim"]),
        "image_proj.proj.bias": drawn(4 * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    if plus:
        tensors = _resampler(drawn, width, config["hidden_size"])
    for index, (name, _) in enumerate(unet.attn_processors.items()):
        if name.endswith("attn2.processor"):
            inner = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
            tensors[f"ip_adapter.{index}.to_k_ip.weight"] = drawn(inner, width)
            tensors[f"ip_adapter.{index}.to_v_ip.weight"] = drawn(inner, width)
    save_file(tensors, path)
    return path


def _resampler(drawn, width, seen, inner=64):
    """Four layers, as the library expects of every one."""
    tensors = {
        "latents": drawn(1, 4, inner),
        "proj_in.weight": drawn(inner, seen),
        "proj_in.bias": drawn(inner),
        "proj_out.weight": drawn(width, inner),
        "proj_out.bias": drawn(width),
        "norm_out.weight": torch.ones(width),
        "norm_out.bias": torch.zeros(width),
    }
    for layer in range(4):
        attention, forward = f"layers.{layer}.0", f"layers.{layer}.1"
        for norm in (f"{attention}.norm1", f"{attention}.norm2", f"{forward}.0"):
            tensors |= {f"{norm}.weight": torch.ones(inner), f"{norm}.bias": torch.zeros(inner)}
        tensors |= {
            f"{attention}.to_q.weight": drawn(inner, inner),
            f"{attention}.to_kv.weight": drawn(2 * inner, inner),
            f"{attention}.to_out.weight": drawn(inner, inner),
            f"{forward}.1.weight": drawn(4 * inner, inner),
            f"{forward}.3.weight": drawn(inner, 4 * inner),
        }
    return {f"image_proj.{key}": tensor for key, tensor in tensors.items()}


def safety_folder(path: Path, *, strict: bool) -> Path:
    """A filter that takes every picture for explicit, or none."""
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    torch.manual_seed(0)
    side = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    side |= {"num_attention_heads": 2}
    config = transformers.CLIPConfig(
        text_config=side | {"vocab_size": 16},
        vision_config=side | {"image_size": 32, "patch_size": 8},
        projection_dim=8,
    )
    checker = StableDiffusionSafetyChecker(config)
    for thresholds in (checker.concept_embeds_weights, checker.special_care_embeds_weights):
        thresholds.data.fill_(-2.0 if strict else 2.0)
    checker.save_pretrained(path)
    return path
