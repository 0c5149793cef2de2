"""``python -m tests.fuzz``: the codec and the session, given mutated conversations for long.

By itself inputs come from a seed, one after the other; nothing is learnt from what they reach. With
``--guided``, and where `atheris` is installed (``pip install atheris``; wheels for Linux), the same
mutations are steered by which branches they reach.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutation import Mutator, split
from tests.fuzz.targets import run

MEBIBYTE = 1024 * 1024
MOST_GROWTH = 64 * MEBIBYTE
"""Of the resident memory, over any number of inputs."""
_WARM = 2000
_EACH = 5000
_CRASHES = 20


@dataclass
class Tally:
    """An input is a frame: given to the codec, and to a session as long as that listens.
    ``taken``: after which the conversation went on."""

    started: float = field(default_factory=time.monotonic)
    conversations: int = 0
    inputs: int = 0
    taken: int = 0
    crashes: int = 0
    at_first: int = 0

    def line(self) -> str:
        seconds = max(time.monotonic() - self.started, 1e-9)
        return (
            f"{self.conversations} conversations, {self.inputs} inputs ({self.taken} taken) "
            f"in {seconds:.0f} s, {self.inputs / seconds:.0f} a second, {self.crashes} crashes, "
            f"peak {peak() / MEBIBYTE:.0f} MiB, grown by {self.growth / MEBIBYTE:.0f} MiB"
        )

    @property
    def growth(self) -> int:
        return peak() - self.at_first if self.at_first else 0


def peak() -> int:
    """The most bytes that were resident so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def fuzz(
    seed: int, *, seconds: float, inputs: int, crashes: Path, most_crashes: int = _CRASHES
) -> Tally:
    """Until one of them runs out; 0 inputs are as many as there is time for."""
    mutator, tally = Mutator(seed), Tally()
    end = time.monotonic() + seconds
    while time.monotonic() < end and tally.crashes < most_crashes:
        if inputs and tally.inputs >= inputs:
            break
        data = mutator.input()
        try:
            tally.taken += run(data)
        except Exception:
            tally.crashes += 1
            keep(crashes, data)
        tally.conversations += 1
        tally.inputs += len(split(data)[1])
        if tally.conversations == _WARM:
            tally.at_first = peak()
        if tally.conversations % _EACH == 0 and sys.stderr.isatty():
            print(f"\r{tally.line()}", end="", file=sys.stderr)
    return tally


def keep(folder: Path, data: bytes) -> None:
    """For ``--again``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"crash-{hash(data) & 0xFFFFFFFF:08x}"
    file.write_bytes(data)
    print(f"\n{file}:\n{traceback.format_exc()}", file=sys.stderr)


def guided(seconds: float, seed: int) -> int:
    """See :mod:`tests.fuzz.guided`; its exit status."""
    command = [sys.executable, "-m", "tests.fuzz.guided", str(int(seconds)), str(seed)]
    Path("out").mkdir(exist_ok=True)
    return subprocess.run(command, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--inputs", type=int, default=0, help="stop after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--crashes", type=Path, default=Path("out/fuzz"), help="where they are kept"
    )
    parser.add_argument("--again", type=Path, help="run one input that was kept")
    parser.add_argument("--guided", action="store_true", help="by atheris, if it is installed")
    options = parser.parse_args()
    if options.again:
        print(f"{run(options.again.read_bytes())} frames taken, no crash")
        return 0
    if options.guided:
        return guided(options.seconds, options.seed)
    tally = fuzz(
        options.seed, seconds=options.seconds, inputs=options.inputs, crashes=options.crashes
    )
    print(tally.line())
    return 1 if tally.crashes or tally.growth > MOST_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
