"""Sentences: what happened, what was kept, what to do. Panels and the command line share them.

The wire carries codes and parameters only; every word a user reads about an error is here.
"""

from __future__ import annotations

import re

from velatura_protocol.errors import ErrorCode, VelaturaError
from velatura_protocol.faults import FileFault, NotFoundWhat, TaskFault, UnsupportedWhat
from velatura_protocol.messages import ErrorInfo
from velatura_protocol.tasks import Intent, Operation

from ...i18n import Translations
from ...state.state import JobView, PutAway
from .fault_words import (
    fault_of,
    file_sentence,
    missing_sentence,
    model_clause,
    task_sentence,
    unsupported_sentence,
)
from .filling import filled
from .model_words import model_sentence
from .numbers import byte_count
from .reasons import reason_text

NAME_LENGTH = 40
"""Longest name of an accepted layer before the seed: longer ones are cut in every layer list."""

_ENGLISH = Translations()
_LOOKS_MADE = re.compile(r"[0-9a-fA-F]{8}-")
"""Editors' own ids of layers, which no user has ever seen."""

_Params = dict[str, "str | int | float"]


def sentence(error: ErrorInfo | VelaturaError, translations: Translations = _ENGLISH) -> str:
    """One line for the user."""
    params = dict(error.params)
    _ = translations.gettext
    template = model_sentence(error.code, params, translations)
    template = template or _special(error.code, params, translations)
    template = template or _plain(error.code, translations)
    return filled(template, params, translations)


def _special(code: ErrorCode, params: _Params, translations: Translations) -> str | None:
    """Where the parameters decide which sentence it is."""
    _ = translations.gettext
    if code is ErrorCode.NOT_FOUND:
        return _not_found(params, translations)
    if code is ErrorCode.BAD_TASK:
        return _bad_task(params, translations)
    if code is ErrorCode.UNSUPPORTED:
        return _unsupported(params, translations)
    if code is ErrorCode.UNREADABLE_FILE:
        return _unreadable(params, translations)
    if code is ErrorCode.LIMIT_EXCEEDED:
        params["limit"] = _limit_name(str(params.get("limit", "")), translations)
    if code is ErrorCode.BACKEND_UNAVAILABLE and params.get("reason"):
        params["reason"] = reason_text(str(params["reason"]), translations)
    if code is ErrorCode.OUT_OF_MEMORY and params.get("needed") and params.get("free"):
        params["needed"] = byte_count(float(params["needed"]), translations)
        params["free"] = byte_count(float(params["free"]), translations)
        return _(
            "Not enough memory on {device}: {needed} needed, {free} free. Your document is "
            "unchanged; close other programs or take a smaller area."
        )
    if code is ErrorCode.WORKER_LOST and not params.get("exit_code"):
        return _("The engine stopped unexpectedly. Your document is unchanged; try again.")
    if code is ErrorCode.DATA_DIRECTORY_IN_USE and not params.get("pid"):
        return _("Another Velatura is using the data directory. Stop it first.")
    return None


def _bad_task(params: _Params, translations: Translations) -> str | None:
    """Those that somebody may meet who only presses buttons."""
    fault = fault_of(TaskFault, params.get("reason"))
    return None if fault is None else task_sentence(fault, translations)


def _unsupported(params: _Params, translations: Translations) -> str | None:
    what = fault_of(UnsupportedWhat, params.get("what"))
    if what is not None:
        return unsupported_sentence(what, translations)
    names = {each.value: operation_name(each, translations=translations) for each in Operation}
    intents = [each for each in Intent if each is not Intent.NONE]
    names |= {each.value: operation_name(Operation.FILL, each, translations) for each in intents}
    if params.get("what") in names:
        params["what"] = names[str(params["what"])]
    return None


def _not_found(params: _Params, translations: Translations) -> str | None:
    _ = translations.gettext
    what = fault_of(NotFoundWhat, params.get("what"))
    if what is NotFoundWhat.DOCUMENT and params.get("id"):
        return _("The picture was closed. What was finished is in its history.")
    if what is NotFoundWhat.LAYER and not params.get("id"):
        return _("There is no layer in this picture. Add one first.")
    if what is NotFoundWhat.LAYER and _LOOKS_MADE.search(str(params.get("id", ""))):
        return _("A layer that was chosen is gone. Choose another.")
    return None if what is None else missing_sentence(what, translations)


def _unreadable(params: _Params, translations: Translations) -> str | None:
    fault = fault_of(FileFault, params.get("reason"))
    if fault is not None:
        return file_sentence(fault, translations)
    if params.get("reason"):
        params["reason"] = model_clause(params["reason"], params, translations)
    return None


def _limit_name(limit: str, translations: Translations) -> str:
    """Of those that somebody reaches who only presses buttons."""
    _ = translations.gettext
    names = {
        "queued_jobs": _("jobs in the queue"),
        "inputs": _("pictures and masks of one job"),
        "variations": _("variations"),
    }
    return names.get(limit, limit or _("unknown"))


