"""Commands inside a root: its own view of the file system, and nothing of our environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

# Mounts are the command's own and end with it: `unshare` gives it a mount namespace. It is ended
# with the process that started it, however that ends: neither `unshare` nor any of the `exec`s
# makes a new process, and the signal to come stays set.
_ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private")
_ENTER = """
set -e
root=$1; shift
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do mkdir -p "$root$1"; mount --bind "$1" "$root$1"; shift; done
shift
exec chroot "$root" "$@"
"""


def mounted_alone(command: Sequence[str]) -> list[str]:
    """``command`` on the machine itself, but nothing that it mounts is seen by others or stays."""
    return [*_ALONE, *command]


def chroot_command(
    root: Path,
    command: Sequence[str],
    environment: Mapping[str, str],
    shared: Sequence[Path] = (),
) -> list[str]:
    """Argument list that runs ``command`` in ``root`` with exactly ``environment``.

    :param shared: folders that are to be seen in the root under their own path
    """
    variables = [f"{name}={value}" for name, value in environment.items()]
    return [
        *mounted_alone(["bash", "-c", _ENTER, "enter", str(root), *map(str, shared), "--"]),
        *("env", "-i", *variables, *command),
    ]
