"""What is known about an installed model. Read by the server too: nothing heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol


class Family(Enum):
    """Models that share an architecture: what one of them takes, all of them take.

    ``engines/diffusion/families.py`` has a row for each.
    """

    SD15 = "sd15"
    SDXL = "sdxl"
    SD3 = "sd3"
    FLUX1 = "flux1"
    FLUX2_KLEIN = "flux2_klein"
    Z_IMAGE = "z_image"
    QWEN_IMAGE = "qwen_image"
    NONE = "none"
    """Not a diffusion model's: an upscaler, a preprocessor."""


class Variant(Enum):
    """What a checkpoint of a family was made for; the family's table has a row for each pair."""

    BASE = "base"
    INPAINT = "inpaint"
    """Takes the mask and the masked picture as further channels (SD 1.5 with 9, FLUX.1 Fill)."""
    EDIT = "edit"
    """Takes a picture and an instruction (FLUX.1 Kontext, Qwen-Image-Edit)."""
    EDIT_PLUS = "edit_plus"
    LAYERED = "layered"


class ModelKind(Enum):
    CHECKPOINT = "checkpoint"
    CONTROL = "control"
    LORA = "lora"
    IP_ADAPTER = "ip_adapter"
    EMBEDDING = "embedding"
    VAE = "vae"
    TINY_VAE = "tiny_vae"
    TEXT_ENCODER = "text_encoder"
    IMAGE_ENCODER = "image_encoder"
    UPSCALER = "upscaler"
    PREPROCESSOR = "preprocessor"
    SAFETY = "safety"


class ModelForm(Enum):
    """``FOLDER``: the layout of the diffusers library. ``FILE``: one safetensors file."""

    FOLDER = "folder"
    FILE = "file"


@dataclass(frozen=True)
class ModelFile:
    """``path`` relative to the model's location, with slashes; ``sha256`` in hexadecimal."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class InstalledModel:
    """``location``: the folder or the file, in the store or, with ``in_place``, where its owner has
    it. ``distilled``: made for few steps without guidance (LCM, Turbo, Lightning, Hyper, schnell,
    klein). ``detail`` is what the kind needs beside: the kind of control, the trigger of an
    embedding. ``source``: where it came from, for people.
    """

    id: str
    name: str
    kind: ModelKind
    family: Family
    location: Path
    form: ModelForm
    files: tuple[ModelFile, ...] = ()
    variant: Variant = Variant.BASE
    distilled: bool = False
    detail: str = ""
    licence: str = ""
    commercial_use: bool = False
    source: str = ""
    in_place: bool = False

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.files)


class ModelShelf(Protocol):
    """The installed models, as engines see them."""

    def all(self) -> tuple[InstalledModel, ...]: ...

    def get(self, model_id: str) -> InstalledModel:
        """:raises velatura_protocol.errors.NotFound: no such model"""
        ...

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        """Those of a kind, of that family or of any."""
        ...
