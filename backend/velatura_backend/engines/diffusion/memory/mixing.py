"""Networks of different precision in one pipeline: a VAE in float32 beside a denoiser in 16 bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def mixed(denoiser: Any, vae: Any = None) -> Iterator[None]:
    """Meanwhile either takes numbers of the other's precision: pipelines that look at pictures hand
    the VAE's latents to the denoiser as they come. Those the denoiser is given are in its own."""

    dtype = denoiser.dtype  # the library goes through every parameter to tell

    def cast(_: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return tuple(_cast(each, dtype) for each in args), _cast_named(options, dtype)

    handle = denoiser.register_forward_pre_hook(cast, with_kwargs=True)
    if vae is not None:
        # An instance's attribute goes before its class's method.
        vae.encode = lambda picture, *rest, **options: type(vae).encode(
            vae, picture.to(vae.dtype), *rest, **options
        )
    try:
        yield
    finally:
        handle.remove()
        if vae is not None:
            del vae.encode


_LATENTS = ("sample", "hidden_states")


def _cast_named(options: Mapping[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """The latents alone: times and guidance are numbers that 16 bit would round."""
    return {
        name: _cast(value, dtype) if name in _LATENTS else value for name, value in options.items()
    }


def _cast(value: Any, dtype: torch.dtype) -> Any:
    latents = isinstance(value, torch.Tensor) and value.is_floating_point() and value.ndim > 2
    return value.to(dtype) if latents else value
