from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import SERIAL, RecordingContext, fresh_token
from velatura_backend.engines.diffusion.quality.prefill import Ground, prefilled
from velatura_protocol.errors import Cancelled, NoSource
from velatura_protocol.tasks import Intent

pytestmark = pytest.mark.usefixtures("warm")

SIDE = 96
INTENTS = (Intent.FILL, Intent.REMOVE, Intent.ADD, Intent.EXPAND, Intent.REPLACE_BACKGROUND)


def ground(unknown: bool = False) -> Ground:
    """A red square on blue-green stripes."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE]
    stripes = 0.5 + 0.1 * np.sin(xs / 3.0 + 0 * ys)
    colours = np.dstack([0.2 * stripes, stripes, 1.2 * stripes]).astype(np.float32)
    hole = np.zeros((SIDE, SIDE), bool)
    hole[30:66, 30:66] = True
    colours[34:62, 34:62] = (0.9, 0.1, 0.1)
    known = np.ones_like(hole)
    if unknown:
        known[:, :20] = False
    return Ground(colours, hole, known)


def made(over: Ground, intent: Intent) -> np.ndarray:
    filling = prefilled(over, intent, 3, RecordingContext())
    while True:
        try:
            next(filling)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("intent", INTENTS)
def test_outside_the_hole_nothing_changes(intent: Intent):
    over = ground()
    result = made(over, intent)
    assert np.array_equal(result[~over.hole], over.colours[~over.hole])
    assert np.isfinite(result).all()


@pytest.mark.parametrize("intent", [Intent.REMOVE, Intent.ADD, Intent.EXPAND])
def test_nothing_is_left_of_what_was_there(intent: Intent):
    over = ground()
    result = made(over, intent)
    assert result[over.hole][:, 0].max() < 0.3


def test_a_fill_keeps_the_light_of_what_was_there_and_no_shape():
    over = ground()
    inside = made(over, Intent.FILL)[44:52, 44:52]
    assert 0.1 < inside[..., 0].mean() < 0.8
    assert inside.std(axis=(0, 1)).max() < 0.03


def test_a_removal_continues_the_stripes():
    over = ground()
    row = made(over, Intent.REMOVE)[48, :, 1]
    assert np.abs(np.diff(row[36:60])).mean() > 0.3 * np.abs(np.diff(row[:28])).mean()


def test_nothing_to_go_by():
    over = Ground(ground().colours, np.ones((SIDE, SIDE), bool), np.ones((SIDE, SIDE), bool))
    with pytest.raises(NoSource):
        made(over, Intent.REMOVE)
    assert made(over, Intent.FILL) is over.colours


def test_what_is_not_known_is_not_copied():
    over = ground(unknown=True)
    over.colours[:, :20] = (1.0, 0.0, 1.0)
    assert made(over, Intent.REMOVE)[over.hole][:, 0].max() < 0.6


def test_cancel():
    context = RecordingContext(cancel=fresh_token())
    context.cancel.flag[0] = SERIAL
    with pytest.raises(Cancelled):
        list(prefilled(ground(), Intent.REMOVE, 0, context))
