from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines, tiny_texts
from tests.support.painting_desk import Models, installed, painted, painter_of
from velatura_backend.engines.diffusion.families.table import TextPlan
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Sampling, Wording
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.diffusion.painting.texts import EncodedText, TextCache, dropped_words
from velatura_backend.engines.resources import EngineResources

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_the_same_words_are_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    painter = painter_of(tiny_pipelines.folder("sd15"))
    read: list[str] = []
    load = type(painter.source).load

    def spy(source, component):
        read.append(component.name)
        return load(source, component)

    monkeypatch.setattr(type(painter.source), "load", spy)
    model = installed(tiny_pipelines.folder("sd15"))
    resources = EngineResources(Models((model,)))
    painter = DiffusionPainter(model, resources)
    request = PaintRequest(64, 64, 1, Wording("a disc"), sampling=Sampling(1))
    first = painted(painter, request)
    assert "text_encoder" in read
    cache = resources.keep.find(TextCache)
    assert cache is not None
    assert len(cache) == 1
    painted(DiffusionPainter(model, resources), request)
    assert len(cache) == 1
    painted(painter, PaintRequest(64, 64, 1, Wording("another"), sampling=Sampling(1)))
    assert len(cache) == 2
    assert first.notices == ()


def test_the_longest_unused_go_first() -> None:
    cache = TextCache()
    cache.limit = 3 * 4 * 10
    for word in "abcd":
        cache.get(word, lambda: EncodedText({"prompt_embeds": torch.zeros(10)}))
    made: list[str] = []

    def again(word: str) -> EncodedText:
        made.append(word)
        return EncodedText({})

    cache.get("d", lambda: again("d"))
    cache.get("a", lambda: again("a"))
    assert made == ["a"]


def test_what_is_dropped_begins_where_the_tokens_end() -> None:
    tokenizer = tiny_texts.clip_tokenizer()
    plan = TextPlan(("prompt_embeds",), tokens=12)
    assert dropped_words(tokenizer, "abc", plan) == ""
    dropped = dropped_words(tokenizer, "abcde fghij klmno", plan)
    assert dropped
    assert "abcde fghij klmno".endswith(dropped)
