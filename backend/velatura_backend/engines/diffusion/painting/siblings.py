"""Variations painted together: those that nobody asked for yet wait here.

Denoising several pictures of one prompt in one batch takes less time than one after another where
one alone does not keep the device busy. They differ in their noise alone, each drawn by its own
seed; so each is what it would be by itself, but for the rounding of larger products.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import torch

from ..families.table import FamilyRow, Packing, PictureInput
from ..memory.caches import digest_of
from .contract import Painted, PaintRequest

_LIMIT = 256 << 20
"""Bytes of pictures that wait."""
_AT_ONCE = 8
"""More hardly save any time, and the first is longer in coming."""

Likeness = tuple[object, ...]
"""Equal for requests that differ in their seeds alone."""


def likeness_of(model_id: str, request: PaintRequest) -> Likeness:
    plain = replace(request, image=None, mask=None, controls=(), references=(), seed=0, siblings=())
    pictures = [None if each is None else digest_of(each) for each in (request.image, request.mask)]
    controls = [
        (each.kind, digest_of(each.image), each.weight, each.start, each.end, each.model)
        for each in request.controls
    ]
    references = [
        (digest_of(each.image), each.kind, each.weight, each.model) for each in request.references
    ]
    return (model_id, plain, *pictures, *controls, *references)


class Waiting:
    """Kept with the worker. The oldest go when there are too many: they are painted again if
    somebody asks for them after all."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._held = 0
        self._painted: OrderedDict[tuple[Likeness, int], Painted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._painted)

    def take(self, likeness: Likeness, seed: int) -> Painted | None:
        """It is not kept any longer."""
        painted = self._painted.pop((likeness, seed), None)
        if painted is not None:
            self._held -= painted.image.nbytes
        return painted

    def has(self, likeness: Likeness, seed: int) -> bool:
        return (likeness, seed) in self._painted

    def keep(self, likeness: Likeness, painted: Painted) -> None:
        """The siblings of ``painted``, with its notices and numbers."""
        for seed, image in painted.siblings:
            self.take(likeness, seed)
            self._painted[likeness, seed] = replace(painted, image=image, siblings=())
            self._held += image.nbytes
        while self._held > self._limit:
            self._held -= self._painted.popitem(last=False)[1].image.nbytes


def may_be_together(request: PaintRequest, row: FamilyRow, device: str) -> bool:
    """Not where a pipeline looks at pictures, whose arguments are for one request; not under a
    filter that withholds a request as a whole; and on processors only if it is not ``hurried``: the
    first picture would be later, and what tiny networks save, a fifth (tests/benchmarks/diffusion),
    is overhead that real ones hardly have."""
    sees = row.picture_input is not PictureInput.NONE and bool(request.references)
    looks = request.instruction or sees or row.only_edits
    alone = looks or request.safety or row.packing is Packing.LAYERS
    gains = not request.hurried or torch.device(device).type != "cpu"
    return bool(request.siblings) and gains and not alone


def at_most(request: PaintRequest) -> int:
    """How many of them are tried at once."""
    height, width = request.height, request.width
    room = _LIMIT // (height * width * 12)
    return max(1, min(len(request.siblings) + 1, _AT_ONCE, room))
