"""The throw-away process of :mod:`.convert`: reads one file, writes one file, ends.

``python -I -m velatura_backend.models.convert_child SOURCE TARGET``
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, cast

from .convert import NO_TENSORS, NO_TORCH

_NEW_USER_AND_NETWORK = 0x1000_0000 | 0x4000_0000
_ROOM = 2 * 1024**3
"""Bytes of address space beside the tensors: what the libraries map while they work."""

_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.forkpty", "pty.", "ctypes.dlopen", "ctypes.dlsym", "os.remove", "os.rename", "os.rmdir",
    "shutil.", "os.link", "os.symlink", "os.chmod", "os.chown", "os.putenv", "webbrowser.",
    "urllib.", "http.", "ftplib.", "smtplib.",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main(source: Path, target: Path) -> int:
    try:
        import torch
        from safetensors.torch import save_file
    except ImportError:
        return NO_TORCH
    torch.set_num_threads(1)
    leave_network()
    limit_memory(source.stat().st_size)
    forbid_everything_else(target)
    loaded: object = torch.load(source, map_location="cpu", weights_only=True)
    tensors = named_tensors(loaded, torch.Tensor)
    if not tensors:
        return NO_TENSORS
    # Tensors may share memory in a PyTorch file; a safetensors file has no way to say so.
    plain = {
        name: cast("torch.Tensor", tensor).detach().clone().contiguous()
        for name, tensor in tensors.items()
    }
    save_file(plain, str(target), {"format": "pt"})
    return 0


def named_tensors(loaded: object, kind: type) -> dict[str, object]:
    """The tensors by name, out of the wrappers that training programs put around them; empty where
    it is not tensors that are left."""
    for key in ("state_dict", "params_ema", "params", "model", "module"):
        inner = loaded.get(key) if isinstance(loaded, Mapping) else None
        if isinstance(inner, Mapping) and inner:
            loaded = cast("object", inner)
    if not isinstance(loaded, Mapping):
        return {}
    entries = cast("Mapping[object, object]", loaded)
    return {
        name: value
        for name, value in entries.items()
        if isinstance(name, str) and isinstance(value, kind)
    }


def leave_network() -> None:
    """Where the system lets anybody: into a network namespace in which there is none. Elsewhere the
    hook alone keeps it out."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.unshare(_NEW_USER_AND_NETWORK)


def limit_memory(size: int) -> None:
    """The file's tensors twice (read, and copied to be written), and room to work; where the system
    counts address space, which macOS and Windows do not. A file that is written may be as large,
    and a crash leaves no copy of all this on the disk."""
    if sys.platform == "win32":
        return
    import resource

    most = 3 * size + _ROOM
    limits = [(resource.RLIMIT_FSIZE, most), (resource.RLIMIT_CORE, 0)]
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits.append((resource.RLIMIT_AS, pages * resource.getpagesize() + most))
    for kind, limit in limits:
        _, hard = resource.getrlimit(kind)
        least = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (least, least))


def forbid_everything_else(target: Path) -> None:
    """From here on this process computes, reads files, and writes in one folder. A hook cannot be
    taken out again."""
    folder = os.path.realpath(target.parent)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = (*arguments, 0, 0)[:3]
            writes = isinstance(flags, int) and bool(flags & _WRITING)
            if writes and os.path.dirname(os.path.realpath(str(path))) != folder:
                _refuse(event)
        elif event.startswith(_FORBIDDEN):
            _refuse(event)

    sys.addaudithook(hook)


def _refuse(event: str) -> NoReturn:
    raise PermissionError(event)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
