"""Names and shapes, as the headers of files have them."""

from __future__ import annotations

from velatura_backend.engines.diffusion.recognition.tensor_names import TensorNames
from velatura_backend.models.safetensors_header import Tensor

Shapes = dict[str, tuple[int, ...]]


def names(shapes: Shapes, **metadata: str) -> TensorNames:
    told = {f"modelspec.{key}": value for key, value in metadata.items()}
    return TensorNames({n: Tensor("F16", s, 0, 0) for n, s in shapes.items()}, told)
