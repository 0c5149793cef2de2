from __future__ import annotations

from dataclasses import replace

from tests.plugin.results import MASK, REGION, pixels_of, ref, result
from velatura_plugin.client.results import blob_refs, with_pixels
from velatura_protocol.messages import Placement


def test_refs_are_each_named_once() -> None:
    variation = result(1).variation
    twice = replace(variation, layers=variation.layers * 2)
    assert blob_refs(twice) == [ref(pixels_of(0)), ref(MASK)]


def test_content_is_the_variation_with_its_pixels() -> None:
    variation = result(1).variation
    (layer,) = variation.layers
    (patch,) = layer.patches
    bare = replace(patch, mask=None)
    layer = replace(
        layer,
        patches=(patch, bare),
        scale=2.0,
        blend="screen",
        opacity=0.5,
        placement=Placement.TOP,
    )
    known = {ref(pixels_of(0)): pixels_of(0), ref(MASK): MASK}
    content = with_pixels(replace(variation, layers=(layer,)), known.__getitem__)
    (made,) = content.layers
    assert (made.name, made.region, made.scale, made.blend) == ("layer", REGION, 2.0, "screen")
    assert (made.opacity, made.placement) == (0.5, Placement.TOP)
    assert [each.mask for each in made.patches] == [MASK, None]
    assert made.patches[0].pixels == pixels_of(0)
    assert content.provenance == variation.provenance
