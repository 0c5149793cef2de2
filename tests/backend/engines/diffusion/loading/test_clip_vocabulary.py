from __future__ import annotations

import pytest

pytest.importorskip("transformers")

from velatura_backend.engines.diffusion.loading import clip_vocabulary
from velatura_backend.engines.diffusion.loading.clip_vocabulary import (
    SIZE,
    clip_tokenizer,
    is_clip_vocabulary_here,
)

needed = pytest.mark.skipif(
    not is_clip_vocabulary_here(), reason="open_clip_torch, which ships it, is not installed"
)


@needed
def test_tokens_are_clips() -> None:
    """The ids that the model was published with."""
    tokenizer = clip_tokenizer("<|endoftext|>")
    assert len(tokenizer) == SIZE
    assert tokenizer("a photo of a cat")["input_ids"] == [
        49406, 320, 1125, 539, 320, 2368, 49407,
    ]  # fmt: skip


@needed
def test_the_second_encoder_of_sdxl_is_filled_up_with_nothing() -> None:
    tokenizer = clip_tokenizer("!")
    told = tokenizer("a cat", padding="max_length", max_length=6)["input_ids"]
    assert told == [49406, 320, 2368, 49407, 0, 0]


def test_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_vocabulary, "find_spec", lambda _: None)
    assert not is_clip_vocabulary_here()
    with pytest.raises(FileNotFoundError):
        clip_tokenizer("!")
