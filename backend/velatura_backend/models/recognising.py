"""What a model file is: by its tensors' names, and where those are a network for pictures that only
its own library knows, by asking that."""

from __future__ import annotations

from pathlib import Path

from velatura_protocol.errors import Unsupported

from ..engines.diffusion.recognition.model_file import Recognised
from ..engines.diffusion.recognition.model_file import recognise as recognise_tensors
from ..engines.super_resolution.looking import look_at
from .records import Family, ModelForm, ModelKind


def recognise(path: Path) -> Recognised:
    """As :func:`~..engines.diffusion.recognition.recognise`; for networks that enlarge, restore,
    redraw faces or fill holes ``detail`` are their facts."""
    try:
        found = recognise_tensors(path)
    except Unsupported:
        if path.is_dir():
            raise
        try:
            return _network(look_at(path))
        except Unsupported:
            pass
        raise
    return _network(look_at(path)) if found.kind is ModelKind.UPSCALER else found


def _network(detail: str) -> Recognised:
    return Recognised(ModelKind.UPSCALER, ModelForm.FILE, Family.NONE, detail=detail)
