"""What a network is, asked of the library in a process of its own: the server imports no tensors.

Run as ``python -m velatura_backend.engines.super_resolution.looking FILE``: prints the facts as a
model's ``detail``, and ends with 3 where no architecture is known.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import ModelFault, UnsupportedWhat

from .facts import NetworkFacts

_SECONDS = 120.0
_UNKNOWN = 3


def look_at(path: Path) -> str:
    """The ``detail`` of the network in a safetensors file; takes some seconds.

    :raises Unsupported: no architecture that is known, or the diffusion profile is not installed
    """
    if find_spec("spandrel") is None:
        raise Unsupported(what=UnsupportedWhat.WITHOUT_DIFFUSION)
    command = [sys.executable, "-m", __name__, str(path)]
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Unsupported(what=ModelFault.UNKNOWN_NETWORK) from error
    if ended.returncode:
        raise Unsupported(what=ModelFault.UNKNOWN_NETWORK)
    return ended.stdout.strip().splitlines()[-1]


def main(path: Path) -> int:
    from .library import network_facts

    try:
        facts: NetworkFacts = network_facts(path)
    except Unsupported:
        return _UNKNOWN
    sys.stdout.write(facts.detail + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
