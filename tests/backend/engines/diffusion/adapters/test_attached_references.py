"""Reference pictures through a real painter over tiny networks: each acts, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support.tiny_rooms import LINES, PICTURE, PLAIN, Room
from velatura_backend.engines.diffusion.painting.contract import Reference, ReferenceKind, Sampling
from velatura_backend.models.records import ModelKind
from velatura_protocol.errors import NoModel, Unsupported

# The library's own: tensors handed to numpy as numpy 1 took them, old names used by itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]


@pytest.mark.parametrize(
    ("room", "name"), [("sd15", "look"), ("sd15", "look-plus"), ("sdxl", "xl-look")]
)
def test_a_reference_acts_by_its_picture_and_weight(room, name, request):
    room = request.getfixturevalue(room)
    reference = Reference(PICTURE, model=name)
    full = room.changed(references=(reference,))
    assert room.acts(references=(reference,))
    assert np.array_equal(room.changed(references=(replace(reference, weight=0.0),)), room.plain)
    half = room.changed(references=(replace(reference, weight=0.5),))
    other = room.changed(references=(replace(reference, image=LINES),))
    assert not np.allclose(half, full, atol=1e-4)
    assert not np.allclose(other, full, atol=1e-5)


def test_style_and_content_act_in_different_places_and_several_add_up(sd15):
    content = Reference(PICTURE, model="look")
    style = replace(content, kind=ReferenceKind.STYLE, image=LINES)
    one, two = sd15.changed(references=(content,)), sd15.changed(references=(style,))
    both = sd15.changed(references=(content, style))
    assert not np.allclose(one, two, atol=1e-5)
    assert not np.allclose(both, one, atol=1e-5)
    assert not np.allclose(both, two, atol=1e-5)


def test_without_guidance_there_is_only_the_picture(sd15):
    request = replace(PLAIN, sampling=Sampling(steps=2, guidance=1.0))
    plain = sd15.painted(request)
    shown = sd15.painted(replace(request, references=(Reference(PICTURE),)))
    assert not np.allclose(plain, shown, atol=1e-4)


def test_what_is_missing_for_a_reference_is_named(sd15, files):
    request = replace(PLAIN, references=(Reference(PICTURE),))
    with pytest.raises(NoModel, match="IP-Adapter"):
        Room("sd15").painted(request)
    blind = [
        each for each in sd15.resources.models.all() if each.kind is not ModelKind.IMAGE_ENCODER
    ]
    with pytest.raises(NoModel, match=r"(?i)image encoder"):
        Room("sd15", *blind).painted(request)
    with pytest.raises(Unsupported, match=r"FLUX\.1"):
        Room("flux1-dev").painted(request)
