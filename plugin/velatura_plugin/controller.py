"""THE main flow: capture → submit → preview → stage → accept | discard."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from velatura_protocol.errors import BackendUnavailable, HostFailed, NotFound
from velatura_protocol.messages import CancelledJob, Failed, Finished

from .canvas import DocumentKeys, canvas_of, fit_together, look_at, on_layer, with_layers
from .capture.capture import CaptureContext, capture, choose_engine
from .capture.request import GenerateRequest
from .chance import Chance
from .client.events import ClientEvent, JobRefused, PreviewArrived, VariationArrived
from .client.inbox import Inbox
from .client.job_client import CLOSE_SECONDS, JobClient
from .client.order import JobOrder
from .host.base import Document, Host
from .i18n import Translations
from .settings import Settings
from .state import state as panel
from .state.staging import StagedVariation, Staging
from .state.state import JobStatus, JobView, PanelState, view_of
from .state.store import Listener, Watcher
from .state.strip import OpenJob, Strip
from .ui.wording.words import layer_name, work_name

_log = logging.getLogger(__name__)


class Controller(Strip):
    """One per plug-in process. Every method is called on the UI thread; listeners are called there
    too, after each change of :attr:`state`. ``store.attempt`` runs a user's action so that its
    error becomes the panel's notice. ``translations``: what accepted layers are called by."""

    def __init__(
        self,
        host: Host,
        client: JobClient,
        *,
        settings: Settings | None = None,
        chance: Chance | None = None,
    ) -> None:
        chance = chance or Chance()
        super().__init__(client, DocumentKeys(host, chance.new_id))
        self.settings = settings or Settings()
        self.translations = Translations()
        self.host = host
        self._chance = chance
        self._inbox = Inbox(wake=lambda: host.post(self._take_events))

    # -- life --------------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Returns the function that ends the subscription."""
        return self.store.subscribe(listener)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Like :meth:`subscribe`, for the backend's events one by one, after they took effect."""
        return self.store.watch(watcher)

    def start(self) -> None:
        """Looks at the document and begins to connect; the link's progress is in the state."""
        self.refresh()
        self._client.connect(self._inbox.put)

    def close(self, *, seconds: float = CLOSE_SECONDS) -> None:
        """Clears previews and staged layers, ends the connection, for which it waits for at most
        ``seconds``. Jobs go on in the backend."""
        with ExitStack() as steps:  # every one of them, whatever fails on the way
            steps.callback(self._client.close, seconds=seconds)
            for opened in list(self._jobs.values()):
                steps.callback(self.store.attempt, opened.canvas.clear)

    def refresh(self) -> None:
        """Looks at the active document, its selection and its active layer again."""
        self.store.apply(panel.DocumentSeen(look_at(self.host, self.state.document)))

    def read_layers(self) -> None:
        """The same and its layer tree, for lists to pick from."""
        seen = look_at(self.host, self.state.document)
        self.store.apply(panel.DocumentSeen(with_layers(self.host, seen)))

    # -- capture → submit --------------------------------------------------------------------------

    def generate(
        self,
        request: GenerateRequest,
        *,
        document: Document | None = None,
        repeatable: bool = True,
    ) -> str:
        """Captures the active document (or ``document``) and submits; returns the job's id.
        ``repeatable``: the user asked for it in person and may want the same once more.

        :raises velatura_protocol.errors.BadInput: before anything is sent (NothingSelected …)
        :raises BackendUnavailable: no backend has been met yet, so nobody knows what it can do
        """
        if not self.state.engines:
            raise BackendUnavailable(reason="not connected")
        document = document or self.host.active_document()
        if document is None:
            raise NotFound(what="document", id="")
        seed = self._chance.random_seed() if request.seed is None else request.seed
        context = CaptureContext(
            engine=choose_engine(self.state.engines, request),
            limits=self.state.limits,
            seed=seed,
            document_key=self._keys.of(document),
            previews_per_second=self.settings.preview_rate,
            preview_side=self.settings.preview_side,
        )
        if repeatable:
            self.store.apply(panel.Asked(request))
        request = on_layer(self.host, document, request)
        captured = capture(self.host, document, request, context)
        order = JobOrder(
            self._chance.new_id(), captured.task, captured.blobs, request.priority, request.live
        )
        canvas = canvas_of(self.host, document, order.job, request, self._chance.clock)
        accepts = request.accept or self.settings.accept_automatically
        return self._submit(OpenJob(order, canvas, accepts))

    def retry(self, job: str) -> str:
        """Submits a failed job's captured task again under a new id, which is returned.

        :raises NotFound: its captured pixels are gone
        """
        opened = self._captured(job)
        again = replace(opened.order, job=self._chance.new_id())
        self._settle(job)
        return self._submit(replace(opened, order=again, canvas=opened.canvas.again(again.job)))

    def more_like_this(self, job: str) -> str:
        """The same captured task with the seeds that follow; returns the new job's id.

        :raises NotFound: its captured pixels are gone
        """
        opened = self._captured(job)
        task = opened.order.task
        following = replace(task, seed=task.seed + task.variations)
        order = replace(opened.order, job=self._chance.new_id(), task=following)
        return self._submit(OpenJob(order, opened.canvas.again(order.job)))

    def cancel(self, job: str) -> None:
        """Stops it wherever it is. Variations that are finished stay staged."""
        self._client.cancel(job)
        self.store.apply(panel.CancelAsked(job))

    def stop_all(self) -> None:
        for view in self.state.jobs:
            if view.is_active:
                self.cancel(view.job)

    def document_key(self, document: Document) -> str:
        """The key its history is filed under, whether it is stored with it already or not."""
        return self._keys.of(document)

    def _captured(self, job: str) -> OpenJob:
        if self.store.view(job).is_restored:
            raise NotFound(what="blob", id=job)
        return self._opened(job)

    def _submit(self, opened: OpenJob) -> str:
        order, document = opened.order, opened.canvas.document
        self._forget_failed()
        self.adopt(opened, view_of(order.job, order.task, document.id))
        self._client.submit(order)
        return order.job

    # -- preview → stage ---------------------------------------------------------------------------

    def _take_events(self) -> None:
        """What the client has told since last time; listeners hear of it once."""
        with self.store.together():
            for event in self._inbox.take():
                try:
                    self._take(event)
                except Exception as error:
                    # An editor's interface can fail in ways nobody has foreseen; what other events
                    # say must not be lost over it.
                    _log.exception("an event was not dealt with")
                    self._complain(HostFailed(kind=type(error).__name__))

    def _take(self, event: ClientEvent) -> None:
        before = self.state
        self.store.apply(event)
        self._follow(before, event)
        self.store.publish(event)

    def _follow(self, before: PanelState, event: ClientEvent) -> None:
        """What an event asks of the canvas and of the client."""
        match event:
            case PreviewArrived():
                self._on_canvas(event.job, lambda: self._show_preview(event))
            case VariationArrived():
                self._stage(before, event)
                self._client.acknowledge(event.job, event.seq)
            case Finished() | Failed() | CancelledJob():
                self._finish(event.job)
                self._client.acknowledge(event.job, event.seq)
            case JobRefused():
                self._finish(event.job)
            case _:
                pass

    def _show_preview(self, event: PreviewArrived) -> None:
        """Never in place of a staged variation."""
        view = self.state.job(event.job)
        wanted = self.settings.previews and self.settings.canvas_previews
        if view and view.is_active and not view.is_staging and wanted:
            self._opened(event.job).canvas.show_preview(event.frame)

    def hide_previews(self) -> None:
        """Takes those off the canvas that are on it; the settings say whether more may come."""
        for view in self.state.jobs:
            if view.is_active and not view.is_staging:
                self._on_canvas(view.job, self._opened(view.job).canvas.clear)

    def _stage(self, before: PanelState, event: VariationArrived) -> None:
        """The first variation goes onto the canvas, or into the document; later ones wait in the
        strip."""
        old, new = before.job(event.job), self.state.job(event.job)
        if not (old and new) or old.staging.current == new.staging.current:
            return
        is_first = not old.staging.ready and not old.staging.discarded
        if is_first and self._opened(event.job).accepts:
            self._on_canvas(event.job, lambda: self.accept(event.job, copy=True))
        else:
            self._on_canvas(event.job, lambda: self._show_current(event.job))

    def _finish(self, job: str) -> None:
        """What has nothing to offer any more leaves the panel; a failed job stays, to be tried
        again."""
        view = self.state.job(job)
        if view is None or not view.status.is_end:
            return
        if not view.staging.variations:
            self._on_canvas(job, self._opened(job).canvas.clear)
            if (view.status is not JobStatus.FAILED or view.is_restored) and job in self._jobs:
                self._drop(job)
        elif self._opened(job).accepts and not view.staging.unkept:
            self._on_canvas(job, lambda: self._settle(job))

    # -- accept | discard --------------------------------------------------------------------------

    def accept(self, job: str, *, copy: bool = False) -> None:
        """Makes the current variation part of the document, if it is not already; ``copy`` keeps
        the strip open, and makes one more.

        :raises NotFound: nothing is staged
        :raises VelaturaError: the host could not; the variation stays staged
        """
        view = self.store.view(job)
        shown = view.staging.shown
        if shown is None:
            raise NotFound(what="variation", id="")
        if copy or not shown.kept:
            self._accept(view, shown)
        if copy:
            self._keep(job, shown)
        else:
            self._settle(job)

    def accept_all(self, job: str) -> None:
        """Those that are here and not accepted yet: as a group of layers, in one undo step, where
        they can be one.

        :raises NotFound: nothing is staged
        :raises VelaturaError: the host could not; what it has not taken stays staged
        """
        view = self.store.view(job)
        if not view.staging.variations:
            raise NotFound(what="variation", id="")
        unkept = [(each, each.content) for each in view.staging.unkept if each.content is not None]
        if fit_together([content for _, content in unkept]):
            canvas = self._opened(job).canvas
            words, key = self.translations, self._keys.of(canvas.document)
            named = [(layer_name(view, each.seed, words), content) for each, content in unkept]
            canvas.accept_all(named, name=work_name(view, words), document_key=key)
        else:
            self._accept_one_by_one(view)
        self._settle(job)

    def _accept_one_by_one(self, view: JobView) -> None:
        for variation in view.staging.unkept:
            self._accept(view, variation)
            self._keep(view.job, variation)

    def _keep(self, job: str, variation: StagedVariation) -> None:
        """In the strip of now: an editor may take further events from within its own calls."""
        staging = self.store.view(job).staging
        self.store.apply(panel.StagingChanged(job, staging.keeping(variation.index)))

    def discard(self, job: str, index: int | None = None) -> None:
        """One variation, or the whole job; the document is as before."""
        view = self.store.view(job)
        staging = Staging() if index is None else view.staging.discarding(index)
        if index is None or (not staging.variations and not view.is_active):
            self._settle(job)
            self._put_away(panel.PutAway(view.document, len(view.staging.unkept)))
        elif staging.current is None:
            self.store.apply(panel.StagingChanged(job, staging))
            self._opened(job).canvas.clear()
        else:
            self._restage(view, staging)

    def _accept(self, view: JobView, variation: StagedVariation) -> None:
        canvas = self._opened(view.job).canvas
        if variation.content is None:
            raise NotFound(what="variation", id=str(variation.index))
        grown = canvas.accept(
            variation.content,
            name=layer_name(view, variation.seed, self.translations),
            document_key=self._keys.of(canvas.document),
        )
        if grown is not None:
            self._canvas_grew(canvas.document, grown)
