"""Commands inside a root: its own view of the file system, and nothing of our environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

# Mounts are the command's own and end with it: `unshare` gives it a mount namespace. It is ended
# with the process that started it, however that ends: no `exec` makes a new process, so that the
# signal to come stays set.
_ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private")
# What the command has started ends with it as well: the kernel ends a process namespace with its
# first process. That is a shell, which has no rights to give up: apt does, and when it does the
# signal to come is forgotten.
_CONFINED = (
    *("--pid", "--fork", "--kill-child", "--mount-proc"),
    *("bash", "-c", '"$@"; exit $?', "confined"),
)
_ENTER = """
set -e
root=$1; shift
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do mkdir -p "$root$1"; mount --bind "$1" "$root$1"; shift; done
shift
exec chroot "$root" "$@"
"""


def confined(command: Sequence[str]) -> list[str]:
    """``command`` on the machine itself; nothing that it mounts or starts is left behind."""
    return [*_ALONE, *_CONFINED, *command]


def chroot_command(
    root: Path,
    command: Sequence[str],
    environment: Mapping[str, str],
    shared: Sequence[Path] = (),
    *,
    is_confined: bool = False,
) -> list[str]:
    """Argument list that runs ``command`` in ``root`` with exactly ``environment``.

    :param shared: folders that are to be seen in the root under their own path
    :param is_confined: sees no other processes, and leaves none
    """
    variables = [f"{name}={value}" for name, value in environment.items()]
    return [
        *(_ALONE if not is_confined else (*_ALONE, *_CONFINED)),
        *("bash", "-c", _ENTER, "enter", str(root), *map(str, shared), "--"),
        *("env", "-i", *variables, *command),
    ]
