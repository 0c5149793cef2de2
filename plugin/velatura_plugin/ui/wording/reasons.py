"""Why there is no backend, in words: launcher and transport name it by short English phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...i18n import Translations

_NUMBERED = {
    "exit": re.compile(r"ended with exit code (-?\d+)"),
    "signal": re.compile(r"ended by signal (\d+)"),
    "status": re.compile(r"status (\d+)"),
    "closed": re.compile(r"closed (\d+)"),
}


def reason_text(reason: str, translations: Translations) -> str:
    """A phrase to stand in parentheses; one that nobody knows is shown as it is."""
    _ = translations.gettext
    templates = {
        "exit": _("ended with exit code {number}"),
        "signal": _("ended by signal {number}"),
        "status": _("answered with status {number}"),
        "closed": _("closed the connection with code {number}"),
    }
    unstarted = reason.partition("cannot be started, ")[2]
    if unstarted:
        return _("cannot be started: {cause}").format(cause=unstarted)
    for name, pattern in _NUMBERED.items():
        found = pattern.fullmatch(reason)
        if found:
            return templates[name].format(number=found[1])
    return _known(translations).get(reason, reason)


def _known(translations: Translations) -> Mapping[str, str]:
    _ = translations.gettext
    return {
        "not started": _("not started"),
        "not installed": _("not installed"),
        "not connected": _("not connected"),
        "start was stopped": _("start was stopped"),
        "took too long to start": _("took too long to start"),
        "connection lost": _("connection lost"),
        "lost": _("connection lost"),
        "closed": _("connection closed"),
        "refused": _("connection refused"),
        "no answer": _("no answer"),
        "no token": _("its key is missing"),
        "no address": _("its address is not one"),
        "not encrypted": _("not encrypted; its address has to begin with wss://"),
        "not trusted": _("its certificate is not trusted"),
        "certificates unreadable": _("the certificate file cannot be read"),
        "unsteady": _("the connection breaks off again and again"),
        "internal error": _("internal error"),
        "sandboxed": _("the editor runs in a sandbox"),
    }
