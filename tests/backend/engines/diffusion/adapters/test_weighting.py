from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch

from tests.support.tiny_adapters import embedding_file, installed
from tests.support.tiny_pipelines import build
from velatura_backend.engines.diffusion.adapters.embeddings import EmbeddingBook
from velatura_backend.engines.diffusion.adapters.weighting import WeightedText
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged

NONE = EmbeddingBook.of(())


@pytest.fixture(scope="module", params=["sd15", "sdxl"])
def pipeline(request):
    torch.manual_seed(0)
    return build(request.param)


@pytest.fixture(scope="module")
def sd15():
    torch.manual_seed(0)
    return build("sd15")


def encoded(pipeline, prompt, avoid=None, book=NONE, **options):
    with torch.inference_mode():
        return WeightedText(pipeline, book).encode_prompt(
            prompt=prompt, device="cpu", negative_prompt=avoid, **options
        )


def theirs(pipeline, prompt, avoid, guided=True):
    with torch.inference_mode():
        return pipeline.encode_prompt(
            prompt=prompt,
            device="cpu",
            num_images_per_prompt=1,
            do_classifier_free_guidance=guided,
            negative_prompt=avoid,
        )


@pytest.mark.parametrize("prompt", ["a red disc", "", "Ünïcode, (with) brackets: 1.2!"])
@pytest.mark.parametrize("avoid", [None, "", "blue"])
def test_a_plain_prompt_is_encoded_as_the_library_does(pipeline, prompt, avoid):
    escaped = prompt.replace("(", r"\(").replace(")", r"\)")
    ours = encoded(pipeline, escaped, avoid)
    for own, other in zip(ours, theirs(pipeline, prompt, avoid), strict=True):
        torch.testing.assert_close(own, other, rtol=0, atol=0)


def test_without_guidance_nothing_is_encoded_against_it(pipeline):
    ours = encoded(pipeline, "a", "b", do_classifier_free_guidance=False)
    assert ours[1] is None
    torch.testing.assert_close(ours[0], theirs(pipeline, "a", "b", False)[0], rtol=0, atol=0)


def test_a_weight_of_one_leaves_every_bit_as_it_is(pipeline):
    for plain, weighted in zip(
        encoded(pipeline, "a red disc", "blue"),
        encoded(pipeline, "a (red:1.0) disc", "(blue:1)"),
        strict=True,
    ):
        torch.testing.assert_close(plain, weighted, rtol=0, atol=0)


def test_a_weight_moves_its_own_tokens_away_from_the_empty_text_and_no_others(sd15):
    base = encoded(sd15, "a red disc")[0]
    blank = encoded(sd15, "")[0]
    own = slice(2, 5)  # one token a letter: begin, a, r, e, d …
    for weight in (0.0, 0.5, 1.5, 3.0):
        moved = encoded(sd15, f"a (red:{weight}) disc")[0]
        torch.testing.assert_close(
            moved[:, own], blank[:, own] + weight * (base - blank)[:, own], rtol=1e-4, atol=1e-5
        )
        others = torch.ones(77, dtype=torch.bool)
        others[own] = False
        torch.testing.assert_close(moved[:, others], base[:, others], rtol=0, atol=0)


def test_more_weight_is_further_in_the_same_direction(pipeline):
    base, blank = encoded(pipeline, "red")[0], encoded(pipeline, "")[0]
    direction = (base - blank)[:, 1:4].flatten()
    lengths = []
    for weight in (0.0, 0.5, 1.0, 1.3, 2.0):
        moved = (encoded(pipeline, f"(red:{weight})")[0] - blank)[:, 1:4].flatten()
        lengths.append(float(moved @ direction / direction.norm()))
        if weight > 0:
            cosine = torch.nn.functional.cosine_similarity(moved, direction, dim=0)
            assert float(cosine) > 0.9999
    assert lengths == sorted(lengths)
    assert lengths[0] == pytest.approx(0.0, abs=1e-4)


def test_weights_of_what_is_avoided_count_too(sd15):
    plain, weighted = encoded(sd15, "a", "blue"), encoded(sd15, "a", "(blue:1.5)")
    assert torch.equal(plain[0], weighted[0])
    assert not torch.allclose(plain[1], weighted[1])


def test_a_long_prompt_is_several_chunks_and_the_avoided_text_as_long(pipeline):
    prompt = "word, " * 40
    ours = encoded(pipeline, prompt, "short")
    chunks = ours[0].shape[1] // 77
    assert chunks >= 3
    assert ours[0].shape == ours[1].shape
    blank = encoded(pipeline, "x", "")[1]
    torch.testing.assert_close(ours[1][:, -77:], blank, rtol=1e-5, atol=1e-6)
    alone = encoded(pipeline, "word, " * 15, "short")
    torch.testing.assert_close(ours[0][:, :77], alone[0][:, :77], rtol=1e-5, atol=1e-6)


def test_what_is_too_long_is_told_by_its_first_words(sd15):
    text = WeightedText(sd15, NONE)
    assert text.dropped_words("a (red:1.2) disc") == ""
    assert text.dropped_words("x " * 300 + "first words that are dropped here") == (
        "first words that are dropped"
    )


def test_an_embedding_takes_the_place_of_its_word(pipeline, tmp_path):
    widths = (32,) if getattr(pipeline, "text_encoder_2", None) is None else (32, 32)
    path = embedding_file(tmp_path / "Velvety.safetensors", widths)
    book = EmbeddingBook.of([installed(path, ModelKind.EMBEDDING, Family.SD15, "<velvet>")])
    plain = encoded(pipeline, "a red disc")
    for prompt in ("a <velvet>, disc", "a VELVETY disc", "a (<velvet>:1.3)"):
        found = encoded(pipeline, prompt, book=book)
        assert torch.isfinite(found[0]).all()
        assert not torch.equal(found[0], encoded(pipeline, prompt)[0])
    again = encoded(pipeline, "a red disc", book=book)
    assert torch.equal(plain[0], again[0])
    assert not pipeline.text_encoder.get_input_embeddings()._forward_hooks


def test_an_embedding_of_a_words_own_vectors_is_that_word(sd15, tmp_path):
    from safetensors.torch import save_file

    table = sd15.text_encoder.get_input_embeddings().weight
    ids = sd15.tokenizer("red", add_special_tokens=False)["input_ids"]
    save_file({"emb_params": table[ids].detach().clone()}, tmp_path / "same.safetensors")
    model = installed(tmp_path / "same.safetensors", ModelKind.EMBEDDING, Family.SD15)
    found = encoded(sd15, "a same disc", book=EmbeddingBook.of([model]))[0]
    torch.testing.assert_close(found, encoded(sd15, "a red disc")[0], rtol=0, atol=0)


def test_an_embedding_for_another_family_is_told_by_name(sd15, tmp_path):
    path = embedding_file(tmp_path / "wide.safetensors", (48,))
    book = EmbeddingBook.of([installed(path, ModelKind.EMBEDDING, Family.SD15)])
    with pytest.raises(ModelDamaged, match="wide"):
        encoded(sd15, "a wide disc", book=book)
    encoded(sd15, "a disc", book=book)
