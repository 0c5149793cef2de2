"""Pictures for the tests, written and read by other means than the product's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image

Samples = NDArray[Any]

FORMATS = ("png8", "png16", "png8a", "png16a", "grey8", "grey16", "tiff8", "tiff16", "tiff16a",
           "tiff32", "webp", "webpa")  # fmt: skip
"""Every kind of file that must keep each sample outside the mask."""


def suffix_of(kind: str) -> str:
    return {"tif": ".tif", "web": ".webp"}.get(kind[:3], ".png")


def dtype_of(kind: str) -> np.dtype[Any]:
    bits = {"16": np.uint16, "32": np.float32}
    return np.dtype(next((dtype for digits, dtype in bits.items() if digits in kind), np.uint8))


def channels_of(kind: str) -> int:
    return 1 if kind.startswith("grey") else 4 if kind.endswith("a") else 3


def photo(height: int, width: int, dtype: np.dtype[Any], channels: int, seed: int = 0) -> Samples:
    """Smooth colour with a little grain: (height, width, channels), opaque or half transparent."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [np.sin(x / (7 + 3 * c) + c) * np.cos(y / (9 + 2 * c)) for c in range(channels)]
    values = 0.5 + 0.4 * np.stack(waves, axis=2) + random.normal(0, 0.02, (height, width, channels))
    values = np.clip(values, 0.0, 1.0)
    if dtype.kind == "f":
        return values.astype(dtype)
    return np.rint(values * np.iinfo(dtype).max).astype(dtype)


def icc_profile() -> bytes:
    """Display P3: one that nothing puts in by itself."""
    image = pyvips.Image.black(1, 1).copy(interpretation="srgb").icc_export(output_profile="p3")
    return bytes(image.get("icc-profile-data"))


def exif_block() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Velatura Test Camera"
    exif[0x8298] = "somebody"
    return exif.tobytes()


def save(path: Path, samples: Samples, *, icc: bytes = b"", exif: bytes = b"") -> Path:
    """Lossless, but for JPEG."""
    image = _to_vips(samples)
    for name, blob in (("icc-profile-data", icc), ("exif-data", exif)):
        if blob:
            image.set_type(pyvips.GValue.blob_type, name, blob)
    options = {".webp": {"lossless": True, "exact": True}, ".jpg": {"Q": 92}}
    image.write_to_file(str(path), **options.get(path.suffix, {}))
    return path


def save_mask(path: Path, mask: Samples) -> Path:
    """(height, width), u8 or u16."""
    return save(path, mask[..., np.newaxis])


def load(path: Path) -> Samples:
    image = pyvips.Image.new_from_file(str(path), fail_on="error", revalidate=True)
    return np.asarray(image.numpy()).reshape(image.height, image.width, image.bands)


def metadata(path: Path, name: str) -> bytes:
    image = pyvips.Image.new_from_file(str(path), revalidate=True)
    return bytes(image.get(name)) if image.get_typeof(name) else b""


def _to_vips(samples: Samples) -> pyvips.Image:
    names = {"u1": "uchar", "u2": "ushort", "f4": "float"}
    modes = {"u1": ("b-w", "srgb"), "u2": ("grey16", "rgb16"), "f4": ("b-w", "scrgb")}
    code = samples.dtype.str[1:]
    height, width, bands = samples.shape
    image = pyvips.Image.new_from_memory(
        np.ascontiguousarray(samples).reshape(-1).view(np.uint8).data,
        width,
        height,
        bands,
        names[code],
    )
    return image.copy(interpretation=modes[code][bands > 2])


def blob_mask(height: int, width: int, *, soft: bool = False) -> NDArray[np.uint8]:
    """A disc in the middle."""
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot(y - height / 2, x - width / 2)
    radius = min(height, width) / 5
    if not soft:
        return np.where(distance <= radius, 255, 0).astype(np.uint8)
    return np.rint(np.clip((radius - distance) / 4.0 + 0.5, 0.0, 1.0) * 255).astype(np.uint8)
