"""The line a command ends with. Sentences are the panels'; here are those that speak of files."""

from __future__ import annotations

from velatura_plugin.ui.words import sentence
from velatura_protocol.errors import (
    BackendUnavailable,
    BadTask,
    NoSource,
    NothingSelected,
    TooLarge,
    Unsupported,
    VelaturaError,
)
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
        case BadTask() if error.params == {"field": "extent", "reason": "adds nothing"}:
            return "The picture has this shape already: there is nothing to add."
        case NoSource():
            return "Nothing is left outside the mask to take pixels from. Mask less."
        case TooLarge() if "file" in error.params:
            pixels, limit = error.params.get("pixels"), error.params.get("limit")
            return f"Too large: {pixels} pixels, where {limit} are possible. Scale it down first."
        case Unsupported() if error.params.get("what") == "prompt":
            return f"No installed engine understands words; {advice(Operation.FILL)}."
        case Unsupported() if "supported" in error.params:
            what, supported = error.params.get("what"), error.params["supported"]
            return f"Nothing that engines can run: it looks like {what}. Supported: {supported}."
        case Unsupported() if error.params.get("what") != "pickle":
            return f"Not supported: {error.params.get('what', 'this')}."
        case BackendUnavailable() if "line" in error.params:
            return f"The backend did not start: {error.params['line']}"
        case BackendUnavailable() if error.params.get("reason") in _BACKEND_REASONS:
            return _BACKEND_REASONS[str(error.params["reason"])]
        case _:
            return sentence(error)
