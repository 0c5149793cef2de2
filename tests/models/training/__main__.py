"""``python -m tests.models.training``: draw, train the autoencoder, then the denoiser, save."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import torch

from tests.models.training.denoiser import Plan, train_denoiser
from tests.models.training.model import Parts, new_parts
from tests.models.training.vae import drawn, normalised, train_vae


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.models.training", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="where checkpoints are kept")
    parser.add_argument("--out", type=Path, required=True, help="the model's folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vae-steps", type=int, default=1800)
    parser.add_argument("--steps", type=int, default=9000, help="of the denoiser")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def _saved(parts: Parts, out: Path) -> None:
    pipeline = parts.pipeline().to(dtype=torch.float16)
    pipeline.save_pretrained(out, safe_serialization=True)


def main() -> None:
    chosen = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    torch.set_num_threads(chosen.threads)
    vae = train_vae(chosen.work, chosen.vae_steps, chosen.seed)
    torch.manual_seed(chosen.seed)
    parts = new_parts(normalised(vae, drawn(200, chosen.seed + 1)))
    plan = Plan(chosen.steps)
    _saved(train_denoiser(chosen.work, parts, plan, chosen.seed), chosen.out)


if __name__ == "__main__":
    main()
