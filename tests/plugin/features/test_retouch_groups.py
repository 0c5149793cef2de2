"""Where results of the retouch mode are collected."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.desk import REMOVE, noise
from tests.plugin.features.retouching import FIRST, SECOND, THIRD, Bench
from tests.plugin.scripted_jobs import inverted
from velatura_plugin.host.samples import crop
from velatura_protocol.geometry import Rect


def test_work_over_the_group_gets_a_group_of_its_own(bench: Bench) -> None:
    bench.draw(FIRST)
    bench.rest()
    size = bench.document.size
    bench.host.add_layer(bench.document, "Paint", Rect.of_size(size), noise(size, seed=9))
    bench.draw(SECOND)
    bench.rest()
    names = [each.name for each in bench.layers if not each.name.startswith("Remove")]
    assert names == ["Retouch 2", "Paint", "Retouch", "Background"]
    bench.draw(THIRD)
    bench.rest()
    assert [each.depth for each in bench.layers] == [0, 1, 1, 0, 0, 1, 0]


def work_over(bench: Bench) -> list[str]:
    return [each.name for each in bench.layers if each.depth == 0]


def test_what_was_accepted_over_the_group_is_seen_and_not_covered(bench: Bench) -> None:
    """By a removal with the panel, the mode being off for a moment: it lies on the group."""
    bench.draw(FIRST)
    bench.rest()
    bench.retouch.turn_off()
    bench.host.select(bench.document, FIRST.grown(1))
    job = bench.plugin.controller.generate(replace(REMOVE, variations=1))
    bench.plugin.finish(job)
    bench.plugin.controller.accept(job)
    between = bench.host.flatten(bench.document)
    bench.retouch.turn_on(REMOVE)
    bench.draw(FIRST.grown(2))
    bench.rest()
    assert work_over(bench) == ["Retouch 2", "Remove (10)", "Retouch", "Background"]
    layers = bench.host.documents[bench.document.id].contents.layers
    (patch,) = layers[-2].patches
    canvas = Rect.of_size(bench.document.size)
    assert bytes(patch.pixels.data) == inverted(crop(between, canvas, patch.region), 0)


def test_what_lies_over_a_layer_of_the_users_is_not_seen(bench: Bench) -> None:
    bench.draw(FIRST)
    bench.rest()
    size = bench.document.size
    bench.host.add_layer(bench.document, "Paint", Rect.of_size(size), noise(size, seed=9))
    bench.draw(SECOND)
    bench.rest()
    bench.host.activate_layer(bench.document, 0)
    bench.draw(THIRD)
    bench.rest()
    assert [each.depth for each in bench.layers] == [0, 1, 0, 0, 1, 1, 0]


def test_a_group_that_is_hidden_collects_no_more(bench: Bench) -> None:
    bench.draw(FIRST)
    bench.rest()
    bench.host.hide_layer(bench.document, "Retouch")
    bench.draw(SECOND)
    bench.rest()
    assert work_over(bench) == ["Retouch", "Retouch 2", "Background"]


def test_a_new_group_has_a_name_of_its_own(bench: Bench) -> None:
    """Though the first of two was deleted."""
    size = bench.document.size
    for region, seed in ((FIRST, 8), (SECOND, 9)):
        bench.draw(region)
        bench.rest()
        bench.host.add_layer(bench.document, "Paint", Rect.of_size(size), noise(size, seed=seed))
    bench.host.remove_layer(bench.document, "Retouch")
    bench.draw(THIRD)
    bench.rest()
    assert work_over(bench) == ["Retouch", "Paint", "Retouch 2", "Paint", "Background"]


def test_with_a_result_active_its_group_collects(bench: Bench) -> None:
    bench.draw(FIRST)
    bench.rest()
    bench.host.activate_layer(bench.document, 1)
    active = bench.host.active_layer(bench.document)
    assert active is not None
    assert active.name.startswith("Remove")
    bench.draw(SECOND)
    bench.rest()
    assert [each.depth for each in bench.layers] == [0, 1, 1, 0]
