"""Results that are accepted without being asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from tests.plugin.scripted import Script
from velatura_plugin.host.base import Document
from velatura_plugin.settings import Settings
from velatura_protocol.errors import OutOfMemory
from velatura_protocol.geometry import Rect

ONE = replace(REMOVE, variations=1)


@pytest.fixture
def plugin() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def names(plugin: Desk, document: Document) -> list[str]:
    return [each.name for each in plugin.host.layers(document)]


def automatic(script: Script | None = None):
    return desk(script, settings=Settings(accept_automatically=True))


def test_the_first_variation_is_accepted_as_soon_as_it_is_here() -> None:
    """The others wait in the strip, for who wants to look."""
    with automatic(Script(hold={"result-1"})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(replace(REMOVE, variations=3))
        plugin.until(lambda: names(plugin, document) == ["Remove (10)", "Background"])
        plugin.backend.release("result-1")
        view = plugin.finish(job)
        assert [each.kept for each in view.staging.variations] == [True, False, False]
        plugin.controller.step_variation(job, 1)
        plugin.controller.accept(job)
        assert names(plugin, document) == ["Remove (11)", "Remove (10)", "Background"]
        assert plugin.controller.state.jobs == ()


def test_what_is_in_the_document_is_not_accepted_twice() -> None:
    with automatic() as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.finish(plugin.controller.generate(REMOVE)).job
        plugin.controller.accept(job)
        assert names(plugin, document) == ["Remove (10)", "Background"]
        assert plugin.controller.state.jobs == ()


def test_the_first_one_that_did_not_fail_is_the_first() -> None:
    with automatic(Script(errors={0: OutOfMemory(device="cpu")})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.controller.state.job(job) is None)
        assert names(plugin, document) == ["Remove (11)", "Background"]


def test_a_request_can_ask_for_it(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.controller.generate(replace(ONE, accept=True, group="Retouch"))
    plugin.until(lambda: plugin.controller.state.job(job) is None)
    assert names(plugin, document) == ["Retouch", "Remove (10)", "Background"]


def test_all_are_one_undo_step(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.finish(plugin.controller.generate(REMOVE)).job
    before, steps = (
        plugin.host.capture(document, REMOVE.sample_source, Rect.of_size(document.size)),
        len(plugin.host.documents[document.id].undo_log),
    )
    plugin.controller.accept_all(job)
    layers = plugin.host.layers(document)
    assert [(each.name, each.depth, each.is_visible) for each in layers] == [
        ("Remove", 0, True),
        ("Remove (10)", 1, True),
        ("Remove (11)", 1, False),
        ("Background", 0, True),
    ]
    assert len(plugin.host.documents[document.id].undo_log) == steps + 1
    plugin.host.undo(document)
    assert plugin.host.flatten(document) == before
