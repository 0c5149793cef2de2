"""What activations take at real sizes: every tensor of a forward is made without its numbers, and
those alive at once are added up. Where ``engines/diffusion/sizes`` has its factors from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import diffusers
import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from .networks import sdxl_unet, vae

_HALF = torch.bfloat16
_SIDES = (512, 1024, 1536)


class _FusedAttention(TorchFunctionMode):
    """As kernels compute it that never hold all of its scores."""

    def __torch_function__(
        self, function: Any, types: Any, given: Any = (), named: Any = None
    ) -> Any:
        named = named or {}
        if function is torch.nn.functional.scaled_dot_product_attention:
            query = given[0] if given else named["query"]
            value = given[2] if len(given) > 2 else named["value"]
            return query.new_empty(*query.shape[:-1], value.shape[-1])
        return function(*given, **named)


class _Alive(TorchDispatchMode):
    """``most``: bytes of tensors that were made and alive at once."""

    def __init__(self) -> None:
        super().__init__()
        self._alive: dict[int, tuple[StorageWeakRef, int]] = {}
        self.most = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, given: Any = (), named: Any = None
    ) -> Any:
        made = function(*given, **(named or {}))
        self._alive = {key: each for key, each in self._alive.items() if not each[0].expired()}
        known = {_storage(each)._cdata for each in tree_leaves((given, named)) if _tensor(each)}
        for each in filter(_tensor, tree_leaves(made)):
            storage = _storage(each)
            if storage._cdata not in known:
                self._alive[storage._cdata] = StorageWeakRef(storage), storage.nbytes()
        self.most = max(self.most, sum(size for _, size in self._alive.values()))
        return made


def _tensor(value: object) -> bool:
    return isinstance(value, torch.Tensor)


def _storage(tensor: torch.Tensor) -> Any:
    return tensor.untyped_storage()


@dataclass(frozen=True)
class Case:
    """``run``: a forward for a picture of that side. ``unit``: values it is told in multiples of,
    for that side."""

    name: str
    make: Callable[[], Any]
    dtype: torch.dtype
    run: Callable[[Any, int], object]
    unit: Callable[[Any, int], float]


def appetite_rows() -> tuple[Sequence[str], list[Sequence[str]]]:
    head = ("network", *(f"{side}², MB" for side in _SIDES), "values per unit")
    return head, list(_rows())


def _rows() -> Iterator[Sequence[str]]:
    for case in CASES:
        with torch.device("meta"):
            network = case.make().to(case.dtype)
        most = [_most(case, network, side) for side in _SIDES]
        width = torch.finfo(case.dtype).bits // 8
        factors = [
            size / width / case.unit(network, side) for size, side in zip(most, _SIDES, strict=True)
        ]
        yield (case.name, *(f"{size / 1e6:.0f}" for size in most), f"{max(factors):.1f}")


def _most(case: Case, network: Any, side: int) -> int:
    with torch.no_grad(), _FusedAttention(), _Alive() as alive:
        case.run(network, side)
    return alive.most


def _empty(*shape: int, dtype: torch.dtype = _HALF) -> torch.Tensor:
    return torch.empty(*shape, dtype=dtype, device="meta")


def _run_unet(unet: Any, side: int) -> object:
    width = unet.config.cross_attention_dim
    told = {}
    if unet.config.addition_embed_type:
        told = {"text_embeds": _empty(2, 1280), "time_ids": _empty(2, 6)}
    return unet(
        _empty(2, unet.config.in_channels, side // 8, side // 8),
        torch.tensor(1.0),
        _empty(2, 77, width),
        added_cond_kwargs=told,
    )


def _run_flux(transformer: Any, side: int) -> object:
    tokens = side * side // 256
    return transformer(
        hidden_states=_empty(1, tokens, transformer.config.in_channels),
        encoder_hidden_states=_empty(1, 512, 4096),
        pooled_projections=_empty(1, 768),
        timestep=_empty(1),
        img_ids=_empty(tokens, 3),
        txt_ids=_empty(512, 3),
        guidance=_empty(1),
    )


def _run_klein(transformer: Any, side: int) -> object:
    tokens = side * side // 256
    return transformer(
        hidden_states=_empty(1, tokens, 128),
        encoder_hidden_states=_empty(1, 512, 7680),
        timestep=_empty(1),
        img_ids=_empty(1, tokens, 4),
        txt_ids=_empty(1, 512, 4),
        guidance=None,
    )


def _run_z_image(transformer: Any, side: int) -> object:
    return transformer([_empty(16, 1, side // 8, side // 8)], _empty(1), [_empty(256, 2560)])


def _run_qwen(transformer: Any, side: int) -> object:
    return transformer(
        hidden_states=_empty(1, side * side // 256, 64),
        encoder_hidden_states=_empty(1, 512, 3584),
        encoder_hidden_states_mask=None,
        timestep=_empty(1),
        img_shapes=[[(1, side // 16, side // 16)]],
    )


def _decode(network: Any, side: int) -> object:
    return network.decode(_empty(1, 4, side // 8, side // 8, dtype=torch.float32))


def _decode_frame(network: Any, side: int) -> object:
    return network.decode(_empty(1, 16, 1, side // 8, side // 8, dtype=torch.float32))


def _per_latent(unet: Any, side: int) -> float:
    return 2 * side * side / 64 * unet.config.block_out_channels[0]


def _per_token(transformer: Any, side: int) -> float:
    config = transformer.config
    width = config.get("dim") or config.num_attention_heads * config.attention_head_dim
    return (side * side / 256 + 512) * width


def _per_pixel(network: Any, side: int) -> float:
    return side * side * (network.config.get("base_dim") or network.config.block_out_channels[0])


def _klein() -> Any:
    return diffusers.Flux2Transformer2DModel(
        num_layers=5,
        num_single_layers=20,
        attention_head_dim=128,
        num_attention_heads=24,
        joint_attention_dim=7680,
        guidance_embeds=False,
    )


def _sd15_unet() -> Any:
    return diffusers.UNet2DConditionModel(cross_attention_dim=768)


def _flux() -> Any:
    return diffusers.FluxTransformer2DModel(guidance_embeds=True)


CASES = (
    Case("SD 1.5, UNet, guided", _sd15_unet, _HALF, _run_unet, _per_latent),
    Case("SDXL, UNet, guided", sdxl_unet, _HALF, _run_unet, _per_latent),
    Case("FLUX.1, transformer", _flux, _HALF, _run_flux, _per_token),
    Case("FLUX.2 klein 4B, transformer", _klein, _HALF, _run_klein, _per_token),
    Case(
        "Z-Image, transformer",
        diffusers.ZImageTransformer2DModel,
        _HALF,
        _run_z_image,
        _per_token,
    ),
    Case(
        "Qwen-Image, transformer",
        diffusers.QwenImageTransformer2DModel,
        _HALF,
        _run_qwen,
        _per_token,
    ),
    Case("VAE, decoding", lambda: vae(4), torch.float32, _decode, _per_pixel),
    Case(
        "Qwen-Image's VAE, decoding",
        diffusers.AutoencoderKLQwenImage,
        torch.float32,
        _decode_frame,
        _per_pixel,
    ),
)
