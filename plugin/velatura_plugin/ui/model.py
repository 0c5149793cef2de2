"""What a panel shows, ready to be drawn: every string, and for every control whether and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from velatura_protocol.pixels import Pixels


class Tone(Enum):
    """Shown by a shape as well as by a colour."""

    QUIET = "quiet"
    BUSY = "busy"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


class Action(Enum):
    """What a button asks for; the view hands it to the controller's owner."""

    GENERATE = "generate"
    STOP = "stop"
    START_BACKEND = "start_backend"
    STOP_START = "stop_start"
    INSTALL = "install"
    RETRY_NOW = "retry_now"
    RETRY_JOB = "retry_job"
    RESTART_BACKEND = "restart_backend"
    DISMISS = "dismiss"
    PREVIOUS = "previous"
    NEXT = "next"
    COMPARE = "compare"
    ACCEPT = "accept"
    ACCEPT_COPY = "accept_copy"
    ACCEPT_ALL = "accept_all"
    DISCARD = "discard"
    DISCARD_ALL = "discard_all"
    MORE = "more"


@dataclass(frozen=True)
class Control:
    """A button. ``reason`` is why it is disabled, shown beside it; never empty then."""

    action: Action
    label: str
    enabled: bool = True
    reason: str = ""


@dataclass(frozen=True)
class StatusLine:
    """The dot with its word, a sentence under it, and what can be done about it."""

    word: str
    tone: Tone
    sentence: str = ""
    detail: str = ""
    actions: tuple[Control, ...] = ()


@dataclass(frozen=True)
class ProgressLine:
    """``fraction`` None: under way, nobody knows how far."""

    text: str
    fraction: float | None = None


@dataclass(frozen=True)
class NoticeBox:
    """Plain text, never markup. ``job``: what :attr:`Action.RETRY_JOB` is about."""

    text: str
    tone: Tone
    actions: tuple[Control, ...] = ()
    job: str = ""


@dataclass(frozen=True)
class Thumbnail:
    """``name`` is for screen readers. ``pixels`` None: not here yet."""

    index: int
    name: str
    pixels: Pixels | None
    is_current: bool = False
    is_kept: bool = False


@dataclass(frozen=True)
class Strip:
    """The variations of one job. ``asks_before_discard``: more than one would be lost."""

    job: str
    title: str
    thumbnails: tuple[Thumbnail, ...]
    position: str
    controls: tuple[Control, ...]
    failures: str = ""
    asks_before_discard: bool = False


@dataclass(frozen=True)
class ViewModel:
    """``announcement``: what a screen reader is told when it changes; phases, never percentages.
    ``stop`` is there while anything runs."""

    status: StatusLine
    generate: Control
    hint: str = ""
    stop: Control | None = None
    progress: ProgressLine | None = None
    notice: NoticeBox | None = None
    strips: tuple[Strip, ...] = ()
    preview: Pixels | None = None
    announcement: str = ""
