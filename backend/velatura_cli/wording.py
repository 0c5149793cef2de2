"""The line a command ends with. Sentences are the panels'; here are those that speak of files."""

from __future__ import annotations

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.wording.fault_words import fault_of, model_clause
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.errors import (
    BackendUnavailable,
    BadTask,
    NoSource,
    NothingSelected,
    TooLarge,
    Unsupported,
    VelaturaError,
)
from velatura_protocol.faults import ModelFault, TaskFault, UnsupportedWhat
from velatura_protocol.tasks import Operation

from .model_advice import advice

_BACKEND_REASONS = {
    "data_directory_not_writable": (
        "The data directory cannot be made or written to. Set VELATURA_DATA_DIR to another one."
    ),
    "data_directory_not_owned": (
        "The data directory belongs to somebody else. Set VELATURA_DATA_DIR to one of your own."
    ),
    "data_directory_not_private": (
        "The data directory is open to others and holds other things. "
        "Set VELATURA_DATA_DIR to an empty folder."
    ),
}


def error_line(error: VelaturaError, *, mask_from_alpha: bool = False) -> str:
    """What happened and what to do, without a line break."""
    return " ".join(_sentence(error, mask_from_alpha=mask_from_alpha).split())


def _sentence(error: VelaturaError, *, mask_from_alpha: bool) -> str:
    match error:
        case NothingSelected() if mask_from_alpha:
            return "Nothing in this picture is transparent. Give a mask file instead of alpha."
        case NothingSelected():
            return "The mask is empty. Paint white what is to be edited."
        case BadTask() if error.params.get("reason") == TaskFault.NOTHING_ADDED.value:
            return "The picture has this shape already: there is nothing to add."
        case NoSource():
            return "Nothing is left outside the mask to take pixels from. Mask less."
        case TooLarge() if "file" in error.params:
            pixels, limit = error.params.get("pixels"), error.params.get("limit")
            return f"Too large: {pixels} pixels, where {limit} are possible. Scale it down first."
        case Unsupported() if error.params.get("what") == UnsupportedWhat.PROMPT.value:
            return f"No installed engine understands words; {advice(Operation.FILL)}."
        case Unsupported() if "supported" in error.params:
            return _unusable(error)
        case Unsupported() if not _is_code(error.params.get("what")):
            return f"Not supported: {error.params.get('what', 'this')}."
        case BackendUnavailable() if "line" in error.params:
            return f"The backend did not start: {error.params['line']}"
        case BackendUnavailable() if error.params.get("reason") in _BACKEND_REASONS:
            return _BACKEND_REASONS[str(error.params["reason"])]
        case _:
            return sentence(error)


def _is_code(what: object) -> bool:
    return fault_of(UnsupportedWhat, what) is not None or fault_of(ModelFault, what) is not None


def _unusable(error: Unsupported) -> str:
    """A file that is no model for any engine: what it is instead, and what would do."""
    clause = model_clause(error.params.get("what"), error.params, Translations())
    supported = str(error.params["supported"])
    if supported != "safetensors":
        supported = f"checkpoints, adapters and VAEs of {supported}; upscalers; as safetensors"
    return f"Nothing that engines can run: {clause}. Supported: {supported}."
