from __future__ import annotations

import pytest

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Edge, EdgeKind, Input, Operation, Role, Task

RGBA = PixelFormat(Depth.U16, Layout.RGBA)


@pytest.mark.parametrize(
    ("edge", "reach"),
    [
        (Edge(), 0),
        (Edge(EdgeKind.EXACT, 9.0), 0),
        (Edge(EdgeKind.GROW, 8.0), 8),
        (Edge(EdgeKind.FEATHER, 7.2), 8),
        (Edge(EdgeKind.FEATHER, 0.0), 0),
    ],
)
def test_how_far_an_edge_reaches(edge, reach):
    assert edge.reach == reach


@pytest.mark.parametrize("pixels", [-0.1, 4096.1, float("nan"), float("inf")])
def test_edges_have_a_width(pixels):
    with pytest.raises(ValueError, match="between 0 and 4096"):
        Edge(EdgeKind.GROW, pixels)


def test_roles_are_known_by_name():
    assert all(Role.is_known(role) for role in ("image", "mask", "style", "control:depth"))
    assert not any(Role.is_known(role) for role in ("control:", "control", "images", ""))


def test_crops_are_the_images_in_order():
    regions = [Rect(0, 0, 4, 4), Rect(50, 0, 4, 4)]
    images = [Input(Role.IMAGE, f"i{n}", region, RGBA) for n, region in enumerate(regions)]
    masks = [Input(Role.MASK, f"m{n}", region, MASK_FORMAT) for n, region in enumerate(regions)]
    inputs = (masks[0], images[0], images[1], masks[1])
    task = Task(Operation.FILL, Canvas(Size(60, 4), RGBA), inputs)
    assert task.crops == (images[0], images[1])
    assert task.with_role(Role.MASK) == (masks[0], masks[1])
    assert task.with_role(Role.STYLE) == ()
