"""Every error that may cross a border, as one tree; each leaf owns its wire code.

    VelaturaError
    ├── BadInput            what the user or client handed in; retrying the same is useless
    │   ├── BadMessage      not a well-formed message
    │   ├── BadTask         a task that contradicts itself or its engine
    │   ├── NothingSelected · MaskMismatch · TooLarge · Unsupported · NotFound
    │   ├── UnreadableFile · UnwritableFile · LayersSkipped
    │   ├── ModelDamaged · NoModel · LicenceNotAccepted
    ├── Refused             the other side will not talk
    │   ├── Unauthorised · VersionMismatch · NotYourJob · LimitExceeded
    ├── JobFailed           the work itself went wrong
    │   ├── NoSource · OutOfMemory · WorkerLost · Interrupted · DiskFull · EngineError
    │   ├── DownloadFailed · Withheld
    ├── Cancelled
    ├── BackendUnavailable  none running, or it died
    ├── HostFailed          the editor did something nobody expected
    └── DataDirectoryInUse

The wire carries ``code``, ``params`` and ``retryable``, never a sentence, a path, a prompt or a
traceback; panels and the command line own the words (``velatura_plugin.ui.wording.words``).
"""

from __future__ import annotations

from enum import Enum


class ErrorCode(Enum):
    BAD_MESSAGE = "bad_message"
    BAD_TASK = "bad_task"
    NOTHING_SELECTED = "nothing_selected"
    MASK_MISMATCH = "mask_mismatch"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    UNREADABLE_FILE = "unreadable_file"
    UNWRITABLE_FILE = "unwritable_file"
    NOT_FOUND = "not_found"
    UNAUTHORISED = "unauthorised"
    VERSION_MISMATCH = "version_mismatch"
    NOT_YOUR_JOB = "not_your_job"
    LIMIT_EXCEEDED = "limit_exceeded"
    NO_SOURCE = "no_source"
    OUT_OF_MEMORY = "out_of_memory"
    WORKER_LOST = "worker_lost"
    INTERRUPTED = "interrupted"
    DISK_FULL = "disk_full"
    ENGINE_ERROR = "engine_error"
    CANCELLED = "cancelled"
    BACKEND_UNAVAILABLE = "backend_unavailable"
    DATA_DIRECTORY_IN_USE = "data_directory_in_use"
    LAYERS_SKIPPED = "layers_skipped"
    HOST_FAILED = "host_failed"
    MODEL_DAMAGED = "model_damaged"
    NO_MODEL = "no_model"
    LICENCE_NOT_ACCEPTED = "licence_not_accepted"
    DOWNLOAD_FAILED = "download_failed"
    WITHHELD = "withheld"


class VelaturaError(Exception):
    """Base of the tree. ``params`` are plain values that a sentence can be built from; of the codes
    in :mod:`velatura_protocol.faults`, their values."""

    code: ErrorCode = ErrorCode.ENGINE_ERROR
    retryable: bool = False

    def __init__(self, /, **params: str | int | float) -> None:
        self.params: dict[str, str | int | float] = {
            name: value.value if isinstance(value, Enum) else value
            for name, value in params.items()
        }
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        super().__init__(f"{self.code.value}({details})" if details else self.code.value)


class BadInput(VelaturaError):
    code = ErrorCode.BAD_TASK


class BadMessage(BadInput):
    """``reason``: what is wrong; ``at``: where in the message, ``$.field[2]``."""

    code = ErrorCode.BAD_MESSAGE


class BadTask(BadInput):
    """``field`` and ``reason``: a :class:`~.faults.TaskFault`, or a technical text for what no
    panel sends."""

    code = ErrorCode.BAD_TASK


class NothingSelected(BadInput):
    code = ErrorCode.NOTHING_SELECTED


class MaskMismatch(BadInput):
    """``mask_width``, ``mask_height``, ``width``, ``height``."""

    code = ErrorCode.MASK_MISMATCH


class TooLarge(BadInput):
    """``pixels``, ``limit``: both in pixels."""

    code = ErrorCode.TOO_LARGE


class Unsupported(BadInput):
    """``what``: an operation or an intent that nobody here can do, or an
    :class:`~.faults.UnsupportedWhat`. With ``name``, a model's: why it cannot be used here, a
    :class:`~.faults.ModelFault`."""

    code = ErrorCode.UNSUPPORTED


class UnreadableFile(BadInput):
    """``reason``: of a model a :class:`~.faults.ModelFault`, of a picture that an editor is to open
    a :class:`~.faults.FileFault`. A file's name does not cross the wire."""

    code = ErrorCode.UNREADABLE_FILE


class UnwritableFile(BadInput):
    """``reason``: the folder is missing or read-only. Local only, like :class:`UnreadableFile`."""

    code = ErrorCode.UNWRITABLE_FILE


