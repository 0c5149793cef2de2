from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk, noise
from velatura_plugin.features.each_layer import generate_each
from velatura_plugin.host.base import Document, LayerKind
from velatura_protocol.errors import ErrorCode, LayersSkipped, NotFound
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import SampleSource

REQUEST = replace(REMOVE, variations=1)


@pytest.fixture
def plugin() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def layered(plugin: Desk, *kinds: LayerKind) -> tuple[Document, list[str]]:
    """A picture, and a layer of each kind over it."""
    document = plugin.open()
    size = document.size
    references = [
        plugin.host.add_layer(
            document, f"{kind.value} layer", Rect.of_size(size), noise(size, seed=number), kind
        )
        for number, kind in enumerate(kinds, 1)
    ]
    plugin.connect()
    return document, references


def test_each_layer_by_itself_and_its_result_over_it(plugin: Desk) -> None:
    document, (lower, upper) = layered(plugin, LayerKind.PAINT, LayerKind.VECTOR)
    plugin.host.mark_layers(document, lower, upper)
    jobs = generate_each(plugin.controller, REQUEST)
    for job, layer in zip(jobs, (lower, upper), strict=True):
        region = plugin.finish(job).regions[0]
        task = plugin.backend.jobs[job].submit.task
        assert task.sample_source is SampleSource.LAYER
        order = plugin.controller._opened(job).order
        captured = order.blobs[order.task.crops[0].blob]
        alone = plugin.host.capture(document, SampleSource.LAYER, region, layer=layer)
        assert captured == alone
        plugin.controller.accept(job)
    names = [each.name for each in plugin.host.layers(document)]
    assert names == ["Remove (10)", "vector layer", "Remove (10)", "paint layer", "Background"]
    assert plugin.controller.state.notice is None


def test_a_result_is_blended_like_the_layer_it_was_made_of(plugin: Desk) -> None:
    document, (lower, upper) = layered(plugin, LayerKind.PAINT, LayerKind.PAINT)
    plugin.host.blend_layer(document, lower, "multiply", 0.5)
    plugin.host.mark_layers(document, lower, upper)
    for job in generate_each(plugin.controller, REQUEST):
        plugin.finish(job)
        plugin.controller.accept(job)
    told = [(each.blend, each.opacity) for each in plugin.host.layers(document)]
    plain, mixed = ("normal", 1.0), ("multiply", 0.5)
    assert told == [plain, plain, mixed, mixed, plain]


def test_those_without_pixels_are_named(plugin: Desk) -> None:
    document, (lower, mask) = layered(plugin, LayerKind.PAINT, LayerKind.MASK)
    group = plugin.host.add_group(document, "Sleeves")
    plugin.host.mark_layers(document, lower, mask, group)
    assert len(generate_each(plugin.controller, REQUEST)) == 1
    notice = plugin.controller.state.notice
    assert notice is not None
    assert notice.error.code is ErrorCode.LAYERS_SKIPPED
    assert notice.error.params == {"names": "mask layer, Sleeves", "count": 2}


def test_nothing_but_such_is_an_error(plugin: Desk) -> None:
    document, (mask,) = layered(plugin, LayerKind.MASK)
    plugin.host.mark_layers(document, mask)
    with pytest.raises(LayersSkipped):
        generate_each(plugin.controller, REQUEST)
    assert plugin.controller.state.jobs == ()


def test_without_a_document(plugin: Desk) -> None:
    plugin.connect()
    with pytest.raises(NotFound):
        generate_each(plugin.controller, REQUEST)
