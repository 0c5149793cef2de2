"""What choices are called."""

from __future__ import annotations

from velatura_protocol.tasks import Operation, Placement, SampleSource

from ...capture.extent import Anchor
from ...i18n import Translations


def source_name(source: SampleSource, translations: Translations) -> str:
    _ = translations.gettext
    return {
        SampleSource.BELOW: _("Up to this layer"),
        SampleSource.VISIBLE: _("All that is visible"),
        SampleSource.LAYER: _("This layer alone"),
    }[source]


def anchor_name(anchor: Anchor, translations: Translations) -> str:
    _ = translations.gettext
    return {
        Anchor.TOP_LEFT: _("At the top left"),
        Anchor.TOP: _("At the top"),
        Anchor.TOP_RIGHT: _("At the top right"),
        Anchor.LEFT: _("At the left"),
        Anchor.CENTRE: _("In the middle"),
        Anchor.RIGHT: _("At the right"),
        Anchor.BOTTOM_LEFT: _("At the bottom left"),
        Anchor.BOTTOM: _("At the bottom"),
        Anchor.BOTTOM_RIGHT: _("At the bottom right"),
    }[anchor]


def place_name(place: Placement, operation: Operation, translations: Translations) -> str:
    _ = translations.gettext
    above = _("On a new layer")
    if operation is Operation.UPSCALE:
        above = _("On a new layer: same size, more detail")
    return {
        Placement.NEW_DOCUMENT: _("Into a new document"),
        Placement.RESIZE_DOCUMENT: _("Into this document, which takes its size"),
        Placement.ABOVE: above,
        Placement.TOP: _("On a new layer at the top"),
        Placement.BELOW: _("On a new layer below"),
    }[place]
