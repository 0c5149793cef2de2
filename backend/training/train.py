"""``python -m training.train PLAN --gallery FOLDER --work FOLDER --steps N [--cool N]``

Goes on from the checkpoint in the work folder, else from the committed one, else from nothing.
The learning rate stays level until ``steps - cool`` and falls to nothing at ``steps``: a run that
is to be continued later leaves its level checkpoint beside the cooled one.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import torch  # pyright: ignore[reportMissingImports]
from torch import Tensor  # pyright: ignore[reportMissingImports]

from .batches import Batch, Source
from .checkpoints import State, committed, load, save, start
from .gallery import Gallery
from .networks import PLANS, Plan

_WARM_UP = 200
_MARGIN = 3
_LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Schedule:
    steps: int
    cool: int
    rate: float
    since: int = 0

    def rate_at(self, step: int) -> float:
        warm = min(1.0, (step - self.since + 1) / _WARM_UP)
        left = min(1.0, (self.steps - step) / max(1, self.cool))
        return self.rate * warm * left


def to_tensors(batch: Batch, plan: Plan) -> tuple[Tensor, Tensor, Tensor | None]:
    given = torch.from_numpy(batch.given).permute(0, 3, 1, 2).float() / 255.0
    wanted = torch.from_numpy(batch.wanted).permute(0, 3, 1, 2).float() / 255.0
    levels = torch.from_numpy(batch.levels[:, : plan.maps]) if plan.maps else None
    return given, wanted, levels


def loss_of(result: Tensor, wanted: Tensor, plan: Plan, levels: Tensor | None) -> Tensor:
    """Mean absolute error of the colours and, once more, of the luma: that is what eyes and the
    scores look at. Without the border, which saw padding. Pictures in little trouble count for
    more: what is lost in them shows."""
    edge = _MARGIN * max(2, plan.scale)
    error = (result - wanted)[..., edge:-edge, edge:-edge]
    if levels is not None:
        error = error * (0.5 / (0.2 + levels.sum(dim=1)))[:, None, None, None]
    luma = sum(weight * error[:, channel] for channel, weight in enumerate(_LUMA))
    return error.abs().mean() + luma.abs().mean()  # type: ignore[union-attr]


def train(state: State, source: Source, schedule: Schedule, work: Path, keep_every: int) -> None:
    plan = state.plan
    began, seen = time.process_time(), 0.0
    for step in range(state.step, schedule.steps):
        for group in state.optimiser.param_groups:
            group["lr"] = schedule.rate_at(step)
        given, wanted, levels = to_tensors(source.batch(step), plan)
        given = given.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            result = state.network(given, levels)
        loss = loss_of(result.float(), wanted, plan, levels)
        state.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(state.network.parameters(), 0.5)
        state.optimiser.step()
        state.average()
        state.step = step + 1
        seen += float(loss.detach())
        if state.step % 100 == 0:
            spent = time.process_time() - began
            print(f"{plan.name} {state.step} loss {seen / 100:.5f} cpu {spent:.0f} s", flush=True)  # noqa: T201
            seen = 0.0
        if state.step % keep_every == 0 or state.step == schedule.steps:
            cooling = state.step > schedule.steps - schedule.cool
            save(state, work / f"{plan.name}{'-cooled' if cooling else ''}.pt")


def resumed(plan: Plan, work: Path, steps: int) -> State:
    """The state that has come furthest: the committed one, the work folder's, or one that was
    stopped while it cooled; one that is cooled already is finished."""
    state = start(plan, committed())
    for name in (f"{plan.name}.pt", f"{plan.name}-cooled.pt"):
        path = work / name
        if path.exists():
            found = load(path)
            if state.step < found.step < steps:
                state = found
    return state


def main() -> None:
    arguments = _arguments()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    plan = PLANS[arguments.plan]
    state = resumed(plan, arguments.work, arguments.steps)
    source = Source(
        Gallery(arguments.gallery),
        plan,
        arguments.seed,
        arguments.size,
        arguments.side,
        arguments.count,
    )
    schedule = Schedule(arguments.steps, arguments.cool, arguments.rate, state.step)
    train(state, source, schedule, arguments.work, arguments.keep_every)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", choices=sorted(PLANS))
    parser.add_argument("--gallery", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where whole states are kept")
    parser.add_argument("--steps", type=int, required=True, help="in all, with those already made")
    parser.add_argument("--cool", type=int, default=0, help="how many of them the rate falls over")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=16, help="patches in a batch")
    parser.add_argument("--side", type=int, default=40, help="of a patch, in pixels given")
    parser.add_argument("--count", type=int, default=1000, help="pictures in the gallery")
    parser.add_argument("--keep-every", type=int, default=500, help="steps")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
