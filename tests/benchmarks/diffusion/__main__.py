"""``python -m tests.benchmarks.diffusion``: our painter against the library's bare pipeline.

With CUDA: networks of SD 1.5's, SDXL's and FLUX.1's sizes with random weights, made in memory; the
table has a column for the seconds in which things are compiled. Without: tiny ones and the same
table, compiled only with ``--compiled``, for that takes minutes. Nothing is downloaded.

``--appetite`` prints instead what activations take at real sizes, counted without computing;
``--together`` what variations cost at once and one after another.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from tests.benchmarks.shared.tables import percentile, table, verdict
from velatura_backend.engines.diffusion.loading.libraries import prepare_libraries

from .appetite import appetite_rows
from .measures import Cancels, Timing, cancelled, preview_seconds, timed
from .networks import REAL, Build, parts_of, tiny_builds
from .painters import Bare, Ours
from .together import HEAD, together_rows

_HEAD = (
    "family",
    "what",
    "steps/s",
    "fill, s",
    "of the best bare one's",
    "times as fast as bare eager",
    "CPU s",
    "peak MB",
    "first fill, s",
)
_CANCEL_HEAD = ("family", "cancels", "p50 ms", "p95 ms", "worst ms", "target", "preview ms", "")
_FASTER = {"SD 1.5": 1.15, "SDXL": 1.2, "FLUX.1": 1.4}
"""Than the bare eager pipeline."""
_OVERHEAD = 1.05
"""Of the bare compiled one's time, at most."""
_PREVIEW_MS = 1.0


@dataclass(frozen=True)
class Outcome:
    """``timings``: what was run → how long it took."""

    build: Build
    timings: dict[str, Timing]
    cancels: Cancels
    preview: float


def main() -> None:
    options = _options()
    prepare_libraries(options.threads or torch.get_num_threads())
    if options.appetite:
        print(table(*appetite_rows()))
        return
    print(_machine(options.device), flush=True)
    builds = REAL if options.device != "cpu" else tiny_builds()
    chosen = [each for each in builds if not options.family or each.name in options.family]
    if options.together:
        print(table(HEAD, list(together_rows(chosen, options.device, options.runs))))
        return
    outcomes = []
    for build in chosen:
        outcomes.append(_measured(build, options))
        print(f"{build.name} done", flush=True)
        gc.collect()
    print(table(_HEAD, [row for each in outcomes for row in _rows(each)]), "\n")
    print(table(_CANCEL_HEAD, [_cancel_row(each) for each in outcomes]))


def _options() -> argparse.Namespace:
    cuda = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda" if cuda else "cpu")
    parser.add_argument("--family", action="append", help="name in the table; all of them")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cancels", type=int, default=20)
    parser.add_argument("--steps", type=int, default=0, help="0: the family's own")
    parser.add_argument("--threads", type=int, default=0 if cuda else 1)
    parser.add_argument("--compiled", action="store_true", default=cuda)
    parser.add_argument("--appetite", action="store_true")
    parser.add_argument("--together", action="store_true")
    return parser.parse_args()


def _machine(device: str) -> str:
    name = "CPU" if device == "cpu" else torch.cuda.get_device_name(device)
    return f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def _measured(build: Build, options: argparse.Namespace) -> Outcome:
    device, steps = options.device, options.steps or build.steps
    half = torch.float16 if "SD" in build.name else torch.bfloat16
    dtype = torch.float32 if device == "cpu" else half
    parts = parts_of(build, dtype)
    timings = dict(_bare(build, parts, dtype, options))
    ours = Ours(build, parts, device)
    timings["ours, eager"] = timed(ours.fill, steps, options.runs, device)
    if options.compiled:
        ours.compiling(on=True)
        timings["ours, compiled"] = timed(ours.fill, steps, options.runs, device)
    fastest = min(each.whole for name, each in timings.items() if name.startswith("ours"))
    cancels = cancelled(ours, steps, fastest, options.cancels)
    return Outcome(build, timings, cancels, preview_seconds(ours, device))


def _bare(
    build: Build, parts: dict[str, object], dtype: torch.dtype, options: argparse.Namespace
) -> Iterator[tuple[str, Timing]]:
    """Its networks leave the device with it, so that the peaks are each one's own."""
    steps = options.steps or build.steps
    bare = Bare(build, parts, options.device, dtype)
    yield "bare, eager", timed(bare.fill, steps, options.runs, options.device)
    if options.compiled:
        with bare.compiled():
            yield "bare, compiled", timed(bare.fill, steps, options.runs, options.device)
    bare.pipeline.to("cpu")


def _rows(outcome: Outcome) -> Iterator[Sequence[str]]:
    timings = outcome.timings
    eager, compiled = timings["bare, eager"], timings.get("bare, compiled")
    for name, each in timings.items():
        share, faster = each.cost / (compiled or eager).cost, eager.cost / each.cost
        if name == "ours, compiled":
            over = f"{share:.3f} {verdict(share, _OVERHEAD)}"
            wanted = _FASTER.get(outcome.build.name, 1.0)
            gain = f"{faster:.2f} {verdict(faster, wanted, at_most=False)}"
        else:
            over, gain = f"{share:.3f}", f"{faster:.2f}"
        yield (
            outcome.build.name,
            name,
            f"{each.steps:.2f}",
            f"{each.whole:.3f}",
            over,
            gain,
            f"{each.cpu:.3f}",
            f"{each.peak / 1e6:.0f}",
            f"{each.first:.1f}",
        )


def _cancel_row(outcome: Outcome) -> Sequence[str]:
    milliseconds = [1000 * each for each in outcome.cancels.seconds] or [0.0]
    step = 1000 / max(each.steps for each in outcome.timings.values())
    p95, shown = percentile(milliseconds, 95), 1000 * outcome.preview
    return (
        outcome.build.name,
        str(len(outcome.cancels.seconds)),
        f"{percentile(milliseconds, 50):.1f}",
        f"{p95:.1f}",
        f"{max(milliseconds):.1f}",
        verdict(p95, max(250.0, step)),
        f"{shown:.2f}",
        verdict(shown, _PREVIEW_MS),
    )


if __name__ == "__main__":
    main()
