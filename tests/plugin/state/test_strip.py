"""Flipping through what is finished, over the memory host and a scripted backend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from velatura_plugin.state.strip import Strip
from velatura_protocol.errors import NotFound


@pytest.fixture
def plugin() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def test_flipping_shows_each_variation(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    first = plugin.host.flatten(document)
    plugin.controller.step_variation(job, 1)
    second = plugin.host.flatten(document)
    assert first != second
    plugin.controller.step_variation(job, 1)
    assert plugin.host.flatten(document) == first
    plugin.controller.show_variation(job, 1)
    assert plugin.host.flatten(document) == second
    with pytest.raises(NotFound):
        plugin.controller.show_variation(job, 7)


def test_compare_shows_the_original_while_held(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    before = plugin.host.flatten(document)
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    staged = plugin.host.flatten(document)
    plugin.controller.compare(job, original=True)
    assert plugin.host.flatten(document) == before
    plugin.controller.compare(job, original=False)
    assert plugin.host.flatten(document) == staged


def test_a_job_that_has_left_is_not_found(plugin: Desk) -> None:
    strip: Strip = plugin.controller
    with pytest.raises(NotFound):
        strip.step_variation("gone", 1)
