"""What is known of a network before it is loaded. Nothing heavy is imported: the server reads it.

It is found out once, when the file is installed, and kept as the model's ``detail``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ...models.records import InstalledModel


class Purpose(Enum):
    UPSCALE = "upscale"
    RESTORE = "restore"
    FACE = "face"
    INPAINT = "inpaint"


@dataclass(frozen=True)
class NetworkFacts:
    """``scale``: by how much it enlarges. ``channels``: colours it takes, 1 or 3."""

    purpose: Purpose
    scale: int
    channels: int
    architecture: str

    @property
    def detail(self) -> str:
        """As a model's ``detail`` holds it: ``upscale 4 3 ESRGAN``."""
        return f"{self.purpose.value} {self.scale} {self.channels} {self.architecture}"


def facts_of(model: InstalledModel) -> NetworkFacts:
    """:raises ValueError: its ``detail`` is none of a network"""
    purpose, scale, channels, architecture = model.detail.split(" ", 3)
    return NetworkFacts(Purpose(purpose), int(scale), int(channels), architecture)