class LayersSkipped(BadInput):
    """``names`` of layers that were left out of what was asked for all that are selected, as one
    text; ``count`` of them. Local only."""

    code = ErrorCode.LAYERS_SKIPPED


class NotFound(BadInput):
    """``what``: a :class:`~.faults.NotFoundWhat`; ``id``."""

    code = ErrorCode.NOT_FOUND


class ModelDamaged(BadInput):
    """``model``: its id; ``file`` of it, as the model's own listing names it; ``reason``: a
    :class:`~.faults.ModelFault`, and that one's parameters."""

    code = ErrorCode.MODEL_DAMAGED


class NoModel(BadInput):
    """Nothing installed can do it. ``name`` and ``bytes`` of the smallest model that would,
    ``model``: its id in the manifest; all of them empty or 0 where there is none. Then ``kind``
    says what sort of model it takes, as :class:`~.messages.ModelInfo` does, and ``detail`` which
    of them: the kind of control, or the name of the adapter that an image encoder is for."""

    code = ErrorCode.NO_MODEL


class LicenceNotAccepted(BadInput):
    """``licence``: its name; ``model``: the id of what is under it."""

    code = ErrorCode.LICENCE_NOT_ACCEPTED


class Refused(VelaturaError):
    code = ErrorCode.UNAUTHORISED


class Unauthorised(Refused):
    code = ErrorCode.UNAUTHORISED


class VersionMismatch(Refused):
    """``ours`` and ``theirs``: protocol versions, ``"1.0"``."""

    code = ErrorCode.VERSION_MISMATCH


class NotYourJob(Refused):
    code = ErrorCode.NOT_YOUR_JOB


class LimitExceeded(Refused):
    """``limit``: its name; ``value`` and ``maximum``."""

    code = ErrorCode.LIMIT_EXCEEDED


class JobFailed(VelaturaError):
    code = ErrorCode.ENGINE_ERROR


class NoSource(JobFailed):
    """Nothing is left outside the mask to take pixels from."""

    code = ErrorCode.NO_SOURCE


class OutOfMemory(JobFailed):
    """``device``; ``needed`` and ``free`` in bytes where known."""

    code = ErrorCode.OUT_OF_MEMORY
    retryable = True


class WorkerLost(JobFailed):
    """The worker process died. ``exit_code`` (negative: the signal)."""

    code = ErrorCode.WORKER_LOST
    retryable = True


class Interrupted(JobFailed):
    """The backend stopped while the job ran."""

    code = ErrorCode.INTERRUPTED
    retryable = True


class DiskFull(JobFailed):
    code = ErrorCode.DISK_FULL
    retryable = True


class EngineError(JobFailed):
    """``engine``, ``kind``: the exception's class name. The traceback is in the log."""

    code = ErrorCode.ENGINE_ERROR
    retryable = True


class DownloadFailed(JobFailed):
    """``reason``: a :class:`~.faults.DownloadFault`. What has come is kept, for the next attempt,
    unless its hash is wrong."""

    code = ErrorCode.DOWNLOAD_FAILED
    retryable = True


class Withheld(JobFailed):
    """The safety filter that the user switched on took the result for explicit."""

    code = ErrorCode.WITHHELD


class Cancelled(VelaturaError):
    """``phase``: where it stopped."""

    code = ErrorCode.CANCELLED


class BackendUnavailable(VelaturaError):
    """``reason``."""

    code = ErrorCode.BACKEND_UNAVAILABLE
    retryable = True


class HostFailed(VelaturaError):
    """``kind``: the exception's class name. Local only; the traceback is in the log."""

    code = ErrorCode.HOST_FAILED


class DataDirectoryInUse(VelaturaError):
    """``pid`` of the other backend."""

    code = ErrorCode.DATA_DIRECTORY_IN_USE


_LEAVES: tuple[type[VelaturaError], ...] = (
    BadMessage,
    BadTask,
    NothingSelected,
    MaskMismatch,
    TooLarge,
    Unsupported,
    UnreadableFile,
    UnwritableFile,
    NotFound,
    Unauthorised,
    VersionMismatch,
    NotYourJob,
    LimitExceeded,
    NoSource,
    OutOfMemory,
    WorkerLost,
    Interrupted,
    DiskFull,
    EngineError,
    Cancelled,
    BackendUnavailable,
    DataDirectoryInUse,
    LayersSkipped,
    HostFailed,
    ModelDamaged,
    NoModel,
    LicenceNotAccepted,
    DownloadFailed,
    Withheld,
)


def error_from_code(code: ErrorCode, params: dict[str, str | int | float]) -> VelaturaError:
    """The exception that a wire error stands for."""
    leaf = next(each for each in _LEAVES if each.code is code)
    return leaf(**params)
