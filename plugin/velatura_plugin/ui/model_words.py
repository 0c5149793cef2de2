"""Sentences about models: what is wrong with one, why one did not come, which one is missing."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_protocol.errors import ErrorCode

from ..i18n import Translations
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
    if code is ErrorCode.UNSUPPORTED and params.get("name"):
        return _("“{name}” cannot be used here: {what}.")
    if code is ErrorCode.NOT_FOUND and params.get("what") == "model":
        return _("There is no model called “{id}”.")
    if code is ErrorCode.NOT_FOUND and params.get("what") == "models in":
        return _("There is no model in “{id}”.")
    if code is ErrorCode.UNSUPPORTED and params.get("what") == "pickle":
        return _("It is a PyTorch file, which may hold programs. Import it alone to convert it.")
    return None


def _damaged(params: _Params, translations: Translations) -> str:
    _ = translations.gettext
    known = {
        "missing": _("A file of the model “{model}” is gone: {file}. Install it again."),
        "size": _("A file of the model “{model}” is not whole: {file}. Install it again."),
        "hash": _(
            "A file of the model “{model}” is not what was installed: {file}. Install it again."
        ),
    }
    other = _("The model “{model}” is damaged: {file}, {reason}. Install it again.")
    return known.get(str(params.get("reason")), other)


def _missing(params: _Params, translations: Translations) -> str:
    _ = translations.gettext
    if not params.get("name"):
        return _("This takes a model, and none that could do it is installed.")
    if not params.get("bytes"):
        return _("This takes {name}, and none is installed.")
    size = byte_count(float(params.get("bytes", 0)), translations)
    text = _("This takes a model. The smallest that can do it is {name}, {size}.")
    return text.replace("{size}", size)


def _undelivered(reason: str, translations: Translations) -> str:
    _ = translations.gettext
    known = {
        "unreachable": _(
            "The server of the models cannot be reached. Check the connection, or set a mirror or "
            "a proxy. What has come is kept."
        ),
        "timed out": _("The server of the models does not answer. What has come is kept."),
        "broken off": _("The download broke off. What has come is kept; go on when you like."),
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
