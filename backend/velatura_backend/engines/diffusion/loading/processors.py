"""Pictures for text encoders that see, without the library that the stock processor wants.

transformers' own processor of Qwen2-VL cannot be made without torchvision: it insists on a part
for moving pictures, which needs it. There are none here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import Qwen2VLImageProcessorPil, Qwen2VLProcessor
from transformers.processing_utils import ProcessorMixin


class PictureProcessor(Qwen2VLProcessor):
    """Text and pictures as Qwen2.5-VL takes them."""

    attributes = ("image_processor", "tokenizer")

    def __init__(self, image_processor: Any, tokenizer: Any, **_: Any) -> None:
        self.image_token = "<|image_pad|>"
        self.video_token = "<|video_pad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)
        ProcessorMixin.__init__(self, image_processor, tokenizer)
        self.video_processor = None


def picture_processor(folder: Path, tokenizer: Any) -> PictureProcessor:
    """From the configuration in a model's folder ``processor``."""
    path = next(
        (folder / name for name in _CONFIGURATIONS if (folder / name).is_file()),
        None,
    )
    told = json.loads(path.read_text(encoding="utf-8")) if path else {}
    return PictureProcessor(Qwen2VLImageProcessorPil(**_picture_part(told)), tokenizer)


_CONFIGURATIONS = ("preprocessor_config.json", "processor_config.json")


def _picture_part(told: dict[str, Any]) -> dict[str, Any]:
    """Newer folders keep all parts' configurations in one file."""
    part = told.get("image_processor", told)
    return {key: value for key, value in part.items() if not key.endswith(("_type", "_class"))}
