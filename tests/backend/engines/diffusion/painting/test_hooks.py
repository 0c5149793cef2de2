"""Stopping networks from inside: every kind, in every phase, each tile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_texts, tiny_vaes
from velatura_backend.engines.diffusion.memory.placement import tiling
from velatura_backend.engines.diffusion.memory.plan import TILE_SIDE
from velatura_backend.engines.diffusion.painting.hooks import checked
from velatura_protocol.errors import Cancelled


class StopAt:
    """Raises when it is called for the ``last``-th time."""

    def __init__(self, last: int) -> None:
        self.last, self.calls = last, 0

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == self.last:
            raise Cancelled(phase="stepping")


def decode(vae: Any, side: int = 8) -> Any:
    channels = vae.config.get("latent_channels") or vae.config.z_dim
    shape = (1, channels, 1, side, side) if "z_dim" in vae.config else (1, channels, side, side)
    return vae.decode(torch.zeros(shape))


def encode(vae: Any) -> Any:
    shape = (1, 3, 1, 64, 64) if "z_dim" in vae.config else (1, 3, 64, 64)
    return vae.encode(torch.zeros(shape))


def read(encoder: Any) -> Any:
    return encoder(torch.arange(3, 10)[None])


WORK: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "vae, decoding": (tiny_vaes.vae, decode),
    "vae, encoding": (tiny_vaes.vae, encode),
    "vae of frames, decoding": (tiny_vaes.qwen_vae, decode),
    "vae of frames, encoding": (tiny_vaes.qwen_vae, encode),
    "tiny vae, decoding": (tiny_vaes.taesd, decode),
    "clip": (lambda: tiny_texts.clip_text(tiny_texts.clip_tokenizer()), read),
    "t5": (lambda: tiny_texts.t5()[1], read),
    "qwen": (lambda: tiny_texts.qwen3(3), read),
}


@pytest.mark.parametrize("kind", WORK)
def test_it_stops_in_the_middle_and_works_afterwards(kind: str) -> None:
    make, work = WORK[kind]
    network = make().requires_grad_(False)
    counted = StopAt(0)
    with torch.inference_mode(), checked(network, counted):
        work(network)
    assert counted.calls >= 2
    stop = StopAt(2)
    with torch.inference_mode(), checked(network, stop), pytest.raises(Cancelled):
        work(network)
    assert stop.calls == 2
    with torch.inference_mode():
        work(network)
    assert stop.calls == 2


@pytest.mark.parametrize("make", [tiny_vaes.vae, tiny_vaes.qwen_vae])
def test_every_tile_is_looked_at(make: Callable[[], Any]) -> None:
    vae = make().requires_grad_(False)
    one, four = StopAt(0), StopAt(0)
    with torch.inference_mode():
        with checked(vae, one):
            decode(vae)
        with tiling(vae, True), checked(vae, four):
            decode(vae, TILE_SIDE // 8 + 8)
    assert four.calls == 4 * one.calls
