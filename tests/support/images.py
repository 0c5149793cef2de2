"""Pictures, masks and profiles for tests: small, random, reproducible from a seed."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from velatura_backend.imaging.arrays import dtype_of
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout

D50 = (0.9642, 1.0, 0.8249)

P3_TO_XYZ = (
    # Display P3's primaries adapted to D50, as its public profile states them.
    (0.5151, 0.2920, 0.1571),
    (0.2412, 0.6922, 0.0666),
    (-0.0011, 0.0419, 0.7841),
)
SRGB_PARAMETERS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def random_samples(seed: int, size: Size, depth: Depth, layout: Layout) -> NDArray[Any]:
    """(H, W, C): integers over their whole range; floats with HDR and negative colour, alpha 0..1.
    About a tenth of the pixels is fully transparent with colour under it, a tenth opaque."""
    rng = np.random.default_rng(seed)
    shape = (size.height, size.width, layout.channels)
    if depth in (Depth.U8, Depth.U16):
        white = np.iinfo(dtype_of(depth)).max
        samples = rng.integers(0, white, shape, endpoint=True).astype(dtype_of(depth))
    else:
        white = 1.0
        samples = rng.uniform(-0.5, 3.0, shape).astype(dtype_of(depth))
    if layout.has_alpha:
        alpha = rng.uniform(0.0, 1.0, shape[:2])
        kind = rng.uniform(0.0, 1.0, shape[:2])
        alpha[kind < 0.1] = 0.0
        alpha[kind > 0.9] = 1.0
        samples[..., -1] = (alpha * white).astype(samples.dtype)
    return samples


THUMBNAIL = b"\xff\xd8\xff\xe0 the tourist is still in here"

MASK_KINDS = ("empty", "full", "one pixel", "hard", "soft", "islands", "border")


def make_mask(kind: str, seed: int, size: Size) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    mask = np.zeros((size.height, size.width), np.uint8)
    y, x = int(rng.integers(size.height)), int(rng.integers(size.width))
    if kind == "full":
        mask[:] = 255
    elif kind == "one pixel":
        mask[y, x] = 255
    elif kind == "hard":
        mask[y // 2 : y + 1, x // 2 : x + 1] = 255
    elif kind == "soft":
        mask[y // 2 :, x // 2 :] = rng.integers(0, 256, mask[y // 2 :, x // 2 :].shape)
    elif kind == "islands":
        mask[rng.random(mask.shape) < 0.1] = 200
    elif kind == "border":
        mask[0], mask[-1], mask[:, 0], mask[:, -1] = 255, 128, 1, 255
    return mask


sizes = st.builds(Size, st.integers(1, 24), st.integers(1, 24))
seeds = st.integers(0, 2**32 - 1)
depths = st.sampled_from(Depth)
layouts = st.sampled_from(Layout)
mask_kinds = st.sampled_from(MASK_KINDS)


def _s15f16(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def xyz_tag(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _s15f16(*values)


def parametric_tag(form: int, *parameters: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", form, 0) + _s15f16(*parameters)


def gamma_tag(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def sampled_tag(light: NDArray[np.floating[Any]]) -> bytes:
    table = np.rint(light * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", table.size) + table.tobytes()


IDENTITY_TAG = b"curv\0\0\0\0" + struct.pack(">I", 0)


def make_profile(
    space: bytes, tags: dict[bytes, bytes], connection: bytes = b"XYZ ", version: int = 2
) -> bytes:
    """An ICC profile with these tags, white point, description and copyright added."""
    text = b"text\0\0\0\0test\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": description, b"cprt": text, b"wtpt": xyz_tag(D50), **tags}
    table, body = b"", b""
    start = 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4xI4s", start + len(body), version << 24, b"mntr") + space + connection
    header += bytes(12) + b"acsp" + bytes(28) + _s15f16(*D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def matrix_profile(
    curve: bytes, to_xyz: tuple[tuple[float, ...], ...] = P3_TO_XYZ, version: int = 2
) -> bytes:
    columns = tuple(zip(*to_xyz, strict=True))
    tags = {
        name: xyz_tag(column)
        for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    }
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return make_profile(b"RGB ", tags, version=version)


def grey_profile(curve: bytes) -> bytes:
    return make_profile(b"GRAY", {b"kTRC": curve})


def table_profile() -> bytes:
    """RGB through look-up tables in both directions; red and blue are swapped on the way."""
    swap = np.stack(np.meshgrid(*[np.linspace(0, 1, 2)] * 3, indexing="ij"), axis=-1)
    table = np.rint(swap[..., ::-1] * 65535).astype(">u2").tobytes()
    line = struct.pack(">HH", 0, 65535) * 3
    lut = b"mft2\0\0\0\0" + bytes((3, 3, 2, 0)) + _s15f16(1, 0, 0, 0, 1, 0, 0, 0, 1)
    lut += struct.pack(">HH", 2, 2) + line + table + line
    return make_profile(b"RGB ", {b"A2B0": lut, b"B2A0": lut})


def make_exif(orientation: int = 1, description: str = "a tourist") -> bytes:
    """An EXIF block (no prefix) with description, orientation, exposure time and latitude."""
    exif = Image.Exif()
    exif[0x010E] = description
    exif[0x0112] = orientation
    exif[0x8769] = {0x829A: (1, 60), 0x9003: "2026:01:02 03:04:05"}
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0)}
    return exif.tobytes()[6:]


def exif_with_thumbnail() -> bytes:
    """A block as cameras write it: the thumbnail's directory and a JPEG follow the first one."""
    base = make_exif(6)
    order = ">" if base[:2] == b"MM" else "<"
    (at,) = struct.unpack_from(f"{order}I", base, 4)
    (count,) = struct.unpack_from(f"{order}H", base, at)
    next_at = at + 2 + 12 * count
    start = len(base)
    directory = struct.pack(f"{order}H", 2)
    directory += struct.pack(f"{order}HHII", 0x0201, 4, 1, start + 2 + 24 + 4)
    directory += struct.pack(f"{order}HHII", 0x0202, 4, 1, len(THUMBNAIL)) + bytes(4)
    linked = base[:next_at] + struct.pack(f"{order}I", start) + base[next_at + 4 :]
    return linked + directory + THUMBNAIL


def read_exif(block: bytes) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    """(first directory, EXIF directory, GPS directory)."""
    exif = Image.Exif()
    exif.load(block)
    return dict(exif), dict(exif.get_ifd(0x8769)), dict(exif.get_ifd(0x8825))


def png_bytes(samples: NDArray[np.uint8], **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, "PNG", **options)
    return buffer.getvalue()
