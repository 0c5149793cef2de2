from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from velatura_backend.engines.builtin.networks.models import ModelName, load_model, model_bytes

CARD = Path(__file__).parents[5] / "backend" / "training" / "MODEL_CARD.md"


@pytest.mark.parametrize("name", ModelName)
def test_the_file_is_the_one_on_the_card(name):
    digest = hashlib.sha256(model_bytes(name)).hexdigest()
    assert f"`{name.value}.onnx`" in CARD.read_text()
    assert digest in CARD.read_text()


@pytest.mark.parametrize("name", ModelName)
def test_every_file_is_small(name):
    assert len(model_bytes(name)) <= 1_000_000


@pytest.mark.parametrize("name", ModelName)
def test_a_flat_picture_stays_flat(name):
    model = load_model(name)
    planes = np.full((3, 64, 64), 0.4, np.float32)
    levels = (0.2, 0.2, 0.0) if name is ModelName.RESTORE else ()
    result = model.run(planes, levels=levels)
    edge = model.margin * model.scale
    assert result.shape == (3, 64 * model.scale, 64 * model.scale)
    assert np.abs(result[:, edge:-edge, edge:-edge] - 0.4).max() < 0.02


@pytest.mark.parametrize("name", ModelName)
def test_nothing_beyond_the_margin_is_looked_at(name):
    model = load_model(name)
    generator = np.random.default_rng(0)
    side = 2 * model.margin + 8
    planes = generator.random((3, side, side), np.float32)
    other = planes.copy()
    other[:, : 4 // model.fold * model.fold] = generator.random((3, 4, side), np.float32)
    levels = (0.5, 0.5, 0.5) if name is ModelName.RESTORE else ()
    reach = (4 + model.margin) * model.scale
    first, second = (model.run(each, levels=levels)[:, reach:] for each in (planes, other))
    assert np.array_equal(first, second)
    assert not np.array_equal(model.run(planes, levels=levels), model.run(other, levels=levels))
