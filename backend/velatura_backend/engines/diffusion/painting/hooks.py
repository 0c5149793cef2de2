"""Stopping a network in the middle of its work.

A flag that is looked at between steps is looked at every 10 to 60 s on a CPU. Pre-hooks on the
network's blocks raise instead within milliseconds, and leave it as it was (stack.md §4: 3 to 43 ms,
against up to 635).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def checked(module: Any, check: Callable[[], None]) -> Iterator[None]:
    """``check`` is called before each block of ``module`` (transformer blocks, residual blocks)
    that runs meanwhile, in each tile of a VAE; what it raises ends the run."""
    handles = [each.register_forward_pre_hook(lambda *_: check()) for each in _blocks(module)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _blocks(module: Any) -> list[Any]:
    names = {
        name
        for attribute in ("_repeated_blocks", "_no_split_modules")
        for name in getattr(module, attribute, None) or ()
    }
    found = [each for each in module.modules() if type(each).__name__ in names]
    return found or _listed(module) or [module]


def _listed(module: Any) -> list[Any]:
    """Of a class that names no blocks: whatever stands in lists, which is what repeats. Its own
    call is no place to look in: a VAE's is never made, only its encoder's and decoder's."""
    lists = (torch.nn.ModuleList, torch.nn.Sequential)
    return [each for held in module.modules() if isinstance(held, lists) for each in held]
