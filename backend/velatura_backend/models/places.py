"""Where other programs keep models on this machine, as far as they keep to their habits.

Their names are for people; what is in them is told by the tensors alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.errors import NotFound
from velatura_protocol.messages import ModelPlace


@dataclass(frozen=True)
class Place:
    id: str
    name: str
    path: Path

    @property
    def shown(self) -> ModelPlace:
        """As clients are told of it: without the path."""
        return ModelPlace(self.id, self.name)


_HABITS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "comfyui": (
        "ComfyUI",
        ("ComfyUI/models", "Documents/ComfyUI/models", "comfyui/models", "comfy/ComfyUI/models"),
    ),
    "krita-ai": (
        "ComfyUI of Krita AI Diffusion",
        (
            ".local/share/krita/ai_diffusion/server/models",
            "AppData/Roaming/krita/ai_diffusion/server/models",
            "Library/Application Support/krita/ai_diffusion/server/models",
        ),
    ),
    "webui": (
        "Stable Diffusion web UI",
        ("stable-diffusion-webui/models", "stable-diffusion-webui-forge/models"),
    ),
    "invokeai": ("InvokeAI", ("invokeai/models",)),
    "hub-cache": ("Hugging Face cache", (".cache/huggingface/hub",)),
}


def find_places(home: Path, dropped: Path) -> tuple[Place, ...]:
    """Those that are there, below the user's ``home``; ``dropped`` is a folder of our own, into
    which anybody may put files."""
    found: list[Place] = []
    for place, (name, folders) in _HABITS.items():
        there = [home / each for each in folders if (home / each).is_dir()]
        found.extend(Place(place, name, each) for each in there[:1])
    if dropped.is_dir() and any(dropped.iterdir()):
        found.append(Place("dropped", "Velatura's own folder", dropped))
    return tuple(found)


def place_of(place_id: str, places: tuple[Place, ...]) -> Place:
    """:raises NotFound: it is none of them"""
    found = next((each for each in places if each.id == place_id), None)
    if found is None:
        raise NotFound(what="place", id=place_id)
    return found
