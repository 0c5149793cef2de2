"""Image files as documents: PNG, TIFF, JPEG and WebP, in and out, nothing lost on the way.

``read_image`` → :class:`ImageFile` (upright samples in their own depth, colour space, metadata, how
it was stored) → ``image.with_samples(…)``, ``image.with_xmp(…)`` → ``write_image``.
"""

from .atomic import write_atomically
from .model import FileKind, FileNote, ImageFile, Metadata
from .reading import MAX_PIXELS, align_mask, read_image
from .writing import write_image

__all__ = [
    "MAX_PIXELS",
    "FileKind",
    "FileNote",
    "ImageFile",
    "Metadata",
    "align_mask",
    "read_image",
    "write_atomically",
    "write_image",
]
