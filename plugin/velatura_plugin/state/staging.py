"""The variations of one job: which is current, which are kept, which are gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from velatura_protocol.pixels import Pixels
from velatura_protocol.provenance import Provenance

from ..host.base import ResultContent


@dataclass(frozen=True)
class StagedVariation:
    """``content`` None: its pixels are on their way. ``kept``: accepted as a copy already.
    ``energy``: how badly it fits its surroundings, where the engine measures that."""

    index: int
    seed: int
    thumbnail: Pixels | None = None
    content: ResultContent | None = None
    kept: bool = False
    energy: float | None = None

    @property
    def provenance(self) -> Provenance | None:
        return self.content.provenance if self.content else None


@dataclass(frozen=True)
class Staging:
    """``current`` is a variation's index and always one of those with pixels, or None."""

    variations: tuple[StagedVariation, ...] = ()
    current: int | None = None
    discarded: frozenset[int] = frozenset()

    @property
    def ready(self) -> tuple[StagedVariation, ...]:
        return tuple(each for each in self.variations if each.content is not None)

    @property
    def shown(self) -> StagedVariation | None:
        return None if self.current is None else self.get(self.current)

    @property
    def best(self) -> int | None:
        """The one that fits best, once there are several to compare."""
        measured = [(each.energy, each.index) for each in self.ready if each.energy is not None]
        return min(measured)[1] if len(measured) > 1 else None

    @property
    def unkept(self) -> tuple[StagedVariation, ...]:
        """What would be lost if the strip were closed now."""
        return tuple(each for each in self.ready if not each.kept)

    def get(self, index: int) -> StagedVariation | None:
        return next((each for each in self.variations if each.index == index), None)

    def with_thumbnail(self, index: int, seed: int, thumbnail: Pixels) -> Staging:
        known = self.get(index) or StagedVariation(index, seed)
        return self._with(replace(known, thumbnail=thumbnail))

    def with_content(
        self, index: int, seed: int, content: ResultContent, energy: float | None = None
    ) -> Staging:
        """The first one with pixels becomes the current one; later ones do not take its place."""
        known = self.get(index) or StagedVariation(index, seed)
        staging = self._with(replace(known, content=content, energy=energy))
        if staging.current is None and staging.get(index):
            return replace(staging, current=index)
        return staging

    def showing(self, index: int) -> Staging:
        """Unchanged if that variation is not there or has no pixels yet."""
        found = self.get(index)
        return replace(self, current=index) if found and found.content else self

    def stepped(self, step: int) -> Staging:
        """The next or previous one, going round."""
        indices = [each.index for each in self.ready]
        if not indices or self.current is None:
            return self
        return replace(self, current=indices[(indices.index(self.current) + step) % len(indices)])

    def keeping(self, index: int) -> Staging:
        found = self.get(index)
        return self._with(replace(found, kept=True)) if found else self

    def discarding(self, index: int) -> Staging:
        """Its right neighbour becomes current if it was, else its left one."""
        left = tuple(each for each in self.variations if each.index != index)
        current = self.current
        if current == index:
            ready = [each.index for each in left if each.content is not None]
            after = [each for each in ready if each > index]
            current = after[0] if after else (ready[-1] if ready else None)
        return Staging(left, current, self.discarded | {index})

    def _with(self, variation: StagedVariation) -> Staging:
        # A discarded variation may be delivered once more after a reconnect; it stays away.
        if variation.index in self.discarded:
            return self
        others = [each for each in self.variations if each.index != variation.index]
        ordered = sorted([*others, variation], key=lambda each: each.index)
        return replace(self, variations=tuple(ordered))
