"""The bar, its words, and what a screen reader is told."""

from __future__ import annotations

from collections.abc import Sequence

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase

from ..client.events import Link
from ..i18n import Translations
from ..state.state import JobStatus, JobView, PanelState
from .model import Action, Control, ProgressLine, Waiting
from .wording.numbers import duration
from .wording.words import missed, sentence, work_name

ETA_FROM_STEP = 3
"""Before that an estimate jumps about. Engines that know no steps tell how far they are, and the
backend waits with its estimate until that says something."""

Engines = Sequence[EngineSpec]


def progress_line(
    active: Sequence[JobView], translations: Translations, engines: Engines = ()
) -> ProgressLine | None:
    """Of the job that has come furthest; the others are counted. ``engines``: for their names."""
    if not active:
        return None
    ranks = (JobStatus.SENDING, JobStatus.QUEUED, JobStatus.LOADING, JobStatus.RUNNING)
    leading = max(active, key=lambda each: ranks.index(each.status))
    line = _line_of(leading, translations, engines)
    waiting = len(active) - 1
    if not waiting:
        return line
    plural = translations.ngettext
    more = plural("{text} · {count} waiting", "{text} · {count} waiting", waiting)
    return ProgressLine(more.format(text=line.text, count=waiting), line.fraction)


def waiting(
    active: Sequence[JobView], translations: Translations, engines: Engines = ()
) -> tuple[Waiting, ...]:
    """Every unfinished job, where there is more than one."""
    if len(active) < 2:
        return ()
    return tuple(_waiting(each, translations, engines) for each in active)


def _waiting(job: JobView, translations: Translations, engines: Engines) -> Waiting:
    _ = translations.gettext
    line = _line_of(job, translations, engines)
    text = _("{work}: {progress}").format(work=work_name(job, translations), progress=line.text)
    reason = _("Stopping…") if job.cancelling else ""
    label = _("Stop") if job.status is JobStatus.RUNNING else _("Remove from the queue")
    return Waiting(job.job, text, Control(Action.CANCEL_JOB, label, not reason, reason))


def _line_of(job: JobView, translations: Translations, engines: Engines) -> ProgressLine:
    _ = translations.gettext
    if job.cancelling:
        return ProgressLine(_("Stopping…"))
    match job.status:
        case JobStatus.SENDING:
            return ProgressLine(_("Sending…"), job.sent)
        case JobStatus.QUEUED:
            return ProgressLine(_queued(job.ahead, translations))
        case JobStatus.LOADING if job.is_restored:
            return ProgressLine(_("Fetching the results…"))
        case JobStatus.LOADING:
            names = [each.name for each in engines if each.id == job.engine]
            name = _(names[0]) if names else job.engine
            return ProgressLine(_("Loading {engine}, once per session").format(engine=name))
        case _:
            return ProgressLine(_running(job, translations), job.progress.fraction)


def _queued(ahead: int, translations: Translations) -> str:
    if ahead == 0:
        return translations.gettext("Next in line")
    plural = translations.ngettext
    return plural("{count} ahead of you", "{count} ahead of you", ahead).format(count=ahead)


def _running(job: JobView, translations: Translations) -> str:
    _ = translations.gettext
    progress = job.progress
    text = _phase(progress.phase, translations)
    if progress.steps:
        text = _("Step {step} of {steps}").format(step=progress.step, steps=progress.steps)
    if job.variations > 1:
        text = _("Variation {index} of {count}: {text}").format(
            index=progress.variation + 1, count=job.variations, text=text
        )
    is_settled = not progress.steps or progress.step >= ETA_FROM_STEP
    if progress.eta is not None and is_settled:
        text = _("{text}, {time} left").format(text=text, time=duration(progress.eta, translations))
    return text


def _phase(phase: Phase, translations: Translations) -> str:
    _ = translations.gettext
    return {
        Phase.UPLOADING: _("Sending…"),
        Phase.QUEUED: _("Waiting…"),
        Phase.LOADING: _("Loading…"),
        Phase.ENCODING: _("Preparing…"),
        Phase.STEPPING: _("Working…"),
        Phase.DECODING: _("Finishing…"),
        Phase.COMPOSITING: _("Finishing…"),
        Phase.DELIVERING: _("Finishing…"),
    }[phase]


def announcement(state: PanelState, jobs: Sequence[JobView], translations: Translations) -> str:
    """Changes with phases only, so that a reader is not flooded with percentages."""
    _, plural = translations.gettext, translations.ngettext
    if state.notice is not None:
        return sentence(state.notice.error, translations)
    if state.missed is not None:
        return missed(state.missed, translations)
    if state.link.link is Link.RECONNECTING:
        return _("Connection lost, reconnecting.")
    if state.link.link is Link.STARTING:
        return _("Starting.")
    running = [each for each in jobs if each.is_active]
    if running:
        return _status_word(running[0].status, translations)
    ready = sum(len(each.staging.ready) for each in jobs)
    if ready:
        text = plural("{count} variation ready.", "{count} variations ready.", ready)
        return text.format(count=ready)
    return ""


def _status_word(status: JobStatus, translations: Translations) -> str:
    _ = translations.gettext
    return {
        JobStatus.SENDING: _("Sending."),
        JobStatus.QUEUED: _("Waiting."),
        JobStatus.LOADING: _("Loading."),
        JobStatus.RUNNING: _("Working."),
    }.get(status, "")
