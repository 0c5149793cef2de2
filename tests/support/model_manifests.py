"""A manifest of tiny models in place of the shipped one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models import manifest

COMMIT = "a" * 40
VAE = {
    "encoder.conv_in.weight": (8, 3, 3, 3),
    "encoder.down_blocks.0.resnets.0.conv1.weight": (8, 8, 3, 3),
    "decoder.conv_in.weight": (8, 4, 3, 3),
}
WEIGHTS = safetensors_bytes(VAE)
CONTROL = {
    "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
    "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (8, 768),
}
"""Enough of a control network for Stable Diffusion 1.5 to be told for one; not for what kind."""


def entry(**changes: object) -> dict[str, object]:
    """A VAE of one file."""
    file = {
        "path": "vae.safetensors",
        "bytes": len(WEIGHTS),
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
    }
    return {
        "id": "vae",
        "name": "A VAE",
        "gives": "Nothing by itself.",
        "kind": "vae",
        "family": "none",
        "variant": "base",
        "form": "file",
        "repo": "ada/vae",
        "revision": COMMIT,
        "licence": "MIT",
        "licence_url": "https://example.org/licence",
        "conditions": False,
        "commercial_use": True,
        "vram_gb": 1,
        "classes": [4, 8, 12, 24],
        "files": [file],
    } | changes


def manifest_of(*entries: Mapping[str, object]) -> bytes:
    return json.dumps({"version": 1, "models": entries}).encode()


@contextmanager
def offering(folder: Path, *entries: Mapping[str, object]) -> Generator[None]:
    """These are what this process offers while the block runs."""
    (folder / "offered.json").write_bytes(manifest_of(*entries))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "_PATH", folder / "offered.json")
        manifest.offers.cache_clear()
        try:
            yield
        finally:
            manifest.offers.cache_clear()
    manifest.offers.cache_clear()
