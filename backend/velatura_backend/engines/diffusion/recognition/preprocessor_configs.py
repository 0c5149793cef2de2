"""Networks that make control images, told by a folder's configuration: tensors of many sorts are
one kind. Standard library alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from velatura_protocol.faults import ModelFault

from ....models.records import Family, ModelKind
from .denoiser_signatures import Told, Unusable, Verdict

ADE20K_CLASSES = 150
"""What control networks for segmentation know; colours for other sets' kinds of thing would tell
them lies."""

_DEPTH = ("depth_anything", "dpt", "zoedepth")
_POSE = ("vitpose",)
_SEGMENTATION = ("segformer", "upernet", "dpt", "maskformer", "mask2former", "oneformer")
"""``model_type`` of a configuration; a DPT is either, and says so by its architecture."""


def tell_preprocessor(config: Mapping[str, object]) -> Verdict:
    """None: it is another sort of network."""
    model_type = str(config.get("model_type"))
    made = _architecture(config)
    segments = "Segmentation" in made if made else model_type not in _DEPTH
    if model_type in _SEGMENTATION and segments:
        return _segmentation(config)
    if model_type in _DEPTH and (not made or "DepthEstimation" in made):
        return Told(ModelKind.PREPROCESSOR, Family.NONE, detail="depth")
    if model_type in _POSE:
        return Told(ModelKind.PREPROCESSOR, Family.NONE, detail="pose")
    if model_type in (*_SEGMENTATION, *_DEPTH):
        return Unusable(ModelFault.OTHER_NETWORK, {"title": made})
    return None


def _segmentation(config: Mapping[str, object]) -> Verdict:
    count = _classes(config)
    if count is not None and count != ADE20K_CLASSES:
        told = {"count": count, "wanted": ADE20K_CLASSES}
        return Unusable(ModelFault.KINDS_OF_THING, told)
    return Told(ModelKind.PREPROCESSOR, Family.NONE, detail="segmentation")


def _architecture(config: Mapping[str, object]) -> str:
    """The class it was saved as; empty where nothing says."""
    named = config.get("architectures")
    if not isinstance(named, list) or not named:
        return ""
    return str(cast("list[object]", named)[0])


def _classes(config: Mapping[str, object]) -> int | None:
    """None: the folder does not say; loading asks once more."""
    labels, count = config.get("id2label"), config.get("num_labels")
    if isinstance(labels, dict):
        return len(cast("dict[str, object]", labels))
    return count if isinstance(count, int) else None
