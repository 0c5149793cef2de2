"""Snapping to a palette, and colours for grey pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.backend.engines.recolour_tasks import (
    BLUE,
    RED,
    WHITE,
    grey_of,
    logo,
    recoloured,
)
from tests.contracts.engine import (
    RecordingContext,
    picture,
)
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.recolour.engine import RecolourEngine
from velatura_backend.engines.builtin.recolour.oklab import to_oklab
from velatura_backend.imaging.palettes import from_hex
from velatura_protocol.errors import BadTask, Unsupported
from velatura_protocol.tasks import Intent, Operation


def test_snapping_leaves_only_the_palettes_colours():
    palette = ("#000000", "#ffffff", RED, BLUE)
    for dither in (0.0, 1.0):
        result = recoloured(picture(64, 64, 4), mode="snap", palette=palette, dither=dither)
        steps = np.rint(result[..., :3] * 255).astype(int)
        assert np.abs(result[..., :3] * 255 - steps).max() < 1e-4
        found = {"#{:02x}{:02x}{:02x}".format(*each) for each in steps.reshape(-1, 3)}
        assert found <= set(palette)


def test_snapping_with_soft_edges_keeps_them_soft():
    image, covers, flat = logo(colours=(WHITE, RED))
    hard, soft = (
        recoloured(image, mode="snap", palette=("#ffffff", "#c00000"), soft_edges=each)
        for each in (False, True)
    )
    assert np.array_equal(hard[flat], soft[flat])
    light, dark = from_hex(("#ffffff", "#c00000"))
    wanted = light + covers[0][..., None] * (dark - light)
    errors = [float(np.abs(each[..., :3] - wanted)[~flat].mean()) for each in (hard, soft)]
    assert errors[1] < 0.25 * errors[0]


def test_strokes_colour_the_areas_they_lie_in():
    image, covers, _ = logo()
    grey, strokes = grey_of(image), np.zeros_like(image)
    strokes[38:42, 22:28], strokes[60:64, 60:72], strokes[86:92, 4:30] = (
        (*from_hex((colour,))[0], 1.0) for colour in (RED, BLUE, WHITE)
    )
    result = recoloured(grey, images={"strokes": (strokes,)}, mode="colourise")
    lab = to_oklab(result[..., :3])
    red, blue = (covers[0] == 1) & (covers[1] == 0), covers[1] == 1
    assert np.median(lab[red][:, 1]) > 0.1
    assert np.median(lab[blue][:, 2]) < -0.08
    assert np.abs(lab[..., 0] - to_oklab(grey[..., :3])[..., 0]).max() < 0.02


def test_a_reference_colours_what_looks_like_it():
    image, covers, _ = logo(colours=("#e8e0c0", RED))
    result = recoloured(grey_of(image), images={"reference": (image,)}, mode="colourise")
    lab, truth = to_oklab(result[..., :3]), to_oklab(image[..., :3])
    for area in (covers[0] == 1, covers[0] == 0):
        ours, theirs = (np.median(each[area], axis=0)[1:] for each in (lab, truth))
        alike = (ours * theirs).sum() / (np.hypot(*ours) * np.hypot(*theirs))
        assert alike > 0.97  # the hue; a dark grey cannot be as vivid as that red
        assert np.hypot(*ours) > 0.5 * np.hypot(*theirs)


def test_large_pictures_are_coloured_in_a_smaller_size(monkeypatch):
    monkeypatch.setattr(
        "velatura_backend.engines.builtin.recolour.colourise.SOLVED_PIXELS", 48 * 48
    )
    test_strokes_colour_the_areas_they_lie_in()


def test_colouring_needs_colours():
    with pytest.raises(BadTask):
        recoloured(picture(16, 16, 4), mode="colourise")


@pytest.mark.parametrize("mode", ["palette", "colourise"])
def test_a_grey_document_cannot_show_colours(mode):
    task = EngineTask(
        Operation.RECOLOUR,
        Intent.NONE,
        picture(16, 16, 4),
        np.ones((16, 16), np.float32),
        0,
        parameters={"mode": mode},
    )
    for each in (replace(task, grey=True), replace(task, image=picture(16, 16, 2))):
        with pytest.raises(Unsupported):
            list(RecolourEngine().run(each, RecordingContext()))
