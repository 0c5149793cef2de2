"""A PyTorch file, which is a program that builds tensors, made into a safetensors file, which is
nothing but tensors; once, in a process of its own that is thrown away.

That process (:mod:`.convert_child`) reads with ``weights_only``, has no network, may not start
others, writes to one folder and gets no more memory than the tensors need. Whatever it says, what
it wrote is looked at like any stranger's file.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from velatura_protocol.errors import UnreadableFile, Unsupported
from velatura_protocol.faults import ModelFault, UnsupportedWhat

from .safetensors_header import read_header
from .work import Report, Step, unheard

_POLL_SECONDS = 0.2
_SECONDS_PER_GIGABYTE = 120.0
_LEAST_SECONDS = 300.0
NO_TORCH = 3
NO_TENSORS = 4


def convert(source: Path, target: Path, report: Report = unheard) -> None:
    """Writes ``source``'s tensors to ``target``, whose folder is there and holds nothing else.

    :raises UnreadableFile: it could not be read so; ``reason`` as people understand it
    :raises Unsupported: the diffusion profile, which reads such files, is not installed
    :raises Cancelled: by the report; nothing is left of it
    """
    size = source.stat().st_size
    deadline = time.monotonic() + max(_LEAST_SECONDS, size / 1e9 * _SECONDS_PER_GIGABYTE)
    # Isolated: neither the user's site-packages nor variables of the environment have a say.
    command = [sys.executable, "-I", "-m", "velatura_backend.models.convert_child"]
    child = subprocess.Popen(
        [*command, str(source), str(target)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=target.parent,
        env={"PATH": "", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        while child.poll() is None:
            done = target.stat().st_size if target.exists() else 0
            report(Step(min(done, size), size, source.name))
            if time.monotonic() > deadline:
                raise UnreadableFile(reason="conversion takes too long")
            time.sleep(_POLL_SECONDS)
        _check(child.returncode, target)
    except BaseException:
        child.kill()
        child.wait()
        target.unlink(missing_ok=True)
        raise


def _check(status: int, target: Path) -> None:
    if status == NO_TORCH:
        raise Unsupported(what=UnsupportedWhat.WITHOUT_DIFFUSION)
    if status == NO_TENSORS:
        raise UnreadableFile(reason=ModelFault.NO_WEIGHTS)
    if status != 0 or not target.exists():
        raise UnreadableFile(reason="it is damaged, or holds more than tensors")
    read_header(target)
