"""One result after another with the same layer active: each sees those before, and lies on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk, noise
from tests.plugin.scripted import Script
from tests.plugin.scripted_jobs import inverted
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import Document, LayerKind
from velatura_plugin.host.samples import crop
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import SampleSource

ONE = replace(REMOVE, variations=1)
FIRST, SECOND = Rect(8, 6, 4, 3), Rect(10, 7, 5, 4)
BOTH = FIRST.intersection(SECOND)


@pytest.fixture
def plugin() -> Iterator[Desk]:
    with desk() as opened:
        opened.connect()
        yield opened


@pytest.fixture
def document(plugin: Desk) -> Document:
    return plugin.open()


def removed(plugin: Desk, document: Document, region: Rect, request: GenerateRequest = ONE) -> str:
    """Accepted; the reference of what it became."""
    before = {each.reference for each in plugin.host.layers(document)}
    plugin.host.select(document, region)
    job = plugin.controller.generate(request)
    plugin.finish(job)
    plugin.controller.accept(job)
    return next(
        each.reference
        for each in plugin.host.layers(document)
        if each.reference not in before and each.kind is not LayerKind.GROUP
    )


def pixels(plugin: Desk, document: Document, reference: str, region: Rect) -> bytes:
    contents = plugin.host.documents[document.id].contents
    found = contents.get(reference)
    assert found is not None
    (patch,) = found.patches
    return crop(patch.pixels, patch.region, region)


def seen(plugin: Desk, document: Document, region: Rect) -> bytes:
    return crop(plugin.host.flatten(document), Rect.of_size(document.size), region)


def tree(plugin: Desk, document: Document) -> list[str]:
    return [each.reference for each in plugin.host.layers(document)]


def test_the_second_sees_the_first_and_lies_on_it(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    first = removed(plugin, document, FIRST)
    between = seen(plugin, document, BOTH)
    second = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [second, first, bottom]
    assert pixels(plugin, document, second, BOTH) == inverted(between, 0)
    active = plugin.host.active_layer(document)
    assert active is not None
    assert active.reference == bottom


def test_the_third_after_the_second_was_undone(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    first = removed(plugin, document, FIRST)
    between = seen(plugin, document, BOTH)
    removed(plugin, document, SECOND)
    plugin.host.undo(document)
    third = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [third, first, bottom]
    assert pixels(plugin, document, third, BOTH) == inverted(between, 0)


def test_a_first_that_is_deleted_is_not_seen(plugin: Desk, document: Document) -> None:
    original = seen(plugin, document, BOTH)
    first = removed(plugin, document, FIRST)
    plugin.host.remove_layer(document, first)
    second = removed(plugin, document, SECOND)
    assert pixels(plugin, document, second, BOTH) == inverted(original, 0)


def test_a_first_that_is_deleted_while_the_second_runs() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        plugin.connect()
        document = plugin.open()
        (bottom,) = tree(plugin, document)
        plugin.backend.release("result-0")
        first = removed(plugin, document, FIRST)
        plugin.host.select(document, SECOND)
        job = plugin.controller.generate(ONE)
        plugin.host.remove_layer(document, first)
        plugin.finish(job)
        plugin.controller.accept(job)
        assert tree(plugin, document)[1:] == [bottom]


def test_the_first_may_be_the_active_one(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    first = removed(plugin, document, FIRST)
    second = removed(plugin, document, SECOND)
    between = seen(plugin, document, BOTH)
    plugin.host.mark_layers(document, first)
    third = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [third, second, first, bottom]
    assert pixels(plugin, document, third, BOTH) == inverted(between, 0)


def test_a_hidden_one_is_not_seen(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    original = seen(plugin, document, BOTH)
    first = removed(plugin, document, FIRST)
    plugin.host.hide_layer(document, first)
    second = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [first, second, bottom]
    assert pixels(plugin, document, second, BOTH) == inverted(original, 0)


def test_the_users_own_layer_ends_the_pile(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    first = removed(plugin, document, FIRST)
    between = seen(plugin, document, BOTH)
    own = plugin.host.add_layer(document, "Paint", SECOND, noise(SECOND.size, seed=5))
    over = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [over, own, first, bottom]
    plugin.host.mark_layers(document, bottom)
    second = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [over, own, second, first, bottom]
    assert pixels(plugin, document, second, BOTH) == inverted(between, 0)


def test_a_group_of_variations_is_part_of_the_pile(plugin: Desk, document: Document) -> None:
    plugin.host.select(document, FIRST)
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    plugin.controller.accept_all(job)
    between = seen(plugin, document, BOTH)
    group, *inside, bottom = tree(plugin, document)
    second = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [second, group, *inside, bottom]
    assert pixels(plugin, document, second, BOTH) == inverted(between, 0)


def test_a_pile_ends_with_its_group(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    first = removed(plugin, document, FIRST, replace(ONE, group="Retouch"))
    between = seen(plugin, document, BOTH)
    group = tree(plugin, document)[0]
    over = removed(plugin, document, SECOND)
    plugin.host.mark_layers(document, first)
    second = removed(plugin, document, SECOND)
    assert tree(plugin, document) == [over, group, second, first, bottom]
    assert pixels(plugin, document, second, BOTH) == inverted(between, 0)


@pytest.mark.parametrize("source", [SampleSource.VISIBLE, SampleSource.LAYER])
def test_other_sources_are_as_they_were(
    plugin: Desk, document: Document, source: SampleSource
) -> None:
    (bottom,) = tree(plugin, document)
    removed(plugin, document, FIRST)
    expected = crop(plugin.host.capture(document, source, BOTH, layer=bottom), BOTH, BOTH)
    second = removed(plugin, document, SECOND, replace(ONE, sample_source=source))
    assert pixels(plugin, document, second, BOTH) == inverted(expected, 0)


def test_a_layer_that_is_named_is_taken_at_its_word(plugin: Desk, document: Document) -> None:
    (bottom,) = tree(plugin, document)
    original = seen(plugin, document, BOTH)
    first = removed(plugin, document, FIRST)
    second = removed(plugin, document, SECOND, replace(ONE, layer=bottom))
    assert tree(plugin, document) == [first, second, bottom]
    assert pixels(plugin, document, second, BOTH) == inverted(original, 0)


def test_the_panel_still_speaks_of_the_users_layer(plugin: Desk, document: Document) -> None:
    removed(plugin, document, FIRST)
    removed(plugin, document, SECOND)
    plugin.controller.refresh()
    view = plugin.controller.state.document
    assert view is not None
    assert view.layer is not None
    assert view.layer.name == "Background"
