"""The controls that say where: mask, edge, sample source, sizes."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_protocol.tasks import EdgeKind, Intent, Operation, SampleSource

from ...capture.extent import Anchor
from ...host.base import LayerKind
from ...i18n import Translations
from ...state.state import DocumentView
from ..model import Field, FieldKind, Option
from ..wording.names import anchor_name, place_name, source_name
from .draft import (
    ASPECTS,
    LAYER_PREFIX,
    MASK_SELECTION,
    MASK_TRANSPARENCY,
    PER_SIDE,
    Draft,
    edge_of,
    place_of,
    source_of,
)
from .edits import MAX_SCALE, MAX_SIDE
from .requests import TARGETED, mask_value
from .tasks import PanelTask


@dataclass(frozen=True)
class PlaceFields:
    document: DocumentView | None
    draft: Draft
    task: PanelTask
    translations: Translations

    def mask(self) -> Field:
        _ = self.translations.gettext
        options = [
            Option(MASK_SELECTION, _("Selection")),
            Option(MASK_TRANSPARENCY, _("Transparent areas")),
        ]
        layers = self.document.layers if self.document else ()
        options += [
            Option(LAYER_PREFIX + each.reference, each.name, depth=each.depth)
            for each in layers
            if each.kind is not LayerKind.FILTER
        ]
        return Field(
            "mask",
            FieldKind.CHOICE,
            _("Where"),
            mask_value(self.draft, self.document),
            help=_("What is worked on: white or opaque places of a layer, or what is selected."),
            options=tuple(options),
        )

    def edge(self) -> list[Field]:
        _ = self.translations.gettext
        edge = edge_of(self.draft, self.task, self.document)
        options = (
            Option(EdgeKind.EXACT.value, _("As drawn")),
            Option(EdgeKind.GROW.value, _("Grow")),
            Option(EdgeKind.FEATHER.value, _("Feather")),
        )
        made = [Field("edge", FieldKind.CHOICE, _("Edge"), edge.kind.value, options=options)]
        if edge.kind is not EdgeKind.EXACT:
            label = _("Grow by") if edge.kind is EdgeKind.GROW else _("Feather by")
            made.append(self._pixels("edge_pixels", label, round(edge.pixels), maximum=4096))
        return made

    def source(self) -> Field:
        _ = self.translations.gettext
        options = tuple(
            Option(each.value, source_name(each, self.translations)) for each in SampleSource
        )
        return Field(
            "source",
            FieldKind.CHOICE,
            _("Look at"),
            source_of(self.draft, self.task).value,
            help=_("What is captured for the engine; previews never are."),
            options=options,
        )

    def geometry(self) -> list[Field]:
        """What a task needs to know about sizes."""
        if self.task.intent is Intent.EXPAND:
            return self._extent()
        if self.task.operation is Operation.UPSCALE:
            return [self._scale(), self._place()]
        if self.task.operation in TARGETED:
            return [*self._target(), self._place()]
        return [self._place()] if self.task.places else []

    def _extent(self) -> list[Field]:
        _ = self.translations.gettext
        options = (
            Option(PER_SIDE, _("By pixels on each side")),
            *(Option(each, _("To {aspect}").format(aspect=each)) for each in ASPECTS),
        )
        chosen = self.draft.extent if self.draft.extent in ASPECTS else PER_SIDE
        made = [Field("extent", FieldKind.CHOICE, _("Extend"), chosen, options=options)]
        if chosen != PER_SIDE:
            return [*made, self._anchor()]
        sides = self.draft.sides
        return [
            *made,
            self._pixels("extend_left", _("Left"), sides.left),
            self._pixels("extend_top", _("Top"), sides.top),
            self._pixels("extend_right", _("Right"), sides.right),
            self._pixels("extend_bottom", _("Bottom"), sides.bottom),
        ]

    def _anchor(self) -> Field:
        _ = self.translations.gettext
        options = tuple(
            Option(each.name.lower(), anchor_name(each, self.translations)) for each in Anchor
        )
        return Field(
            "anchor",
            FieldKind.CHOICE,
            _("Picture stays"),
            self.draft.anchor.name.lower(),
            help=_("Where the picture lies on the larger canvas."),
            options=options,
        )

    def _scale(self) -> Field:
        _ = self.translations.gettext
        return Field(
            "scale",
            FieldKind.DECIMAL,
            _("Scale"),
            self.draft.scale,
            minimum=1.0,
            maximum=MAX_SCALE,
            step=0.5,
            unit=_("×"),
        )

    def _place(self) -> Field:
        _ = self.translations.gettext
        task, chosen = self.task, place_of(self.draft, self.task)
        options = tuple(
            Option(each.value, place_name(each, task.operation, self.translations))
            for each in task.places
        )
        value = chosen.value if chosen else ""
        return Field("place", FieldKind.CHOICE, _("Result goes"), value, options=options)

    def _target(self) -> list[Field]:
        _ = self.translations.gettext
        size = self.draft.target or (self.document.size if self.document else None)
        if size is None:
            return []
        return [
            self._pixels("width", _("Width"), size.width, minimum=1),
            self._pixels("height", _("Height"), size.height, minimum=1),
        ]

    def _pixels(
        self, field_id: str, label: str, value: int, *, minimum: int = 0, maximum: int = MAX_SIDE
    ) -> Field:
        return Field(
            field_id,
            FieldKind.INTEGER,
            label,
            value,
            minimum=minimum,
            maximum=maximum,
            # Translators: the unit, short for pixels.
            unit=self.translations.gettext("px"),
        )
