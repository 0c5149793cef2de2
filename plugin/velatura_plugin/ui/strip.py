"""The strip of variations, and what can be done with them."""

from __future__ import annotations

from velatura_protocol.tasks import Operation

from ..i18n import Translations
from ..state.staging import StagedVariation, Staging
from ..state.state import JobView
from .model import Action, Control, Strip, Thumbnail
from .wording.remark_words import remark_text
from .wording.words import layer_name


def strip_of(view: JobView, translations: Translations) -> Strip:
    staging = view.staging
    return Strip(
        job=view.job,
        title=layer_name(view, view.seed, translations),
        thumbnails=tuple(_thumbnail(each, view, translations) for each in staging.variations),
        position=_position(staging, translations),
        controls=_controls(view, translations),
        failures="\n".join(filter(None, _remarks(view, translations))),
        asks_before_discard=len(staging.unkept) > 1,
        discard_question=_question(len(staging.unkept), translations),
    )


def _thumbnail(variation: StagedVariation, view: JobView, translations: Translations) -> Thumbnail:
    _ = translations.gettext
    name = _("Variation {number}, seed {seed}").format(
        number=variation.index + 1, seed=variation.seed
    )
    # What is made up in a hole has surroundings to fit; another layout is no worse for its energy.
    is_best = view.operation is Operation.FILL and variation.index == view.staging.best
    if is_best:
        name = _("{variation}: fits its surroundings best").format(variation=name)
    is_current = variation.index == view.staging.current
    return Thumbnail(
        variation.index, name, variation.thumbnail, is_current, variation.kept, is_best
    )


def _position(staging: Staging, translations: Translations) -> str:
    _ = translations.gettext
    indices = [each.index for each in staging.ready]
    if staging.current is None:
        return ""
    return _("{position} of {count}").format(
        position=indices.index(staging.current) + 1, count=len(indices)
    )


def _controls(view: JobView, translations: Translations) -> tuple[Control, ...]:
    _ = translations.gettext
    staging = view.staging
    waits = "" if staging.ready else _("The pixels are on their way.")
    alone = waits or ("" if len(staging.ready) > 1 else _("There is only one so far."))

    def control(action: Action, label: str, reason: str) -> Control:
        return Control(action, label, enabled=not reason, reason=reason)

    return (
        control(Action.PREVIOUS, _("Previous"), alone),
        control(Action.NEXT, _("Next"), alone),
        control(Action.COMPARE, _("Compare"), waits),
        control(Action.ACCEPT, _("Accept"), waits),
        control(Action.ACCEPT_COPY, _("Accept as copy"), waits),
        control(Action.ACCEPT_ALL, _("Accept all"), alone),
        control(Action.DISCARD, _("Discard this"), waits),
        Control(Action.DISCARD_ALL, _("Discard all")),
        control(Action.MORE, _("More like this"), _no_more(view, translations)),
    )


def _question(count: int, translations: Translations) -> str:
    if count < 2:
        return ""
    plural = translations.ngettext
    text = plural("Discard {count} result?", "Discard all {count} results?", count)
    return text.format(count=count)


def _no_more(view: JobView, translations: Translations) -> str:
    if not view.is_restored:
        return ""
    return translations.gettext(
        "This is out of the history, which does not keep what it was made from."
    )


def _remarks(view: JobView, translations: Translations) -> tuple[str, ...]:
    displaced = translations.gettext(
        "The canvas had another size then; the results lie where they lay."
    )
    remarks = (remark_text(each, translations) for each in view.remarks)
    return (_failures(view, translations), displaced if view.is_displaced else "", *remarks)


def _failures(view: JobView, translations: Translations) -> str:
    count = len(view.failures)
    if not count:
        return ""
    plural = translations.ngettext
    template = plural(
        "{count} of {total} variations failed; the others are kept.",
        "{count} of {total} variations failed; the others are kept.",
        count,
    )
    return template.format(count=count, total=view.variations)
