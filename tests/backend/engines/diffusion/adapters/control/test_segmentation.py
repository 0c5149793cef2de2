from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
import transformers

from tests.support import tiny_segmenters
from tests.support.tiny_adapters import Shelf, installed
from velatura_backend.engines.diffusion.adapters.control.images import control_image
from velatura_backend.engines.diffusion.adapters.control.kinds import kind_named
from velatura_backend.engines.diffusion.adapters.control.layer_networks import layer_network
from velatura_backend.engines.diffusion.adapters.control.network_pictures import normalised
from velatura_backend.engines.diffusion.adapters.control.segment_palette import (
    palette,
    share_in_palette,
)
from velatura_backend.engines.diffusion.recognition.model_file import recognise
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged, Unsupported

SKY, TREE, CAR = 2, 4, 20
SEGMENTATION = kind_named("segmentation")


def network(path):
    shelf = Shelf((installed(path, ModelKind.PREPROCESSOR, Family.NONE, "segmentation"),))
    return layer_network("segmentation", EngineResources(shelf))


def colour(number):
    return palette()[number].astype(np.float32) / np.float32(255.0)


@pytest.fixture(scope="module")
def by_brightness(tmp_path_factory):
    path = tmp_path_factory.mktemp("segments") / "brightness"
    return tiny_segmenters.saved(tiny_segmenters.by_brightness(TREE, SKY), path)


def dusk(height=90, width=140):
    """Bright above a dark hill."""
    y, x = np.mgrid[:height, :width]
    hill = y > height * (0.6 + 0.2 * np.sin(x / width * 6.0))
    return np.where(hill[..., None], np.float32(0.1), np.float32(0.9)).repeat(3, axis=2), hill


@pytest.mark.parametrize("sort", sorted(tiny_segmenters.SORTS))
def test_every_sort_of_network_is_known_and_draws_in_the_palette(sort, tmp_path):
    path = tiny_segmenters.made(sort, tmp_path / sort)
    told = recognise(path)
    assert (told.kind, told.detail) == (ModelKind.PREPROCESSOR, "segmentation")
    image = np.random.default_rng(0).random((40, 60, 3), np.float32)
    drawn = network(path)("segmentation", image)
    assert drawn.shape == image.shape
    assert drawn.dtype == np.float32
    found = {tuple(each) for each in np.rint(drawn.reshape(-1, 3) * 255).astype(int).tolist()}
    assert found <= {tuple(each) for each in palette().tolist()}
    np.testing.assert_array_equal(network(path)("segmentation", image), drawn)


def test_what_is_where_is_where_it_is(by_brightness):
    image, hill = dusk()
    drawn = network(by_brightness)("segmentation", image)
    is_tree = (drawn == colour(TREE)).all(axis=2)
    is_sky = (drawn == colour(SKY)).all(axis=2)
    assert (is_tree ^ is_sky).all()
    assert (is_tree == hill).mean() > 0.95


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 5, 3), (8, 400, 3)])
def test_any_size_has_a_map(by_brightness, shape):
    assert network(by_brightness)("segmentation", np.ones(shape, np.float32)).shape == shape


def test_what_was_taught_on_other_pictures_is_shown_them_as_those(by_brightness, tmp_path):
    """By the statistics in its folder: here all that is below white counts as dark."""
    path = tiny_segmenters.saved(tiny_segmenters.by_brightness(TREE, SKY), tmp_path / "own")
    told = {"image_mean": [0.95] * 3, "image_std": [0.05] * 3}
    (path / "preprocessor_config.json").write_text(json.dumps(told))
    grey = np.full((32, 32, 3), 0.8, np.float32)
    assert (network(by_brightness)("segmentation", grey) == colour(SKY)).all()
    assert (network(path)("segmentation", grey) == colour(TREE)).all()
    plane = torch.full((1, 3, 1, 1), 0.8)
    assert float(normalised(plane, [0.8] * 3, [1.0] * 3).abs().max()) < 1e-6


def test_a_layer_that_is_a_map_already_is_taken_as_it_is(by_brightness):
    make = network(by_brightness)
    drawn = np.empty((40, 60, 4), np.float32)
    drawn[..., :3], drawn[..., 3] = colour(CAR), 1.0
    drawn[:10, :, :3] = colour(SKY)
    np.testing.assert_array_equal(control_image(SEGMENTATION, drawn, "auto", make), drawn[..., :3])
    anew = control_image(SEGMENTATION, drawn, "layer", make)
    assert not (anew == colour(CAR)).all(axis=2).any()
    drawn[..., 3] = 0.0
    assert control_image(SEGMENTATION, drawn, "auto", make).max() == 0.0


def test_what_is_transparent_is_no_kind_of_thing(by_brightness):
    image, _ = dusk()
    alpha = np.zeros(image.shape[:2], np.float32)
    alpha[20:60, 30:90], alpha[20:60, 90:100] = 1.0, 0.3
    drawn = control_image(SEGMENTATION, np.dstack([image, alpha]), "auto", network(by_brightness))
    assert share_in_palette(drawn[20:60, 30:90]) == 1.0
    drawn[20:60, 30:90] = 0.0
    assert drawn.max() == 0.0


def test_a_network_for_other_kinds_of_thing_is_refused(tmp_path):
    path = tiny_segmenters.saved(tiny_segmenters.segformer(19), tmp_path / "streets")
    with pytest.raises(Unsupported, match=r"kinds_of_thing.*count=19"):
        recognise(path)
    with pytest.raises(Unsupported, match=r"kinds_of_thing.*count=19"):
        network(path)("segmentation", np.zeros((8, 8, 3), np.float32))


def test_damaged_ones_are_named(tmp_path):
    image = np.zeros((8, 8, 3), np.float32)
    path = tiny_segmenters.made("oneformer", tmp_path / "one")
    for each in path.glob("*token*"):
        each.unlink()
    with pytest.raises(ModelDamaged, match="vocab"):
        network(path)("segmentation", image)
    for text in ("{", "[]"):
        (path / "config.json").write_text(text)
        with pytest.raises(ModelDamaged, match=r"config\.json"):
            network(path)("segmentation", image)
    (path / "config.json").write_text('{"model_type": "clip"}')
    with pytest.raises(Unsupported, match="other_network"):
        network(path)("segmentation", image)


def test_depth_by_a_network_that_takes_squares_alone(tmp_path):
    torch.manual_seed(0)
    tiny_segmenters.dpt("DPTForDepthEstimation").save_pretrained(tmp_path / "far")
    assert recognise(tmp_path / "far").detail == "depth"
    shelf = Shelf((installed(tmp_path / "far", ModelKind.PREPROCESSOR, Family.NONE, "depth"),))
    image = np.random.default_rng(0).random((40, 60, 3), np.float32)
    depth = layer_network("depth", EngineResources(shelf))("depth", image)
    assert depth.shape == image.shape
    assert transformers.AutoConfig.from_pretrained(tmp_path / "far").image_size == 64
