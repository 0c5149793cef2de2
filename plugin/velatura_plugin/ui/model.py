"""What a panel shows, ready to be drawn: every string, and for every control whether and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from velatura_protocol.parameters import ParameterValue
from velatura_protocol.pixels import Pixels, Transfer


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
    CANCEL_JOB = "cancel_job"
    REPEAT = "repeat"
    EACH_LAYER = "each_layer"
    FILL_TRANSPARENT = "fill_transparent"
    OPEN_SETTINGS = "open_settings"
    CLOSE_SETTINGS = "close_settings"
    OPEN_HISTORY = "open_history"
    OPEN_FULL_HISTORY = "open_full_history"
    CLOSE_HISTORY = "close_history"
    RESTORE = "restore"
    FAVOURITE = "favourite"
    FORGET = "forget"
    STOP_BACKEND = "stop_backend"
    TOGGLE_PREVIEWS = "toggle_previews"
    CLOSE_WELCOME = "close_welcome"
    FREE_MEMORY = "free_memory"
    OPEN_MODELS = "open_models"
    CLOSE_MODELS = "close_models"
    GET_MODEL = "get_model"
    STOP_MODEL = "stop_model"
    VERIFY_MODEL = "verify_model"
    REMOVE_MODEL = "remove_model"
    TAKE_IN_MODELS = "take_in_models"


@dataclass(frozen=True)
class Control:
    """A button. ``reason`` is why it is disabled, shown beside it; never empty then."""

    action: Action
    label: str
    enabled: bool = True
    reason: str = ""


class FieldKind(Enum):
    """Which widget a field is, and what type its value has."""

    CHOICE = "choice"
    """One of ``options``; the value is its id. A ``placeholder`` is the entry which picks a file:
    the value is its path then, after ``file:``."""
    GALLERY = "gallery"
    """The same, by their pictures."""
    PROMPT = "prompt"
    """Several lines of text, with ``options`` as the history that up and down go through."""
    TEXT = "text"
    """One line."""
    INTEGER = "integer"
    DECIMAL = "decimal"
    SLIDER = "slider"
    """An integer from ``minimum`` to ``maximum``, both given."""
    SWITCH = "switch"
    """A bool."""
    SEED = "seed"
    """An integer; -1 is a new one each time, which ``options`` has the words for. The placeholder
    is the seed of before."""
    COLOUR = "colour"
    """``#rrggbb``."""
    PALETTE = "palette"
    """A tuple of ``#rrggbb``."""
    FILE = "file"
    """A path, empty for none."""


@dataclass(frozen=True)
class Option:
    """``depth`` indents it, for trees of layers. ``picture``: what it looks like, a small PNG or
    JPEG; empty for none."""

    id: str
    label: str
    help: str = ""
    depth: int = 0
    picture: bytes = b""


@dataclass(frozen=True)
class Field:
    """A control that holds a value. ``id`` is what an edit is reported under: ``task``, ``engine``,
    ``prompt``, ``parameter:NAME``, ``role:NAME``, ``setting:NAME`` … ``help`` is the tooltip and
    the accessible description; ``reason`` is why it is disabled, and ``note`` what is always to be
    known about it: both are shown beside it."""

    id: str
    kind: FieldKind
    label: str
    value: ParameterValue
    help: str = ""
    placeholder: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    options: tuple[Option, ...] = ()
    enabled: bool = True
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Form:
    """``main`` is always seen; ``more`` is folded away under «More»."""

    main: tuple[Field, ...] = ()
    more: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Page:
    """Settings, in place of the panel's form while it is open. ``facts`` are lines to read and to
    copy: versions, the data directory, the log."""

    title: str
    sections: tuple[tuple[str, tuple[Field, ...]], ...]
    facts: tuple[str, ...] = ()
    actions: tuple[Control, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """A job that has not ended. ``cancel`` removes it from the queue or stops it."""

    job: str
    text: str
    cancel: Control


@dataclass(frozen=True)
class HistoryItem:
    """``when`` is in words. ``controls``: restore, favourite, forget. ``cover``: its first
    thumbnail, once it is here. ``question`` is asked before it is forgotten, in its row."""

    job: str
    title: str
    when: str
    is_favourite: bool = False
    controls: tuple[Control, ...] = ()
    cover: Pixels | None = None
    question: str = ""


@dataclass(frozen=True)
class History:
    """The document's earlier results, or all there are, in place of the form while it is open.
    ``empty`` is what is said where there are none; ``other`` leads to the other list."""

    title: str
    items: tuple[HistoryItem, ...]
    empty: str = ""
    close: Control | None = None
    other: Control | None = None


@dataclass(frozen=True)
class ModelItem:
    """A model, or a program whose models can be used. ``model`` is what its controls are about.
    ``link``: where its licence is. ``question`` is asked before it is removed, in its row.
    ``fields``: what only the user can tell of it."""

    model: str
    title: str
    text: str
    controls: tuple[Control, ...] = ()
    progress: ProgressLine | None = None
    link: str = ""
    question: str = ""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class ModelsPage:
    """In place of the form while it is open. ``note``: what is to be known before all else;
    ``empty``: what is said where nothing is listed."""

    title: str
    items: tuple[ModelItem, ...]
    note: str = ""
    empty: str = ""
    close: Control | None = None


@dataclass(frozen=True)
class Welcome:
    """First run: facts, and the one thing to do."""

    facts: tuple[str, ...]
    action: Control | None = None


@dataclass(frozen=True)
class StatusLine:
    """The dot with its word, a sentence under it, and what can be done about it. ``detail`` is
    behind the word; where there is no sentence, nothing of it is seen before that is clicked."""

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
    """Plain text, never markup. ``job``: what :attr:`Action.RETRY_JOB` is about. ``detail``: codes,
    versions and last log lines for the «Details» fold, copied as one block; often empty."""

    text: str
    tone: Tone
    actions: tuple[Control, ...] = ()
    job: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Thumbnail:
    """``name`` is for screen readers. ``pixels`` None: not here yet. ``is_best``: of several, the
    one that fits its surroundings best."""

    index: int
    name: str
    pixels: Pixels | None
    is_current: bool = False
    is_kept: bool = False
    is_best: bool = False


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
    discard_question: str = ""
    """What is asked then, inside of the panel; never a dialog."""


@dataclass(frozen=True)
class ViewModel:
    """``announcement``: what a screen reader is told when it changes; phases, never percentages.
    ``stop`` is there while anything runs. ``menu``: what the arrow beside the button opens.
    ``queue``: every unfinished job of this panel's document, where there is more than one.
    ``settings``, ``history`` and ``models``: the page that is open in place of the form, if any."""

    status: StatusLine
    generate: Control
    form: Form = Form()
    menu: tuple[Control, ...] = ()
    tools: tuple[Control, ...] = ()
    """Small buttons at the head of the panel: history, settings."""
    hint: str = ""
    stop: Control | None = None
    progress: ProgressLine | None = None
    queue: tuple[Waiting, ...] = ()
    notice: NoticeBox | None = None
    strips: tuple[Strip, ...] = ()
    preview: Pixels | None = None
    preview_transfer: Transfer | None = None
    """Of the samples of ``preview``; None as is usual for their depth."""
    welcome: Welcome | None = None
    settings: Page | None = None
    history: History | None = None
    models: ModelsPage | None = None
    announcement: str = ""
