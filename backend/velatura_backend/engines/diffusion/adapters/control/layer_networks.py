"""Control images by installed networks: how far things are, how a figure stands, what is where."""

from __future__ import annotations

import functools

import numpy as np
import torch
from numpy.typing import NDArray

from .....models.records import InstalledModel, ModelKind
from ....resources import EngineResources
from ...loading.parts import residency_of
from ...painting.contract import RgbImage
from ..missing import no_preprocessor
from .images import LayerNetwork
from .network_pictures import load_network, normalised, resized, square_side
from .pose_drawing import Joint, drawn_figure, openpose_joints
from .segmentation import segments

_SIDE = 518
_MULTIPLE = 14


def layer_network(kind: str, resources: EngineResources) -> LayerNetwork:
    """:raises NoModel: none is installed for the kind"""
    make = _MAKERS.get(kind)
    for model in resources.models.of(ModelKind.PREPROCESSOR):
        if model.detail == kind and make is not None:
            return functools.partial(make, model, resources)
    raise no_preprocessor(kind)


@torch.inference_mode()
def _depth(
    model: InstalledModel, resources: EngineResources, kind: str, image: RgbImage
) -> RgbImage:
    """Near is white, over the whole range of what is there."""
    del kind
    load = functools.partial(load_network, model, "AutoModelForDepthEstimation")
    with residency_of(resources).use(model.id, "depth", load) as network:
        shown = normalised(resized(image, *(square_side(network) or _sides(image))))
        found = network(shown.to(resources.device)).predicted_depth[:, None]
        large = torch.nn.functional.interpolate(
            found.float(), image.shape[:2], mode="bicubic", align_corners=False
        )
    depth = large[0, 0].cpu().numpy()
    least, most = float(depth.min()), float(depth.max())
    near = (depth - least) / (most - least) if most > least else np.zeros_like(depth)
    return np.repeat(near[..., None], 3, axis=2).astype(np.float32)


@torch.inference_mode()
def _pose(
    model: InstalledModel, resources: EngineResources, kind: str, image: RgbImage
) -> RgbImage:
    """One figure, taken to fill the picture: the network finds joints, not people."""
    del kind
    load = functools.partial(load_network, model, "VitPoseForPoseEstimation")
    height, width = image.shape[:2]
    with residency_of(resources).use(model.id, "pose", load) as network:
        sides = network.config.backbone_config.image_size
        frame = _framed(image, sides[0], sides[1])
        options = {}
        if getattr(network.config.backbone_config, "num_experts", 1) > 1:
            options["dataset_index"] = torch.zeros(1, dtype=torch.long, device=resources.device)
        maps = network(normalised(frame).to(resources.device), **options).heatmaps[0]
    scale = max(height / sides[0], width / sides[1])
    coco = [_joint(each.float().cpu().numpy(), sides, scale, (height, width)) for each in maps]
    return drawn_figure(openpose_joints(coco), height, width)


def _framed(image: RgbImage, height: int, width: int) -> torch.Tensor:
    """All of the picture in the middle of a frame of that shape, black around it."""
    scale = min(height / image.shape[0], width / image.shape[1])
    inner = (max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale)))
    small = resized(image, *inner)
    above, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    below, right = height - inner[0] - above, width - inner[1] - left
    return torch.nn.functional.pad(small, (left, right, above, below))


def _joint(
    heat: NDArray[np.float32], sides: tuple[int, int], scale: float, size: tuple[int, int]
) -> Joint:
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    y = (row + 0.5) / heat.shape[0] * sides[0] - sides[0] / 2.0
    x = (column + 0.5) / heat.shape[1] * sides[1] - sides[1] / 2.0
    return Joint(x * scale + size[1] / 2.0, y * scale + size[0] / 2.0, float(heat.max()))


def _sides(image: RgbImage) -> tuple[int, int]:
    """The shorter side about 518 pixels, both multiples of 14."""
    scale = _SIDE / min(image.shape[:2])
    height, width = (
        max(_MULTIPLE, round(side * scale / _MULTIPLE) * _MULTIPLE) for side in image.shape[:2]
    )
    return height, width


_MAKERS = {"depth": _depth, "pose": _pose, "segmentation": segments}
