"""The benchmark's cases and their manifest.

Pictures come with the scikit-image and scikit-learn wheels. The split is by picture: no picture
serves both for tuning the engine and for scoring it. Held-out cases came with version 4: other
pictures of the wheels and some drawn by rule. 2048-class pictures are enlargements with grain, for
nothing bundled is that large: fair for time, kind to every method's quality.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import skimage
import sklearn
from numpy.typing import NDArray
from PIL import Image

from velatura_protocol.tasks import Intent

from .drawn import drawn
from .masks import BoolMask, MaskRecipe, draw

MANIFEST = Path(__file__).with_name("manifest.json")
THIN_KINDS = ("wires", "text", "scratches")
_GRAIN = 5.0
_DRAWN = "drawn:"
_FOLDERS = (
    Path(skimage.__file__).parent / "data",
    Path(sklearn.__file__).parent / "datasets" / "images",
)


@dataclass(frozen=True)
class Case:
    """``split``: tuning, scoring or held_out. ``size``: small (512-class) or large (2048-class).
    ``enlarge_to``: width in pixels, 0 = as it is. An outline (an object cut out) has no truth."""

    name: str
    split: str
    size: str
    picture: str
    mask: MaskRecipe
    enlarge_to: int = 0

    @property
    def has_truth(self) -> bool:
        return self.mask.kind != "outline"

    @property
    def intent(self) -> Intent:
        """What a user would press: holes with a truth are to be filled, objects are to go."""
        return Intent.FILL if self.has_truth else Intent.REMOVE

    @property
    def is_thin(self) -> bool:
        return self.mask.kind in THIN_KINDS


@dataclass(frozen=True)
class Sample:
    """``image``: uint8 (height, width, 3); ``hole``: what to fill."""

    case: Case
    image: NDArray[np.uint8]
    hole: BoolMask

    def digest(self) -> str:
        return hashlib.sha256(self.image.tobytes() + np.packbits(self.hole).tobytes()).hexdigest()


def build(case: Case) -> Sample:
    """:raises FileNotFoundError: the wheels do not have the picture"""
    picture = _picture(case.picture)
    if case.enlarge_to:
        height = round(picture.height * case.enlarge_to / picture.width)
        picture = picture.resize((case.enlarge_to, height), Image.Resampling.LANCZOS)
    image = np.asarray(picture)
    if case.enlarge_to:
        generator = np.random.default_rng(case.mask.seed)
        grain = generator.normal(0, _GRAIN, (*image.shape[:2], 1))
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    return Sample(case, image, draw(case.mask, *image.shape[:2]))


def _picture(name: str) -> Image.Image:
    if name.startswith(_DRAWN):
        return Image.fromarray(drawn(name.removeprefix(_DRAWN)))
    path = next((folder / name for folder in _FOLDERS if (folder / name).exists()), None)
    if path is None:
        raise FileNotFoundError(name)
    return Image.open(path).convert("RGB")


def load_manifest() -> Iterator[tuple[Case, str]]:
    """The committed cases, each with the digest its sample must have."""
    for entry in json.loads(MANIFEST.read_text())["cases"]:
        digest = entry.pop("sha256")
        entry.pop("hole_share")
        mask = entry.pop("mask")
        mask["centre"] = tuple(mask["centre"])
        mask["outline"] = tuple(tuple(point) for point in mask["outline"])
        yield Case(mask=MaskRecipe(**mask), **entry), digest


def write_manifest(cases: list[Case]) -> None:
    entries = []
    for case in cases:
        sample = build(case)
        share = round(float(sample.hole.mean()), 4)
        entries.append({**asdict(case), "hole_share": share, "sha256": sample.digest()})
    MANIFEST.write_text(json.dumps({"cases": entries}, indent=1) + "\n")


def verified(case: Case, digest: str) -> Sample:
    """:raises ValueError: the picture or the mask is not the one the manifest was written with"""
    sample = build(case)
    if sample.digest() != digest:
        raise ValueError(
            f"{case.name}: picture or mask differ from the manifest's: another version of Pillow, "
            "scikit-image or scikit-learn? Figures would not compare."
        )
    return sample
