"""Pipelines of the library, put together from parts for one call."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import diffusers

from ..loading.components import Source


def pipeline_of(source: Source, parts: Mapping[str, Any]) -> Any:
    """The family's pipeline over these parts; those that are not given it does without. Made anew
    for each use: it holds nothing but them, and what is put on it goes with it."""
    make = getattr(diffusers, source.row.pipeline)
    wanted = inspect.signature(make.__init__).parameters
    given = {name: parts.get(name) for name in wanted if _is_part(wanted[name], name)}
    pipeline = placed(make, source.device)(**(given | source.settings(make)))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def placed(make: type[Any], device: str) -> type[Any]:
    """``make``, told which device to compute on. By itself it takes that of whichever part comes
    first, which may be one that waits in the host's memory."""
    return type(make.__name__, (make,), {"_execution_device": property(lambda _: _device(device))})


def _device(name: str) -> Any:
    import torch

    return torch.device(name)


def _is_part(parameter: inspect.Parameter, name: str) -> bool:
    return name != "self" and parameter.annotation not in (bool, "bool", int, "int")
