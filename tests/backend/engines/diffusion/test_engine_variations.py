"""Which passes of a variation are asked for together with those of the variations to come."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.backend.engines.diffusion.orders import make_task, run
from tests.backend.engines.diffusion.painters import KnownPainter
from tests.contracts.engine import hole_in, picture
from velatura_backend.engines.diffusion.painting.contract import PaintRequest
from velatura_backend.engines.diffusion.prompts.reading import read_prompt
from velatura_protocol.tasks import Intent, Operation

pytestmark = pytest.mark.usefixtures("warm")


def requests(**changes: object) -> list[PaintRequest]:
    """Of the first of three variations; its seed is 3."""
    painter = KnownPainter()
    run(make_task(**{"further": 2, **changes}), painter)  # pyright: ignore[reportArgumentType]
    return painter.requests


@pytest.mark.parametrize("intent", [Intent.FILL, Intent.ADD, Intent.REPLACE_BACKGROUND])
def test_what_begins_alike_is_asked_for_together(intent: Intent) -> None:
    request, *_ = requests(intent=intent)
    assert request.siblings == (4, 5)
    assert request.hurried


@pytest.mark.parametrize("intent", [Intent.REMOVE, Intent.EXPAND])
def test_what_begins_over_pieces_that_the_seed_chooses_is_not(intent: Intent) -> None:
    request, *_ = requests(intent=intent)
    assert request.siblings == ()


@pytest.mark.parametrize("operation", [Operation.VARY, Operation.RESTYLE])
def test_what_is_changed_from_what_is_there_begins_alike(operation: Operation) -> None:
    request, *_ = requests(operation=operation, intent=Intent.NONE, strength=0.5)
    assert request.siblings == (4, 5)


def test_the_last_variation_has_none_to_wait_for_it() -> None:
    request, *_ = requests(further=0)
    assert request.siblings == ()


def test_a_second_pass_goes_on_from_the_ones_own_first() -> None:
    image = picture(300, 300, 4)
    first, second = requests(image=image, mask=hole_in(300, 300))
    assert first.siblings == (4, 5)
    assert second.siblings == ()


def test_a_generated_picture_begins_from_nothing() -> None:
    blank = np.zeros((64, 64, 4), np.float32)
    request, *_ = requests(operation=Operation.GENERATE, intent=Intent.NONE, image=blank)
    assert request.siblings == (4, 5)


def test_the_artist_decides() -> None:
    never, *_ = requests(parameters={"together": "never"})
    assert never.siblings == ()
    always, *_ = requests(parameters={"together": "always"})
    assert always.siblings == (4, 5)
    assert not always.hurried


def test_only_those_whose_wildcards_draw_the_same_words() -> None:
    prompt = "a {red|green|blue} disc"
    request, *_ = requests(prompt=prompt, further=12)
    words = {seed: read_prompt(prompt, "", seed) for seed in range(3, 16)}
    alike = tuple(seed for seed in range(4, 16) if words[seed] == words[3])
    assert request.siblings == alike
    assert 0 < len(alike) < 12
