"""Kernels of all built-in engines, whatever they compute."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from numba.core.registry import CPUDispatcher

from velatura_backend.engines import builtin


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(builtin.__path__, f"{builtin.__name__}."):
        yield importlib.import_module(found.name)


def kernels() -> dict[str, CPUDispatcher]:
    return {
        f"{module.__name__}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, CPUDispatcher) and value.__module__ == module.__name__
    }


def called_by(kernel: CPUDispatcher) -> Iterator[CPUDispatcher]:
    for name in kernel.py_func.__code__.co_names:
        value = kernel.py_func.__globals__.get(name)
        if isinstance(value, CPUDispatcher):
            yield value


def test_what_reorders_sums_is_inlined_where_a_kernel_calls_it() -> None:
    """Else which copy of it is run depends on which kernel was loaded first."""
    found = kernels()
    assert len(found) > 80
    loose = [
        f"{name} calls {each.__name__}"
        for name, kernel in found.items()
        for each in called_by(kernel)
        if each.targetoptions.get("fastmath") and not each.targetoptions.get("forceinline")
    ]
    assert loose == []
