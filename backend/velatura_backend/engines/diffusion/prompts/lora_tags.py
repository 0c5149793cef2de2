"""``<lora:name:0.8>`` in a prompt: which LoRA to use and how strongly."""

from __future__ import annotations

import math
import re

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault

from ..painting.contract import Lora

_TAG = re.compile(r"(?<!\\)<lora:([^<>:]+)(?::([^<>:]*))?(?::[^<>]*)?>", re.IGNORECASE)
_GAP = re.compile(r"(?:\s*,)?\s*$")
_MOST = 10.0


def without_lora_tags(text: str) -> tuple[str, tuple[Lora, ...]]:
    """The text that is left, and what the tags ask for, in order.

    A tag's comma goes with it. A third part (a weight for the text encoder, as some write) is not
    looked at. The same LoRA twice counts with the sum of its weights.

    :raises BadTask: a tag's weight is not a number
    """
    weights: dict[str, float] = {}
    kept, end = "", 0
    for tag in _TAG.finditer(text):
        kept += text[end : tag.start()]
        end = tag.end()
        if text[end:].lstrip().startswith(",") or not text[end:].strip():
            kept = _GAP.sub("", kept)
        name = tag[1].strip()
        weights[name] = weights.get(name, 0.0) + _weight(tag[2])
    left = kept + text[end:]
    found = tuple(Lora(name, max(-_MOST, min(_MOST, weight))) for name, weight in weights.items())
    return (left.lstrip(", ") if found else left), found


def _weight(written: str | None) -> float:
    if written is None or not written.strip():
        return 1.0
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise BadTask(field="prompt", reason=TaskFault.LORA_WEIGHT)
    return weight
