"""Denoisers compiled where it pays: their repeated blocks, once a size of pass has come back.

Compiling the blocks instead of the whole takes a seventh of the time for the same speed (FLUX.1 on
an H100: 9.6 s instead of 67), and every new shape is compiled anew: one-off sizes stay eager. What
was compiled outlives the process in the compiler's own folder (``worker_process``).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import torch
from torch.nn import Module

_log = logging.getLogger("velatura.worker")

_BLOCKS = ("BasicTransformerBlock", "ResnetBlock2D", "JointTransformerBlock")
"""Beside those that a denoiser's class names as repeated."""
_SHAPES = 64
"""Versions of one block: widths, sizes of passes, adapters."""

Bucket = tuple[object, ...]
"""What a compiled block is good for: the model's form, the size of the pass."""


class CompileMode(Enum):
    """``AUTO``: on CUDA, after the second job of a bucket. Elsewhere compiling takes longer than
    it saves, or does not work for every network."""

    OFF = "off"
    AUTO = "auto"
    ON = "on"


class Compiler:
    """Kept with the worker. ``backend`` as torch names it."""

    def __init__(
        self, device: str, mode: CompileMode = CompileMode.AUTO, backend: str = "inductor"
    ) -> None:
        self._device = device
        self._backend = backend
        self._jobs: Counter[Bucket] = Counter()
        self.switch(mode)

    def switch(self, mode: CompileMode) -> None:
        """From the next job on."""
        on_cuda = torch.device(self._device).type == "cuda"
        self._wanted = mode is CompileMode.ON or (mode is CompileMode.AUTO and on_cuda)
        self._jobs_before = 0 if mode is CompileMode.ON else 2

    @contextmanager
    def applied(self, denoiser: Module, bucket: Bucket) -> Iterator[bool]:
        """Counts a job of that bucket; tells whether the denoiser's blocks are compiled ones until
        the block of code ends. Where compiling fails they run as they are, now and later."""
        self._jobs[bucket] += 1
        if not self._wanted or self._jobs[bucket] <= self._jobs_before:
            yield False
            return
        torch._dynamo.config.recompile_limit = _SHAPES
        blocks = blocks_of(denoiser)
        for block in blocks:
            block.forward = self._guarded(block)
        try:
            yield True
        finally:
            for block in blocks:
                del block.forward

    def _guarded(self, block: Module) -> Callable[..., Any]:
        """Of ``forward`` alone, not of the module's call: hooks, by which a run is cancelled, are
        no part of the graph. The compiler finds what it made for a block of the same class."""
        from torch._dynamo.exc import TorchDynamoException  # half a second, for those who compile

        plain = block.forward
        compiled = torch.compile(plain, backend=self._backend, dynamic=False)

        def forward(*given: Any, **named: Any) -> Any:
            if not self._wanted:
                return plain(*given, **named)
            try:
                return compiled(*given, **named)
            except TorchDynamoException:
                _log.exception("blocks cannot be compiled here; they run as they are")
                self._wanted = False
                return plain(*given, **named)

        return forward


def blocks_of(denoiser: Module) -> list[Module]:
    """The repeated blocks, none of which holds another."""
    names = {*_BLOCKS, *(getattr(denoiser, "_repeated_blocks", None) or ())}
    found: list[Module] = []
    _collect(denoiser, names, found)
    return found


def _collect(module: Module, names: set[str], found: list[Module]) -> None:
    for child in module.children():
        if type(child).__name__ in names:
            found.append(child)
        else:
            _collect(child, names, found)
