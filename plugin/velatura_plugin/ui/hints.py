"""What will be captured, in a line under the button."""

from __future__ import annotations

from velatura_protocol.tasks import Intent

from ..capture import NEEDS_MASK, USES_MASK
from ..i18n import Translations
from ..request import GenerateRequest
from ..state import DocumentView
from .numbers import whole


def hint(
    document: DocumentView | None, request: GenerateRequest, translations: Translations
) -> str:
    _ = translations.gettext
    if document is None or document.problem is not None:
        return ""
    if request.operation in USES_MASK and document.selected is not None:
        size = document.selected.size
        return _("Selection: {width} × {height} pixels").format(
            width=whole(size.width, translations), height=whole(size.height, translations)
        )
    if request.intent is not Intent.NONE and request.operation in NEEDS_MASK:
        return ""
    return _("Whole picture: {width} × {height} pixels").format(
        width=whole(document.size.width, translations),
        height=whole(document.size.height, translations),
    )
