"""Tests of the diffusion engines are skipped where their libraries are missing; where the profile
was asked for, that must not be why they were."""

from __future__ import annotations

import importlib
import os

import pytest


@pytest.mark.skipif(
    "VELATURA_REQUIRE_DIFFUSION" not in os.environ, reason="the diffusion profile was not asked for"
)
@pytest.mark.parametrize("name", ["torch", "diffusers", "transformers", "peft", "safetensors"])
def test_the_diffusion_profile_is_there(name: str) -> None:
    assert importlib.import_module(name)
