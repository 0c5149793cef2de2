"""What training leaves behind and goes on from.

In the work folder whole states; in ``checkpoints/`` of this room the weights and their running
average alone (Adam's moments come back within the warm-up), small enough to be committed:
``python -m training.checkpoints CHECKPOINT…`` puts them there.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import Tensor  # pyright: ignore[reportMissingImports]

from .networks import PLANS, Network, Plan

_DECAY = 0.999


@dataclass
class State:
    plan: Plan
    network: Network
    mean: dict[str, Tensor]
    """The running average of the weights: what is exported."""
    optimiser: torch.optim.Optimizer
    step: int = 0

    def average(self) -> None:
        decay = min(_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.network.named_parameters():
                self.mean[name].lerp_(value, 1.0 - decay)

    def averaged(self) -> Network:
        network = Network(self.plan)
        network.load_state_dict(self.mean)
        return network.eval()


def committed() -> Path:
    return Path(__file__).parent / "checkpoints"


def start(plan: Plan, folder: Path) -> State:
    """From the committed weights; those of the network it is warmed by; or from nothing."""
    network = Network(plan)
    state = _fresh(network)
    own = folder / f"{plan.name}.npz"
    warm = folder / f"{plan.warm}.npz"
    if own.exists():
        with np.load(own) as stored:
            state.step = int(stored["step"])
            network.load_state_dict(_named(stored, "weights."))
            state.mean = _named(stored, "mean.")
    elif plan.warm and warm.exists():
        with np.load(warm) as stored:
            trunk = _named(stored, "mean.")
        known = {name: value for name, value in trunk.items() if not name.startswith("tail")}
        network.load_state_dict(known, strict=False)
        state.mean = _parameters(network)
    return state


def commit(state: State, folder: Path) -> Path:
    """Writes what the repository keeps."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{state.plan.name}.npz"
    arrays = {f"weights.{name}": value for name, value in _parameters(state.network).items()}
    arrays |= {f"mean.{name}": value for name, value in state.mean.items()}
    stored = {name: value.numpy() for name, value in arrays.items()}
    np.savez(path, allow_pickle=False, step=state.step, **stored)
    return path


def save(state: State, path: Path) -> None:
    draft = path.with_suffix(".draft")
    torch.save(
        {
            "plan": state.plan.name,
            "step": state.step,
            "network": state.network.state_dict(),
            "mean": state.mean,
            "optimiser": state.optimiser.state_dict(),
        },
        draft,
    )
    draft.replace(path)


def load(path: Path) -> State:
    stored = torch.load(path, weights_only=True)
    state = _fresh(Network(PLANS[stored["plan"]]))
    state.network.load_state_dict(stored["network"])
    state.mean = stored["mean"]
    state.optimiser.load_state_dict(stored["optimiser"])
    state.step = stored["step"]
    return state


def _fresh(network: Network) -> State:
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(network.parameters(), betas=(0.9, 0.99))
    return State(network.plan, network, _parameters(network), optimiser)


def _parameters(network: Network) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.named_parameters()}


def _named(stored: np.lib.npyio.NpzFile, prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): torch.from_numpy(stored[name])
        for name in stored.files
        if name.startswith(prefix)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    for path in parser.parse_args().checkpoints:
        commit(load(path), committed())


if __name__ == "__main__":
    main()
