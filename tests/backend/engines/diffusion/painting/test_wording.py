"""Words are read once, and reading can be stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_pipelines
from tests.support.painting_desk import painter_of
from velatura_backend.engines.diffusion.loading.parts import Parts
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Wording
from velatura_backend.engines.diffusion.painting.wording import Reader
from velatura_protocol.errors import Cancelled

ASKED = PaintRequest(64, 64, seed=1, wording=Wording("a red disc", "blue"))


class Desk:
    def __init__(self) -> None:
        painter = painter_of(tiny_pipelines.folder("sd15"))
        self.resources = painter._resources
        self.parts = Parts(painter.source, self.resources, self.look)
        self.begun = 0
        self.stopped = False

    def look(self) -> None:
        if self.stopped:
            raise Cancelled(phase="encoding")

    def reader(self, request: PaintRequest = ASKED, *, contrasts: bool = True) -> Reader:
        return Reader(self.parts, self.resources, request, contrasts, self.look, self._begin)

    def _begin(self) -> None:
        self.begun += 1


def test_the_same_words_are_read_once() -> None:
    desk = Desk()
    first = desk.reader().read()
    assert desk.reader(replace(ASKED, seed=2)).read() is first
    assert desk.begun == 1
    assert set(first.embeddings) == {"prompt_embeds", "negative_prompt_embeds"}
    plain = desk.reader(contrasts=False).read()
    assert set(plain.embeddings) == {"prompt_embeds"}
    desk.reader(replace(ASKED, wording=Wording("a green disc"))).read()
    assert desk.begun == 3


def test_what_is_too_long_is_told_whenever_it_is_asked_for() -> None:
    desk = Desk()
    long = replace(ASKED, wording=Wording("very " * 400 + "red"))
    for _ in range(2):
        assert [each.id for each in desk.reader(long).read().notices] == ["prompt_truncated"]


def test_reading_is_stopped() -> None:
    desk = Desk()
    desk.stopped = True
    with pytest.raises(Cancelled):
        desk.reader().read()
    desk.stopped = False
    assert desk.reader().read().embeddings
