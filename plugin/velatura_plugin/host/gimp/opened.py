# pyright: standard
"""The pictures that are open, and what is staged in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from velatura_protocol.errors import NotFound

from .gi_names import Gimp
from .leftovers import left_in
from .listing import item_of
from .staging import CanvasStage


@dataclass(frozen=True)
class OpenImage:
    image: Gimp.Image
    stage: CanvasStage

    @property
    def id(self) -> str:
        return f"image-{self.image.get_id()}"

    def item(self, reference: str) -> Any:
        """A layer or a channel.

        :raises NotFound: there is none
        """
        found = item_of(self.image, reference)
        if found is None:
            raise NotFound(what="layer", id=reference)
        return found


class OpenImages:
    """GIMP tells no plug-in which picture the user looks at. It is the one that the last command
    came from; and the only one that is open, where there is but one."""

    def __init__(self, *, are_cleaned: bool = False) -> None:
        """``are_cleaned``: of what others have left staged in them."""
        self._are_cleaned = are_cleaned
        self._known: dict[int, OpenImage] = {}
        self._recent: list[int] = []

    def bring_to_front(self, image: Gimp.Image) -> None:
        """Where it is closed, the one before it is in front again."""
        number = image.get_id()
        self._recent = [*(each for each in self._recent if each != number), number]

    def active(self) -> OpenImage | None:
        there = {each.get_id(): each for each in Gimp.get_images()}
        self._known = {key: known for key, known in self._known.items() if key in there}
        self._recent = [each for each in self._recent if each in there]
        if self._recent:
            return self.of(there[self._recent[-1]])
        # Those that were opened last have the highest numbers.
        return self.of(there[max(there)]) if there else None

    def of(self, image: Gimp.Image) -> OpenImage:
        known = self._known.get(image.get_id())
        if known is None:
            known = OpenImage(image, self._stage(image))
            self._known[image.get_id()] = known
        return known

    def _stage(self, image: Gimp.Image) -> CanvasStage:
        """What others have staged is never captured."""
        stage = CanvasStage(image, left_in(image))
        for job in [*stage.tops] if self._are_cleaned else []:
            stage.clear(job)
        return stage

    def get(self, document_id: str) -> OpenImage:
        """:raises NotFound: it has been closed"""
        for known in self._known.values():
            if known.id == document_id and known.image.is_valid():
                return known
        raise NotFound(what="document", id=document_id)

    def has(self, document_id: str) -> bool:
        return any(
            each.id == document_id and each.image.is_valid() for each in self._known.values()
        )
