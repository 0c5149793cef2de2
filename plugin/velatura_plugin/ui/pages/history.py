"""The document's earlier results, as a page in place of the form."""

from __future__ import annotations

from ...i18n import Translations
from ...state.state import HistoryView, KeptJob
from ..model import Action, Control, History, HistoryItem
from ..wording.numbers import ago
from ..wording.words import operation_name, sentence, shortened


def history_page(
    history: HistoryView,
    now: float,
    translations: Translations,
    abilities: frozenset[Action],
) -> History:
    """``now``: Unix time. Only what can be brought back is listed."""
    _ = translations.gettext
    kept = [each for each in history.jobs if each.can_be_restored]
    empty = _("Nothing has been made in this document yet.")
    if history.of_all:
        empty = _("Nothing has been made yet.")
    if history.problem is not None:
        empty = sentence(history.problem, translations)
    elif not history.is_known:
        empty = _("Asking the engine…")
    return History(
        _("History of all pictures") if history.of_all else _("History"),
        tuple(_item(each, now, translations, abilities) for each in kept),
        "" if kept else empty,
        Control(Action.CLOSE_HISTORY, _("Back")),
        _other(history, translations),
    )


def _other(history: HistoryView, translations: Translations) -> Control:
    """What was made for a picture that has never taken a result is only in the list of all."""
    _ = translations.gettext
    if history.of_all:
        return Control(Action.OPEN_HISTORY, _("Of this picture"))
    return Control(Action.OPEN_FULL_HISTORY, _("Of all pictures"))


def _item(
    kept: KeptJob, now: float, translations: Translations, abilities: frozenset[Action]
) -> HistoryItem:
    _ = translations.gettext
    job = kept.summary
    labels = {
        Action.RESTORE: _("Bring back"),
        Action.FAVOURITE: _("Keep no longer") if job.favourite else _("Keep for good"),
        Action.FORGET: _("Delete"),
    }
    what = shortened(job.prompt) or operation_name(job.operation, job.intent, translations)
    plural = translations.ngettext
    title = plural("{what}, {count} result", "{what}, {count} results", job.variations)
    return HistoryItem(
        job=job.job,
        title=title.format(what=what, count=job.variations),
        when=ago(now - job.created, translations),
        is_favourite=job.favourite,
        controls=tuple(
            Control(action, label) for action, label in labels.items() if action in abilities
        ),
        cover=kept.cover,
        question=_question(job.variations, translations),
    )


def _question(count: int, translations: Translations) -> str:
    """Nothing brings them back."""
    plural = translations.ngettext
    text = plural("Delete {count} result for good?", "Delete {count} results for good?", count)
    return text.format(count=count)
