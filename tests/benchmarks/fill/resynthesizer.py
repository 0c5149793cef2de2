"""Resynthesizer's engine, as its *Heal selection* asks for it. It is nowhere packaged: from the
``lib`` folder of github.com/bootchk/resynthesizer, with ``SYNTH_USE_GLIB_THREADS`` taken out of
``buildSwitches.h`` (so that it takes threads of POSIX),

    gcc -O3 -w -shared -fPIC -DSYNTH_LIB_ALONE -DNDEBUG -DG_DISABLE_ASSERT -o libresynth.so \
        imageSynth.c engine.c glibProxy.c engineParams.c imageFormat.c progress.c -lm -lpthread

makes what ``RESYNTHESIZER_LIBRARY`` is to lead to.
"""

from __future__ import annotations

import ctypes
import os

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .masks import BoolMask
from .measures import Picture

LIBRARY = "RESYNTHESIZER_LIBRARY"
_RGB = 0
_RANDOM_ORDER = 1
_RING = 50
"""Pixels around the hole that are copied from; the script's default."""
_OUTLIERS, _NEIGHBOURS, _PROBES = 0.117, 16, 500
_Progress = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p)


class _Buffer(ctypes.Structure):
    _fields_ = (
        ("data", ctypes.c_void_p),
        ("width", ctypes.c_uint),
        ("height", ctypes.c_uint),
        ("row_bytes", ctypes.c_size_t),
    )


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("tile_across", ctypes.c_int),
        ("tile_down", ctypes.c_int),
        ("order", ctypes.c_int),
        ("map_weight", ctypes.c_double),
        ("outliers", ctypes.c_double),
        ("neighbours", ctypes.c_uint),
        ("probes", ctypes.c_uint),
    )


def heal(image: Picture, hole: BoolMask) -> Picture:
    """:raises KeyError: no library was named
    :raises RuntimeError: it refuses"""
    library = ctypes.CDLL(os.environ[LIBRARY])
    healed = np.ascontiguousarray(image).copy()
    target = np.where(hole, 255, 0).astype(np.uint8)
    source = np.where(_grown(hole) & ~hole, 255, 0).astype(np.uint8)
    status = library.imageSynth2(
        ctypes.byref(_buffer(healed)),
        ctypes.byref(_buffer(target)),
        ctypes.byref(_buffer(source)),
        _RGB,
        ctypes.byref(_Parameters(0, 0, _RANDOM_ORDER, 0.0, _OUTLIERS, _NEIGHBOURS, _PROBES)),
        _Progress(lambda _percent, _context: None),
        None,
        ctypes.byref(ctypes.c_int(0)),
    )
    if status:
        raise RuntimeError(f"Resynthesizer's error {status}")
    return healed


def _buffer(array: NDArray[np.uint8]) -> _Buffer:
    return _Buffer(array.ctypes.data, array.shape[1], array.shape[0], array.strides[0])


def _grown(hole: BoolMask) -> BoolMask:
    return ndimage.distance_transform_edt(~hole) <= _RING
