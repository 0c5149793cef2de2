"""Whatever a user does, in whatever order: only errors of the tree, and nothing left behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk, noise
from tests.plugin.scripted import Script
from velatura_plugin.features.each_layer import generate_each
from velatura_plugin.features.repeat import repeat
from velatura_plugin.features.retouch import Retouch
from velatura_plugin.host.base import Document
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import JobView
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Rect, Size

STEPS = 60


class Clumsy:
    """A user who presses everything."""

    def __init__(self, plugin: Desk, seed: int) -> None:
        self.plugin = plugin
        self.host = plugin.host
        self.draw = random.Random(seed)
        self.retouch = Retouch(plugin.controller)
        self.actions: list[Callable[[], object]] = [
            self.generate,
            self.generate,
            self.repeat,
            self.each_layer,
            self.toggle_retouch,
            self.retouch.tick,
            self.retouch.tick,
            self.retouch.tick,
            self.select,
            self.select,
            self.on_job(lambda view: self.controller.accept(view.job)),
            self.on_job(lambda view: self.controller.accept(view.job, copy=True)),
            self.on_job(lambda view: self.controller.accept_all(view.job)),
            self.on_job(lambda view: self.controller.discard(view.job)),
            self.on_job(lambda view: self.controller.discard(view.job, view.staging.current)),
            self.on_job(lambda view: self.controller.step_variation(view.job, 1)),
            self.on_job(lambda view: self.controller.compare(view.job, original=True)),
            self.on_job(lambda view: self.controller.compare(view.job, original=False)),
            self.on_job(lambda view: self.controller.cancel(view.job)),
            self.on_job(lambda view: self.controller.more_like_this(view.job)),
            self.on_job(lambda view: self.controller.retry(view.job)),
            self.controller.stop_all,
            self.controller.refresh,
            self.controller.read_layers,
            self.close_or_open,
            self.on_document(self.host.undo),
            self.on_document(self.host.deselect),
            self.on_document(lambda each: self.host.resize(each, self.rect(-4, 30))),
            self.on_document(self.add_layer),
            self.on_document(self.remove_layer),
            self.wait,
            self.wait,
        ]

    @property
    def controller(self):
        return self.plugin.controller

    def act(self) -> None:
        self.controller.store.attempt(self.draw.choice(self.actions))
        self.host.run_pending()

    def rect(self, first: int, last: int) -> Rect:
        x, y = self.draw.randint(first, 8), self.draw.randint(first, 8)
        return Rect(x, y, self.draw.randint(1, last), self.draw.randint(1, last))

    def on_job(self, action: Callable[[JobView], object]) -> Callable[[], object]:
        def act() -> None:
            if self.controller.state.jobs:
                action(self.draw.choice(self.controller.state.jobs))

        return act

    def on_document(self, action: Callable[[Document], object]) -> Callable[[], object]:
        def act() -> None:
            document = self.host.active_document()
            if document is not None and len(self.host.find(document.id).undo_log) > 0:
                action(document)

        return act

    def generate(self) -> str:
        accept = self.draw.random() < 0.2
        return self.controller.generate(
            replace(REMOVE, variations=self.draw.randint(1, 3), accept=accept)
        )

    def repeat(self) -> str:
        return repeat(self.controller)

    def each_layer(self) -> object:
        return generate_each(self.controller, replace(REMOVE, variations=1))

    def toggle_retouch(self) -> None:
        self.retouch.toggle(REMOVE)

    def select(self) -> None:
        document = self.host.active_document()
        if document is not None:
            self.host.select(document, self.rect(-2, 9))

    def close_or_open(self) -> None:
        document = self.host.active_document()
        if document is None or self.draw.random() < 0.5:
            self.open()
        elif self.draw.random() < 0.4:
            self.host.close(document)
            if self.draw.random() < 0.5:
                self.controller.document_closed(document.id)

    def open(self) -> None:
        self.host.select(self.host.open(noise(Size(24, 16))), Rect(8, 6, 4, 3))

    def add_layer(self, document: Document) -> None:
        region = self.rect(-2, 9)
        self.host.add_layer(document, "Paint", region, noise(region.size))

    def remove_layer(self, document: Document) -> None:
        layers = self.host.layers(document)
        if len(layers) > 1:
            self.host.remove_layer(document, layers[0].reference)

    def wait(self) -> None:
        """For whatever runs, or for half of it."""
        active = sum(each.is_active for each in self.controller.state.jobs)
        left = self.draw.choice([0, active // 2])
        self.plugin.until(
            lambda: sum(each.is_active for each in self.controller.state.jobs) <= left
        )

    def put_away(self) -> None:
        self.retouch.turn_off()
        self.plugin.until(self.is_quiet)
        for view in self.controller.state.jobs:
            self.controller.discard(view.job)

    def is_quiet(self) -> bool:
        state = self.controller.state
        return not any(each.is_active for each in state.jobs) and not state.retouch.waiting


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_left_behind(seed: int) -> None:
    settings = Settings(accept_automatically=seed % 5 == 0)
    with desk(Script(previews=2), settings=settings) as plugin:
        plugin.connect()
        codes: set[ErrorCode] = set()
        plugin.controller.subscribe(
            lambda state: codes.add(state.notice.error.code) if state.notice else None
        )
        user = Clumsy(plugin, seed)
        user.open()
        for _ in range(STEPS):
            user.act()
        user.put_away()
        assert ErrorCode.HOST_FAILED not in codes, "see the log"
        controller = plugin.controller
        assert controller.state.jobs == ()
        assert controller._jobs == {}
        for document in plugin.host.documents.values():
            assert [each.name for each in document.contents.layers if each.job] == []