def _plain(code: ErrorCode, translations: Translations) -> str:
    _ = translations.gettext
    return {
        ErrorCode.BAD_MESSAGE: _(
            "Plug-in and engine misunderstood each other ({reason}). Update both to the same "
            "version."
        ),
        ErrorCode.BAD_TASK: _("This cannot be done as asked: {field} {reason}."),
        ErrorCode.NOTHING_SELECTED: _("Select something first."),
        ErrorCode.MASK_MISMATCH: _(
            "The mask is {mask_width} × {mask_height} pixels and the picture {width} × {height}. "
            "Give a mask of the picture's size."
        ),
        ErrorCode.TOO_LARGE: _(
            "Too large: {pixels} pixels, where {limit} are possible. Take a smaller area."
        ),
        ErrorCode.UNSUPPORTED: _("No engine here can do this: {what}."),
        ErrorCode.UNREADABLE_FILE: _("The file cannot be read: {reason}."),
        ErrorCode.UNWRITABLE_FILE: _("The file cannot be written: {reason}."),
        ErrorCode.UNAUTHORISED: _(
            "The engine did not accept this plug-in's key. Restart the engine."
        ),
        ErrorCode.VERSION_MISMATCH: _(
            "Plug-in (protocol {ours}) and engine ({theirs}) do not fit. Update the older one."
        ),
        ErrorCode.NOT_YOUR_JOB: _("That job belongs to another program."),
        ErrorCode.LIMIT_EXCEEDED: _(
            "Over the engine's limit for {limit}: {value}, where at most {maximum} are possible."
        ),
        ErrorCode.NO_SOURCE: _(
            "Nothing is left outside the selection to take pixels from. Select less."
        ),
        ErrorCode.OUT_OF_MEMORY: _(
            "Not enough memory. Your document is unchanged; close other programs or take a "
            "smaller area."
        ),
        ErrorCode.WORKER_LOST: _(
            "The engine stopped unexpectedly (exit code {exit_code}). Your document is "
            "unchanged; try again."
        ),
        ErrorCode.INTERRUPTED: _(
            "The engine stopped while the job ran. Your document is unchanged; try again."
        ),
        ErrorCode.DISK_FULL: _(
            "The disk is full. What was finished is kept; free some space and try again."
        ),
        ErrorCode.ENGINE_ERROR: _(
            "The engine failed ({kind}). Your document is unchanged; the log has the details."
        ),
        ErrorCode.CANCELLED: _("Stopped."),
        ErrorCode.BACKEND_UNAVAILABLE: _("The engine is not running ({reason}). Start it."),
        ErrorCode.DATA_DIRECTORY_IN_USE: _(
            "Another Velatura (process {pid}) is using the data directory. Stop it first."
        ),
        ErrorCode.LAYERS_SKIPPED: _(
            "Left out, for want of pixels of their own: {names}. Select layers that can be painted "
            "on."
        ),
        ErrorCode.HOST_FAILED: _(
            "The editor failed at what was asked of it ({kind}). Nothing staged is lost; the log "
            "has the details."
        ),
        ErrorCode.NOT_FOUND: _("The {what} “{id}” was not found."),
    }[code]


def operation_name(
    operation: Operation, intent: Intent = Intent.NONE, translations: Translations = _ENGLISH
) -> str:
    """What the user calls it; also the accepted layer's name where there is no prompt."""
    _ = translations.gettext
    intents = {
        Intent.REMOVE: _("Remove"),
        Intent.FILL: _("Fill"),
        Intent.ADD: _("Add"),
        Intent.EXPAND: _("Extend"),
        Intent.REPLACE_BACKGROUND: _("Replace background"),
    }
    operations = {
        Operation.FILL: _("Fill"),
        Operation.RESTYLE: _("Restyle"),
        Operation.UPSCALE: _("Upscale"),
        Operation.VARY: _("Vary"),
        Operation.TILE: _("Make tileable"),
        Operation.RETARGET: _("Retarget"),
        Operation.GENERATE: _("Generate"),
        Operation.RESTORE: _("Restore"),
        Operation.RECOLOUR: _("Recolour"),
        Operation.CUT_OUT: _("Cut out"),
    }
    return intents.get(intent) or operations[operation]


def work_name(view: JobView, translations: Translations = _ENGLISH) -> str:
    """Prompt or operation, shortened: what the group of a job's layers is called."""
    return shortened(view.prompt) or operation_name(view.operation, view.intent, translations)


def missed(away: PutAway, translations: Translations = _ENGLISH) -> str:
    """Where results are that nobody has accepted."""
    plural = translations.ngettext
    text = plural(
        "{count} result discarded. It stays in the history.",
        "{count} results discarded. They stay in the history.",
        away.count,
    )
    if away.is_closed and away.name:
        text = plural(
            "“{name}” was closed with {count} result not accepted. It stays in the history.",
            "“{name}” was closed with {count} results not accepted. They stay in the history.",
            away.count,
        )
    elif away.is_closed:
        text = plural(
            "A picture was closed with {count} result not accepted. It stays in the history.",
            "A picture was closed with {count} results not accepted. They stay in the history.",
            away.count,
        )
    return text.format(count=away.count, name=away.name)


def shortened(prompt: str) -> str:
    """In one line, with at most :data:`NAME_LENGTH` characters."""
    line = " ".join(prompt.split())
    return line if len(line) <= NAME_LENGTH else line[: NAME_LENGTH - 1].rstrip() + "…"


def layer_name(view: JobView, seed: int, translations: Translations = _ENGLISH) -> str:
    """The same, and the seed."""
    return f"{work_name(view, translations)} ({seed})"
