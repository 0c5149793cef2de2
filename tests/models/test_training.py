"""The training, a few steps of it: what it learns from, and that it can be gone on with."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.models.scenes.words import WITHHELD
from tests.models.training.denoiser import Average, Bucket, Plan, Trainer, train_denoiser
from tests.models.training.examples import example
from tests.models.training.latents import encoded_examples, kept_examples
from tests.models.training.model import LATENT_SCALE, new_parts, new_tokenizer, new_vae
from tests.models.training.progress import Checkpoint, cosine
from tests.models.training.vae import as_input, drawn, normalised, reconstruction_loss, train_vae


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    torch.set_num_threads(1)


def test_examples_are_fixed_and_say_what_the_mask_covers():
    examples = [example(1, index, (64, 64)) for index in range(60)]
    again = example(1, 5, (64, 64))
    assert np.array_equal(examples[5].picture, again.picture)
    assert np.array_equal(examples[5].mask, again.mask)
    things = {one.caption.thing for one in examples}
    assert None in things
    assert not things & WITHHELD
    for one in examples:
        assert (one.holed()[one.mask] == 128).all()
        assert np.array_equal(one.holed()[~one.mask], one.picture[~one.mask])
        assert one.caption.sentence(np.random.default_rng(0))


def test_the_rate_rises_and_falls():
    rates = [cosine(step, 1000) for step in range(1001)]
    assert rates[0] < 0.02
    assert max(rates) > 0.95
    assert rates[-1] == pytest.approx(0.02)


def test_latents_are_brought_to_a_known_scale_and_pictures_stay_the_same():
    torch.manual_seed(0)
    vae, pictures = new_vae().eval(), drawn(6, 3)[:, :64, :64].copy()
    with torch.no_grad():
        before = vae.decode(vae.encode(as_input(pictures)).latent_dist.mode()).sample
        normalised(vae, pictures)
        latents = vae.encode(as_input(pictures)).latent_dist.mode() * LATENT_SCALE
        after = vae.decode(latents / LATENT_SCALE).sample
    assert torch.allclose(latents.std((0, 2, 3)), torch.ones(4), atol=1e-3)
    assert torch.allclose(latents.mean((0, 2, 3)), torch.zeros(4), atol=1e-3)
    assert torch.allclose(before, after, atol=1e-3)
    assert reconstruction_loss(after, before) < 1e-2


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    train_vae(tmp_path, 1, 1, pictures=4)
    again = train_vae(tmp_path, 2, 1, pictures=4)
    fresh = train_vae(tmp_path / "other", 2, 1, pictures=4)
    pairs = zip(again.parameters(), fresh.parameters(), strict=True)
    # The rate depends on how far the run is to go, and the first run was to end at once.
    assert all(torch.allclose(one, other, atol=1e-3) for one, other in pairs)
    written = Checkpoint(tmp_path / "vae.pt", {"vae": new_vae()})
    assert written.restored() == 2


def test_the_denoiser_learns_on_kept_latents(tmp_path):
    torch.manual_seed(0)
    parts = new_parts(normalised(new_vae().eval(), drawn(2, 3)))
    bucket = Bucket(32, 6, 4, 1.0)
    plan = Plan(3, 0.5, (bucket,), (bucket,))
    data = kept_examples(tmp_path, parts.vae, (32, 32), 6, 1)
    same = kept_examples(tmp_path, parts.vae, (32, 32), 6, 1)
    assert torch.equal(data.pictures, same.pictures)
    assert data.pictures.shape == data.holed.shape == (6, 4, 4, 4)
    trainer = Trainer(parts, {32: data}, plan, 1)
    assert all(0 < trainer.step(step) < 10 for step in range(2))
    assert plan.bucket(0, np.random.default_rng(0)) is bucket
    trained = train_denoiser(tmp_path, parts, plan, 1)
    assert (tmp_path / "denoiser.pt").exists()
    assert not trained.unet.training


def test_latents_can_be_made_at_any_size():
    made = encoded_examples(new_vae().eval(), (48, 32), 2, 1)
    assert made.masks.shape == (2, 1, 6, 4)


def test_the_average_follows_slowly():
    layer = torch.nn.Linear(1, 1)
    average = Average([layer])
    with torch.no_grad():
        layer.weight += 1.0
    average.update(10_000)
    (kept,) = average.kept
    assert float((layer.weight - kept.weight).detach().abs().max()) == pytest.approx(0.998)


def test_the_vocabulary_is_the_same_each_time():
    assert new_tokenizer().get_vocab() == new_tokenizer().get_vocab()
