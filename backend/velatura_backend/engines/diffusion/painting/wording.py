"""A request's words as embeddings: with its LoRAs, installed embeddings and what else reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import torch

from ....models.records import ModelKind
from ...resources import EngineResources
from ..families.table import Stage
from ..loading.attachments import on_text
from ..loading.parts import Parts
from ..memory.placement import form_of
from .contract import PaintRequest
from .hooks import checked
from .pictures import prompt_picture
from .pipelines import pipeline_of
from .texts import EncodedText, TextCache, TextEncoding


@dataclass(frozen=True)
class Reader:
    """``contrasts``: what is to be avoided is read as well. ``check`` raises to stop the encoders;
    ``encoding`` is called when they begin."""

    parts: Parts
    resources: EngineResources
    request: PaintRequest
    contrasts: bool
    check: Callable[[], None]
    encoding: Callable[[], None]

    def read(self) -> EncodedText:
        """Remembered, but where a picture is looked at as well.

        :raises velatura_protocol.errors.VelaturaError: an adapter is not there or cannot be used
        """
        source = self.parts.source
        picture = prompt_picture(source.row, self.request)
        if picture is not None:
            return self._encoded(picture)
        wording, loras = self.request.wording, self.request.loras
        form = form_of(Stage.TEXT, source.plan)
        # What words stand for changes with what is installed beside the model.
        words = self.resources.models.of(ModelKind.EMBEDDING, source.row.family)
        key = (source.model.id, form, wording, loras, words, self.contrasts)
        return self.resources.keep.get(TextCache, TextCache).get(key, lambda: self._encoded(None))

    def _encoded(self, picture: Any) -> EncodedText:
        source = self.parts.source
        names = [
            each.name
            for each in source.row.of_stage(Stage.TEXT)
            if not each.optional or source.has(each)
        ]
        with self.parts.use(*names) as parts, ExitStack() as stack:
            self.encoding()
            for part in parts.values():
                if isinstance(part, torch.nn.Module):
                    stack.enter_context(checked(part, self.check))
            attached = stack.enter_context(
                on_text(pipeline_of(source, parts), source.model, self.request, self.resources)
            )
            encoding = TextEncoding(
                attached.pipeline, source.row.text, source.device, self.contrasts, picture
            )
            encoded = encoding.encode(self.request.wording)
            return replace(encoded, notices=attached.notices + encoded.notices)
