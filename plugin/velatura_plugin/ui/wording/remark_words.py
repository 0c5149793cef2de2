"""Sentences about results that came, though not quite as they were asked for."""

from __future__ import annotations

from velatura_protocol.messages import Remark

from ...i18n import Translations


def remark_text(remark: Remark, translations: Translations) -> str:
    """Empty for one that a newer backend has and this panel has no words for."""
    _ = translations.gettext
    if remark.id == "stepped_down":
        return _stepped_down(remark.text, translations)
    templates = {
        "prompt_truncated": _("The prompt is too long for this model. Not read: “{text}”."),
        "weights_ignored": _("This model does not weigh words; the weights were left out."),
        "previewer_left_out": _("The previews are plain ones: “{text}” could not be used."),
        "layers_joined": _("Only one layer can go there: the layers came as one picture."),
        "lora_without_text": _("“{text}” works on the picture alone, not on the words."),
    }
    return templates.get(remark.id, "").replace("{text}", remark.text)


def _stepped_down(rung: str, translations: Translations) -> str:
    _ = translations.gettext
    templates = {
        "half": _("Memory was short: computed in half precision."),
        "tiled": _("Memory was short: the picture was decoded in tiles."),
        "offloaded": _("Memory was short: parts of the model took turns, which takes longer."),
        "streamed": _("Memory was short: the model was streamed from main memory, which is slow."),
        "eight_bit": _("Memory was short: the model ran in 8 bit, which may cost fine detail."),
        "smaller": _("Memory was short: painted at a lower resolution and enlarged."),
    }
    return templates.get(rung, "")
