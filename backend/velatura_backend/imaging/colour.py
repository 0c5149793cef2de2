"""Colour, both ways, in float: the document's own space and what an engine wants to see.

* ``NATIVE``: the document's values as they are; linear documents are encoded with sRGB's curve, so
  that steps are perceptual. The profile is not consulted: nothing to clip, nothing to lose.
* ``LINEAR``: linear light in the document's primaries, by the profile's curves. A profile with
  tables has no primaries; linear sRGB stands in.
* ``SRGB``: sRGB, colour channels always three. Matrix and grey profiles convert without bounds (see
  :mod:`.icc`); profiles with tables go through LittleCMS in float, relative colorimetric.

Alpha passes through. Values outside 0..1 survive each way there and back, to float tolerance,
except through tables. No profile means sRGB's curve and primaries, grey included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

from velatura_protocol.engines import EngineColour
from velatura_protocol.errors import Unsupported
from velatura_protocol.pixels import ColourSpace, Transfer

from ..engines.base import FloatImage
from .icc import Matrix, ParametricCurve, Profile, ProfileKind, bad_profile, read_profile

Values = NDArray[np.floating[Any]]

_SRGB_CURVE = ParametricCurve(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_SRGB_TO_XYZ: Matrix = np.array(
    # IEC 61966-2-1 primaries, adapted from D65 to D50 (Bradford), as in the ICC's own profile.
    (
        (0.4360747, 0.3850649, 0.1430804),
        (0.2225045, 0.7168786, 0.0606169),
        (0.0139322, 0.0971045, 0.7141733),
    )
)
_LUMINANCE = _SRGB_TO_XYZ[1]
_RELATIVE_COLORIMETRIC = 1
_IDENTITY = ParametricCurve(1.0)


def srgb_encode(linear: Values) -> Values:
    """sRGB's curve (IEC 61966-2-1), beyond 1 by its formula, mirrored below 0."""
    return _SRGB_CURVE.encode(linear)


def srgb_decode(encoded: Values) -> Values:
    """The inverse of :func:`srgb_encode`."""
    return _SRGB_CURVE.decode(encoded)


def encode_colour_channels(samples: Values) -> Values:
    """Linear (H, W, C) float samples with sRGB's curve; alpha (C = 2 or 4, last) stays."""
    encoded = samples.copy()
    colours = samples.shape[2] - (samples.shape[2] % 2 == 0)
    encoded[..., :colours] = srgb_encode(samples[..., :colours])
    return encoded


def is_linear(icc: bytes) -> bool:
    """Whether the profile's curves are straight lines; False for no, broken or table profiles."""
    try:
        return bool(icc) and read_profile(icc).is_linear
    except Unsupported:
        return False


@dataclass(frozen=True)
class Conversion:
    """A document's working arrays to an engine's colour and back; see :func:`conversion`."""

    engine: EngineColour
    grey: bool
    linear: bool
    profile: Profile
    icc: bytes

    def to_engine(self, working: FloatImage) -> FloatImage:
        """Document colour (H, W, 2 | 4) to the engine's; 4 channels for ``SRGB``."""
        with np.errstate(over="ignore", invalid="ignore"):
            return _joined(self._colour_to_engine(working[..., :-1]), working[..., -1:])

    def to_document(self, image: FloatImage) -> FloatImage:
        """The engine's colour back to the document's, with the document's channels."""
        with np.errstate(over="ignore", invalid="ignore"):
            return _joined(self._colour_to_document(image[..., :-1]), image[..., -1:])

    def _colour_to_engine(self, values: Values) -> Values:
        if self.engine is EngineColour.NATIVE:
            return srgb_encode(values) if self.linear else values
        if self.profile.kind is ProfileKind.TABLES:
            encoded = _through_tables(values, self.icc, _srgb_icc())
            return srgb_decode(encoded) if self.engine is EngineColour.LINEAR else encoded
        light = values if self.linear else self._decode(values)
        if self.engine is EngineColour.LINEAR:
            return light
        if self.grey:
            return srgb_encode(light).repeat(3, axis=2)
        return srgb_encode(_multiplied(light, np.linalg.inv(_SRGB_TO_XYZ) @ self._to_xyz()))

    def _colour_to_document(self, values: Values) -> Values:
        if self.engine is EngineColour.NATIVE:
            return srgb_decode(values) if self.linear else values
        if self.profile.kind is ProfileKind.TABLES:
            encoded = srgb_encode(values) if self.engine is EngineColour.LINEAR else values
            return _through_tables(encoded, _srgb_icc(), self.icc)
        light = values
        if self.engine is EngineColour.SRGB:
            light = self._from_linear_srgb(srgb_decode(values))
        return light if self.linear else self._encode(light)

    def _from_linear_srgb(self, light: Values) -> Values:
        if self.grey:
            return _multiplied(light, _LUMINANCE[None])
        return _multiplied(light, np.linalg.inv(self._to_xyz()) @ _SRGB_TO_XYZ)

    def _to_xyz(self) -> Matrix:
        return _SRGB_TO_XYZ if self.profile.to_xyz is None else self.profile.to_xyz

    def _decode(self, values: Values) -> Values:
        curves = self.profile.curves
        return np.stack([c.decode(values[..., i]) for i, c in enumerate(curves)], axis=-1)

    def _encode(self, light: Values) -> Values:
        curves = self.profile.curves
        return np.stack([c.encode(light[..., i]) for i, c in enumerate(curves)], axis=-1)


def conversion(space: ColourSpace, grey: bool, engine: EngineColour) -> Conversion:
    """How a document in ``space`` is shown to an engine; made once, used for every crop.

    A profile with straight curves counts as linear whatever ``space.transfer`` says; with
    ``Transfer.LINEAR`` the profile's curves are not applied.

    :raises Unsupported: ``what="icc_profile"``: the profile is needed, and broken, of another
        colour model than the pixels, or CMYK
    """
    linear = space.transfer is Transfer.LINEAR or is_linear(space.icc)
    if engine is EngineColour.NATIVE:
        profile = _srgb_profile(grey)
    else:
        profile = read_profile(space.icc) if space.icc else _srgb_profile(grey)
    if grey and profile.kind is ProfileKind.MATRIX:
        # Grey pixels under an RGB profile are its neutral axis, where all curves agree.
        profile = Profile(ProfileKind.GREY, profile.curves[:1])
    if grey != (profile.kind is ProfileKind.GREY):
        raise bad_profile()
    return Conversion(engine, grey, linear, profile, space.icc)


def _srgb_profile(grey: bool) -> Profile:
    if grey:
        return Profile(ProfileKind.GREY, (_SRGB_CURVE,))
    return Profile(ProfileKind.MATRIX, (_SRGB_CURVE,) * 3, _SRGB_TO_XYZ)


def _joined(colour: Values, alpha: Values) -> FloatImage:
    return np.concatenate((colour, alpha), axis=2, dtype=np.float32)


def _multiplied(values: Values, matrix: Matrix) -> Values:
    """``matrix`` (n, 3) on the last axis, term by term: BLAS may sum in another order by thread."""
    rows = [sum(values[..., i] * values.dtype.type(row[i]) for i in range(3)) for row in matrix]
    return np.stack(rows, axis=-1)


def _srgb_icc() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _through_tables(values: Values, source: bytes, target: bytes) -> Values:
    try:
        return imagecodecs.cms_transform(
            np.ascontiguousarray(values, np.float32),
            source,
            target,
            colorspace="rgb",
            outcolorspace="rgb",
            outdtype=np.float32,
            intent=_RELATIVE_COLORIMETRIC,
        )
    except RuntimeError as error:
        raise bad_profile() from error
