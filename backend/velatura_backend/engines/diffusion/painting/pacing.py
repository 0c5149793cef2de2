"""Keeping a program that queues work on an accelerator near the accelerator itself."""

from __future__ import annotations

import torch


class Pacer:
    """A denoising loop runs ahead of a GPU by as much as the driver's queue holds, several steps of
    a compiled model: what it reports is not done yet, and after a cancel the queue is still worked
    off. Waiting for the step before the one just queued costs nothing: there is work for the time
    it takes to queue the next."""

    def __init__(self, device: str) -> None:
        self._on_cuda = torch.device(device).type == "cuda"
        self._before: torch.cuda.Event | None = None

    def queued(self) -> None:
        """A step has been queued; returns when the one before is done."""
        if not self._on_cuda:
            return
        event = torch.cuda.Event()
        event.record()
        if self._before is not None:
            self._before.synchronize()
        self._before = event
