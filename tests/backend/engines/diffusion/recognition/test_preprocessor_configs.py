from __future__ import annotations

import pytest

from velatura_backend.engines.diffusion.recognition.denoiser_signatures import Told, Unusable
from velatura_backend.engines.diffusion.recognition.preprocessor_configs import tell_preprocessor
from velatura_backend.models.records import ModelKind


def named(count: int) -> dict[str, str]:
    return {str(each): f"thing {each}" for each in range(count)}


@pytest.mark.parametrize(
    ("config", "detail"),
    [
        ({"model_type": "depth_anything"}, "depth"),
        ({"model_type": "zoedepth", "architectures": ["ZoeDepthForDepthEstimation"]}, "depth"),
        ({"model_type": "dpt"}, "depth"),
        ({"model_type": "dpt", "architectures": ["DPTForDepthEstimation"]}, "depth"),
        ({"model_type": "dpt", "architectures": ["DPTForSemanticSegmentation"]}, "segmentation"),
        ({"model_type": "vitpose"}, "pose"),
        ({"model_type": "segformer"}, "segmentation"),
        ({"model_type": "upernet", "id2label": named(150)}, "segmentation"),
        ({"model_type": "maskformer", "num_labels": 150}, "segmentation"),
        (
            {
                "model_type": "mask2former",
                "architectures": ["Mask2FormerForUniversalSegmentation"],
                "id2label": named(150),
            },
            "segmentation",
        ),
        ({"model_type": "oneformer", "architectures": []}, "segmentation"),
    ],
)
def test_told_by_its_configuration(config: dict[str, object], detail: str) -> None:
    told = tell_preprocessor(config)
    assert isinstance(told, Told)
    assert (told.kind, told.detail) == (ModelKind.PREPROCESSOR, detail)


@pytest.mark.parametrize(
    ("config", "params"),
    [
        ({"model_type": "segformer", "id2label": named(19)}, {"count": 19, "wanted": 150}),
        ({"model_type": "mask2former", "num_labels": 133}, {"count": 133, "wanted": 150}),
        (
            {"model_type": "segformer", "architectures": ["SegformerForImageClassification"]},
            {"title": "SegformerForImageClassification"},
        ),
        ({"model_type": "dpt", "architectures": ["DPTModel"]}, {"title": "DPTModel"}),
    ],
)
def test_known_and_of_no_use(config: dict[str, object], params: dict[str, str | int]) -> None:
    told = tell_preprocessor(config)
    assert isinstance(told, Unusable)
    assert told.params == params


@pytest.mark.parametrize("config", [{}, {"model_type": "clip"}, {"model_type": 3}])
def test_anything_else_is_for_others_to_tell(config: dict[str, object]) -> None:
    assert tell_preprocessor(config) is None
