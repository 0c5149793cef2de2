"""``python -m tests.fuzz --guided``: the same mutations, steered by which branches they reach.

By atheris, which has to see our modules as they are imported: hence a process of its own. It ends
at the first crash, or when the time is up.
"""

from __future__ import annotations

import sys
from random import Random

import atheris  # pyright: ignore[reportMissingImports]

with atheris.instrument_imports(include=["velatura_protocol"]):
    from tests.fuzz.mutation import Mutator
    from tests.fuzz.targets import run

LONGEST = 65_536


def main(seconds: int, seed: int) -> None:
    mutator = Mutator(seed)

    def mutate(data: bytes, most: int, its_seed: int) -> bytes:
        mutator.random = Random(its_seed)
        return mutator.mutated(data, most) if its_seed % 4 else mutator.input()[:most]

    def target(data: bytes) -> None:
        run(data)

    options = [f"-max_total_time={seconds}", f"-seed={seed or 1}", f"-max_len={LONGEST}"]
    options += ["-rss_limit_mb=1024", "-print_final_stats=1", "-artifact_prefix=out/"]
    atheris.Setup([sys.argv[0], *options], target, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
