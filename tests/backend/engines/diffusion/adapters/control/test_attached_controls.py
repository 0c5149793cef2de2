"""Control networks through a real painter over tiny networks: each acts, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_adapters as made
from tests.support.tiny_models import FAMILIES
from tests.support.tiny_rooms import CANNY, LINES, PICTURE, PLAIN, SIDE, Room
from velatura_backend.engines.diffusion.painting.contract import Control
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import NoModel, Unsupported

# The library's own: tensors handed to numpy as numpy 1 took them, old names used by itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]


@pytest.mark.parametrize(
    ("room", "kind"),
    [
        ("sd15", "canny"),
        ("sd15", "tile"),
        ("sdxl", "canny"),
        ("sdxl", "depth"),
        ("sdxl", "pose"),
        ("sdxl", "segmentation"),
    ],
)
def test_a_control_acts_by_its_picture_and_weight(room, kind, request):
    room = request.getfixturevalue(room)
    control = Control(kind, LINES)
    full = room.changed(controls=(control,))
    assert room.acts(controls=(control,))
    assert np.array_equal(room.changed(controls=(replace(control, weight=0.0),)), room.plain)
    half = room.changed(controls=(replace(control, weight=0.5),))
    other = room.changed(controls=(Control(kind, LINES.transpose(1, 0, 2).copy()),))
    assert not np.allclose(half, full, atol=1e-4)
    assert not np.allclose(other, full, atol=1e-5)


def test_a_control_acts_between_its_shares_of_the_steps(sd15):
    never = sd15.changed(controls=(replace(CANNY, start=0.9, end=0.95),))
    assert np.array_equal(never, sd15.plain)
    early = sd15.changed(controls=(replace(CANNY, end=0.34),))
    late = sd15.changed(controls=(replace(CANNY, start=0.66),))
    full = sd15.changed(controls=(CANNY,))
    found = (sd15.plain, early, late, full)
    assert all(
        not np.allclose(one, other, atol=1e-5)
        for index, one in enumerate(found)
        for other in found[index + 1 :]
    )


def test_controls_add_up(sd15):
    depth = Control("depth", PICTURE)
    both = sd15.changed(controls=(CANNY, depth))
    assert not np.allclose(both, sd15.changed(controls=(CANNY,)), atol=1e-5)
    swapped = sd15.changed(controls=(depth, CANNY))
    np.testing.assert_allclose(both, swapped, atol=1e-4)


def test_kinds_of_a_union_differ(sdxl):
    depth = sdxl.changed(controls=(Control("depth", PICTURE),))
    pose = sdxl.changed(controls=(Control("pose", PICTURE),))
    segments = sdxl.changed(controls=(Control("segmentation", PICTURE),))
    for one, other in ((depth, pose), (depth, segments), (pose, segments)):
        assert not np.allclose(one, other, atol=1e-5)


def test_a_kind_without_a_network_is_named(sd15, sdxl):
    with pytest.raises(NoModel, match="pose"):
        sd15.painted(replace(PLAIN, controls=(Control("pose", LINES),)))
    with pytest.raises(Unsupported, match="tile"):  # the tiny union knows six kinds
        sdxl.painted(replace(PLAIN, controls=(Control("tile", LINES),)))
    with pytest.raises(Unsupported, match="klein"):
        Room("flux2-klein").painted(replace(PLAIN, controls=(CANNY,)))


@pytest.mark.parametrize("kind", ["sd15", "sd15-inpaint", "sdxl"])
def test_controls_act_over_a_picture_and_under_a_mask(kind, files):
    base = kind.removesuffix("-inpaint")
    path = made.control_folder(files / f"{kind}-lines", base)
    room = Room(kind, made.installed(path, ModelKind.CONTROL, FAMILIES[kind][0], "canny"))
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[16:48, 16:48] = 1.0
    over = replace(PLAIN, image=PICTURE, mask=mask, strength=0.8)
    plain = room.painted(over)
    assert not np.allclose(plain, room.painted(replace(over, controls=(CANNY,))), atol=1e-4)
    assert np.array_equal(plain, room.painted(over))


@pytest.mark.parametrize("kind", ["flux1-dev", "sd3", "z-image"])
def test_transformer_families_are_controlled_too(kind, files):
    path = made.control_folder(files / f"{kind}-lines", kind)
    room = Room(kind, made.installed(path, ModelKind.CONTROL, FAMILIES[kind][0], "canny"))
    assert room.acts(controls=(CANNY,))
    full = room.changed(controls=(CANNY,))
    assert np.array_equal(room.changed(controls=(replace(CANNY, weight=0.0),)), room.plain)
    assert not np.allclose(full, room.changed(controls=(replace(CANNY, image=PICTURE),)), atol=1e-5)


def test_a_union_of_flux_knows_its_modes(files):
    path = made.control_folder(files / "flux-union", "flux1-dev", union=True)
    room = Room("flux1-dev", made.installed(path, ModelKind.CONTROL, Family.FLUX1, "union"))
    canny = room.changed(controls=(CANNY,))
    assert not np.allclose(canny, room.changed(controls=(Control("depth", LINES),)), atol=1e-5)
