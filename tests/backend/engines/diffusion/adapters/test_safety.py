from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.support.tiny_adapters import Shelf, installed, safety_folder
from velatura_backend.engines.diffusion.adapters.safety import is_explicit, screen
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged, NoModel, Withheld

IMAGE = np.random.default_rng(0).random((40, 60, 3), np.float32)


def resources(*folders):
    return EngineResources(
        Shelf(tuple(installed(e, ModelKind.SAFETY, Family.NONE) for e in folders))
    )


def screened(room):
    screen(IMAGE, room, lambda: None)


def test_a_result_is_held_back_or_let_pass(tmp_path):
    screened(resources(safety_folder(tmp_path / "mild", strict=False)))
    with pytest.raises(Withheld):
        screened(resources(safety_folder(tmp_path / "strict", strict=True)))


def test_without_a_filter_nothing_is_promised(tmp_path):
    with pytest.raises(NoModel, match="safety"):
        screened(resources())
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelDamaged, match="empty"):
        screened(resources(tmp_path / "empty"))


@dataclass
class Checker:
    """Sees what it is told; thresholds as given."""

    seen: torch.Tensor
    concept_embeds: torch.Tensor
    concept_embeds_weights: torch.Tensor
    special_care_embeds: torch.Tensor
    special_care_embeds_weights: torch.Tensor

    def vision_model(self, picture):
        return (None, self.seen)

    def visual_projection(self, pooled):
        return pooled


@pytest.mark.parametrize(
    ("likeness", "threshold", "care", "explicit"),
    [
        (0.5, 0.4, 9.0, True),
        (0.5, 0.6, 9.0, False),
        (0.5, 0.505, 9.0, False),
        (0.5, 0.505, 0.1, True),
        (0.5, 0.52, 0.1, False),
    ],
)
def test_thresholds_are_lower_where_care_is_called_for(likeness, threshold, care, explicit):
    seen = torch.tensor([[1.0, 0.0]])
    concept = torch.tensor([[likeness, (1 - likeness**2) ** 0.5]])
    checker = Checker(seen, concept, torch.tensor([threshold]), seen, torch.tensor([care]))
    assert is_explicit(checker, seen) is explicit
