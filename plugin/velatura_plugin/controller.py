"""THE main flow: capture → submit → preview → stage → accept | discard."""

from __future__ import annotations

from collections.abc import Callable

from .client import JobClient
from .host.base import Document, Host
from .request import GenerateRequest
from .state import PanelState

Listener = Callable[[PanelState], None]


class Controller:
    """One per plug-in process. Every method is called on the UI thread; listeners are called there
    too, after each change of :attr:`state`."""

    def __init__(self, host: Host, client: JobClient) -> None: ...

    @property
    def state(self) -> PanelState: ...

    def start(self) -> None:
        """Connects; the link's progress is in the state."""

    def close(self) -> None:
        """Clears previews and staged layers, ends the connection. Jobs go on in the backend."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Returns the function that ends the subscription."""
        ...

    def refresh(self) -> None:
        """Looks at the active document and its selection again."""

    def generate(self, request: GenerateRequest, *, document: Document | None = None) -> str:
        """Captures the active document (or ``document``) and submits; returns the job's id.

        :raises velatura_protocol.errors.BadInput: before anything is sent (NothingSelected …)
        :raises velatura_protocol.errors.BackendUnavailable: no backend has been met yet
        """
        ...

    def cancel(self, job: str) -> None:
        """Variations that are finished stay staged."""

    def stop_all(self) -> None: ...

    def retry(self, job: str) -> str:
        """Submits a failed job's captured task again under a new id, which is returned."""
        ...

    def more_like_this(self, job: str) -> str:
        """The same captured task with the seeds that follow; returns the new job's id."""
        ...

    def show_variation(self, job: str, index: int) -> None: ...

    def step_variation(self, job: str, step: int) -> None:
        """The next (+1) or previous (-1) one that is left, going round."""

    def compare(self, job: str, *, original: bool) -> None:
        """While held: the document as it was."""

    def accept(self, job: str, *, copy: bool = False) -> None:
        """Makes the current variation part of the document; ``copy`` keeps the strip open."""

    def accept_all(self, job: str) -> None: ...

    def discard(self, job: str, index: int | None = None) -> None:
        """One variation, or the whole job; the document is as before."""

    def dismiss(self, job: str) -> None:
        """Takes an ended job without staged variations off the panel."""
