from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
import transformers

from tests.support.tiny_adapters import Shelf, installed
from velatura_backend.engines.diffusion.adapters.control.layer_networks import layer_network
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged, NoModel


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("depth") / "far"
    torch.manual_seed(0)
    backbone = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=1, image_size=56,
        patch_size=14, out_features=[f"stage{n}" for n in (1, 2, 3, 4)],
        reshape_hidden_states=False,
    )  # fmt: skip
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8, head_hidden_size=8, patch_size=14,
    )  # fmt: skip
    transformers.DepthAnythingForDepthEstimation(config).save_pretrained(path)
    return path


def resources(path, detail="depth"):
    return EngineResources(Shelf((installed(path, ModelKind.PREPROCESSOR, Family.NONE, detail),)))


def test_depth_is_a_grey_picture_over_its_whole_range(folder):
    image = np.random.default_rng(0).random((40, 60, 3), np.float32)
    depth = layer_network("depth", resources(folder))("depth", image)
    assert depth.shape == image.shape
    assert depth.dtype == np.float32
    assert (depth.min(), depth.max()) == (0.0, 1.0)
    assert np.ptp(depth, axis=2).max() == 0.0


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    path = tmp_path_factory.mktemp("pose") / "stand"
    torch.manual_seed(0)
    backbone = transformers.VitPoseBackboneConfig(
        image_size=[64, 48], patch_size=[16, 16], hidden_size=16, num_hidden_layers=1,
        num_attention_heads=2, mlp_ratio=1, num_experts=1, part_features=8,
    )  # fmt: skip
    config = transformers.VitPoseConfig(
        backbone_config=backbone, num_labels=17, use_simple_decoder=True, scale_factor=4
    )
    network = transformers.VitPoseForPoseEstimation(config)
    torch.nn.init.constant_(network.head.conv.bias, 1.0)
    network.save_pretrained(path)
    return path


def test_a_pose_is_sticks_on_black(standing):
    image = np.random.default_rng(0).random((96, 60, 3), np.float32)
    pose = layer_network("pose", resources(standing, "pose"))("pose", image)
    assert pose.shape == image.shape
    assert pose.dtype == np.float32
    assert pose.max() == 1.0
    assert np.median(pose.max(axis=2)) == 0.0


def test_without_a_network_it_is_said_what_is_missing(folder):
    for detail, kind in (("depth", "pose"), ("pose", "depth")):
        with pytest.raises(NoModel, match=kind):
            layer_network(kind, resources(folder, detail))


def test_a_damaged_one_is_named(tmp_path):
    (tmp_path / "far").mkdir()
    with pytest.raises(ModelDamaged, match="far"):
        layer_network("depth", resources(tmp_path / "far"))(
            "depth", np.zeros((8, 8, 3), np.float32)
        )
