"""How kernels are compiled, and the array types they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Indices = NDArray[np.int32]
Positions = NDArray[np.int64]
Flag = NDArray[np.int64]
BoolMask = NDArray[np.bool_]
Real = float | np.float32 | np.floating

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compiled at the first call, kept on disk (``NUMBA_CACHE_DIR``), without the interpreter lock.

    fastmath lets sums of squares be vectorised; the order of a sum is fixed at compile time, so
    results do not vary from run to run, as long as a kernel calls none but :func:`inlined` ones:
    see there. Inputs must be finite.
    """
    return cast(Function, njit(cache=True, nogil=True, fastmath=True)(function))


def inlined(function: Function) -> Function:
    """A kernel's helper, inlined where it is called: a call that hands over a tuple of eight arrays
    costs more than the helper itself.

    And of one that is not, there is a copy with every kernel that calls it, each with sums in an
    order of its own; the loader takes the copy it met first, which depends on what was compiled,
    and what only loaded, in which order. Fills came out 1e-8 apart.
    """
    return cast(Function, njit(cache=True, nogil=True, fastmath=True, forceinline=True)(function))
