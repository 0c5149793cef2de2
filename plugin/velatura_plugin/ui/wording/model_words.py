"""Sentences about models: what is wrong with one, why one did not come, which one is missing."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_protocol.errors import ErrorCode
from velatura_protocol.faults import ModelFault

from ...i18n import Translations
from .fault_words import fault_of, model_clause
from .numbers import byte_count

_Params = Mapping[str, "str | int | float"]


def model_sentence(code: ErrorCode, params: _Params, translations: Translations) -> str | None:
    """The template for an error about models; None: it is about something else."""
    _ = translations.gettext
    if code is ErrorCode.MODEL_DAMAGED:
        return _damaged(params, translations)
    if code is ErrorCode.NO_MODEL:
        return _missing(params, translations)
    if code is ErrorCode.LICENCE_NOT_ACCEPTED:
        return _("The licence {licence} has conditions. Read it, and agree to it first.")
    if code is ErrorCode.DOWNLOAD_FAILED:
        return _undelivered(str(params.get("reason")), translations)
    if code is ErrorCode.WITHHELD:
        return _("The safety filter held the result back. Try other words, or switch it off.")
    if code is ErrorCode.UNSUPPORTED:
        return _unusable(params, translations)
    return None


def _unusable(params: _Params, translations: Translations) -> str | None:
    _ = translations.gettext
    fault = fault_of(ModelFault, params.get("what"))
    if params.get("name"):
        return _with(_("“{name}” cannot be used here: {what}."), "what", params, translations)
    if fault is ModelFault.PICKLE:
        return _("It is a PyTorch file, which may hold programs. Import it alone to convert it.")
    if fault is not None:
        return _with(_("No engine here can use it: {what}."), "what", params, translations)
    return None


def _with(template: str, field: str, params: _Params, translations: Translations) -> str:
    """The template with why the model cannot be used in place of ``field``. What is in that is no
    template any more."""
    clause = model_clause(params.get(field, ""), params, translations)
    return template.replace(f"{{{field}}}", clause.replace("{", "{{").replace("}", "}}"))


def _damaged(params: _Params, translations: Translations) -> str:
    _ = translations.gettext
    known = {
        "missing": _("A file of the model “{model}” is gone: {file}. Install it again."),
        "size": _("A file of the model “{model}” is not whole: {file}. Install it again."),
        "hash": _(
            "A file of the model “{model}” is not what was installed: {file}. Install it again."
        ),
    }
    reason = params.get("reason")
    if reason in known:
        return known[str(reason)]
    other = _("The model “{model}” cannot be used ({file}): {reason}. Install it again.")
    return _with(other, "reason", params, translations) if reason else other


def _missing(params: _Params, translations: Translations) -> str:
    _ = translations.gettext
    if not params.get("name"):
        kind, detail = str(params.get("kind", "")), str(params.get("detail", ""))
        return _missing_sort(kind, detail, translations)
    if not params.get("bytes"):
        return _("This takes {name}, and none is installed.")
    size = byte_count(float(params.get("bytes", 0)), translations)
    text = _("This takes a model. The smallest that can do it is {name}, {size}.")
    return text.replace("{size}", size)


def _missing_sort(kind: str, detail: str, translations: Translations) -> str:
    _ = translations.gettext
    if kind == "preprocessor":
        return _missing_finder(detail, translations)
    known = {
        "control": _("This takes a control network for “{detail}”, and none is installed."),
        "ip_adapter": _("This takes an IP-Adapter, and none is installed."),
        "image_encoder": _("This takes the image encoder of “{detail}”, which is not installed."),
        "safety": _("This takes a safety filter, and none is installed."),
    }
    other = _("This takes a model, and none that could do it is installed.")
    return known.get(kind, other)


def _missing_finder(detail: str, translations: Translations) -> str:
    """Of control images. None of them is offered: a model is offered once its hashes are pinned."""
    _ = translations.gettext
    known = {
        "depth": _(
            "This takes a network that finds depths. Import the folder of a Depth Anything, DPT or "
            "ZoeDepth."
        ),
        "pose": _("This takes a network that finds poses. Import the folder of a ViTPose."),
        "segmentation": _(
            "This takes a network that tells things apart. Import the folder of a SegFormer, "
            "UPerNet, DPT, Mask2Former or OneFormer taught on ADE20K."
        ),
    }
    other = _("This takes a network that finds “{detail}” in pictures, and none is installed.")
    return known.get(detail, other)


def _undelivered(reason: str, translations: Translations) -> str:
    _ = translations.gettext
    known = {
        "unreachable": _(
            "The server of the models cannot be reached. Check the connection, or set a mirror or "
            "a proxy. What has come is kept."
        ),
        "timed out": _("The server of the models does not answer. What has come is kept."),
        "broken off": _("The download broke off. What has come is kept; go on when you like."),
        "status": _(
            "The server of the models refused (status {status}). What has come is kept; try "
            "another mirror, or later."
        ),
        "too many redirects": _(
            "The server of the models only sends from one address to the next. Try another mirror."
        ),
        "certificate": _(
            "The server of the models could not prove who it is, so nothing was taken from it."
        ),
        "private address": _(
            "The download was led to an address inside of a private network, and was stopped."
        ),
        "under way": _("This model is coming already, for another program. Wait for it."),
        "not encrypted": _("The download was led to a server without encryption, and was stopped."),
        "proxy": _("The proxy does not let the download through. Check its settings."),
        "hash": _(
            "What came is not the file that was announced; it was thrown away. Try again, or take "
            "another mirror."
        ),
        "not as announced": _(
            "What the server sends is not the file that was announced. Try again, or take another "
            "mirror."
        ),
    }
    return known.get(reason, _("The download failed ({reason}). What has come is kept."))
