"""Builds the root that the real editors run in: a small trixie beside the machine's own system.

Nothing is installed on the machine. The mirror is the one that its apt is set up for, so a root
comes from wherever the machine's own packages come from.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.root.enter import chroot_command


@dataclass(frozen=True)
class Recipe:
    """What a root is made of. Packages are added without their recommendations."""

    suite: str
    packages: tuple[str, ...]


KRITA = Recipe(
    "trixie",
    # python3-pyqt5 is only a recommendation of krita, but no Python plug-in loads without it.
    ("krita", "python3-pyqt5", "python3-pyqt5.sip", "xvfb", "fonts-dejavu-core"),
)


class BuildFailed(Exception):
    """What could not be done, and the end of its log."""


def cache_folder() -> Path:
    """Outside of every checkout: a root is the same for all of them."""
    return Path(os.environ.get("VELATURA_HOSTS_DIR") or "/var/tmp/velatura-hosts")


def ensure_root(recipe: Recipe = KRITA) -> Path:
    """The root's folder; built first, or completed, if it is not yet as ``recipe`` says.

    :raises BuildFailed: no right to chroot, no mirror, or a package that cannot be had
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / recipe.suite
    with _locked(cache / f"{recipe.suite}.lock"):
        if _installed(root) >= set(recipe.packages):
            return root
        if os.geteuid() != 0:
            raise BuildFailed("building a root needs the rights of root")
        log = cache / f"{recipe.suite}.log"
        if not (root / "etc/apt/sources.list").exists():
            _bootstrap(recipe, root, log)
        _install(recipe, root, log)
    return root


def _bootstrap(recipe: Recipe, root: Path, log: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    tool = _debootstrap(root.parent / "debootstrap", log)
    partial = root.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    command = [str(tool / "usr/sbin/debootstrap"), "--variant=minbase", recipe.suite]
    _run(
        [*command, str(partial), _mirror()],
        log,
        DEBOOTSTRAP_DIR=str(tool / "usr/share/debootstrap"),
    )
    partial.rename(root)


def _debootstrap(folder: Path, log: Path) -> Path:
    """Unpacked from its package, not installed."""
    if not (folder / "usr/sbin/debootstrap").exists():
        folder.mkdir(exist_ok=True)
        if not _mirror_or_none():
            _run(["apt-get", "update", "-q"], log)
        # apt gives up its rights for downloads, and its user may not write here.
        _run(["apt-get", "-o", "APT::Sandbox::User=root", "download", "debootstrap"], log, folder)
        (package,) = folder.glob("debootstrap_*.deb")
        _run(["dpkg", "-x", str(package), str(folder)], log)
    return folder


def _install(recipe: Recipe, root: Path, log: Path) -> None:
    for name in ("resolv.conf", "hosts"):
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), root / "etc" / name)
    (root / "etc/apt/apt.conf.d/90machine").write_text(_machine_settings())
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    for step in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *recipe.packages],
        ["apt-get", "clean"],
    ):
        _run(chroot_command(root, step, quiet), log)
    _stamp(root).write_text(json.dumps(sorted(recipe.packages)))


def _machine_settings() -> str:
    """Proxies and tolerances of the machine's apt hold for its roots, too."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Languages")
    return "".join(f"{line}\n" for line in dump.stdout.splitlines() if line.startswith(wanted))


def _mirror() -> str:
    mirror = _mirror_or_none()
    if mirror is None:
        raise BuildFailed("apt has no Debian archive configured here")
    return mirror


def _mirror_or_none() -> str | None:
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines():
        origin, label, uri = line.split("|")
        if origin == label == "Debian":
            return uri
    return None


def _stamp(root: Path) -> Path:
    return root / "etc/velatura-packages.json"


def _installed(root: Path) -> set[str]:
    stamp = _stamp(root)
    return set(json.loads(stamp.read_text())) if stamp.exists() else set()


def _run(command: Sequence[str], log: Path, cwd: Path | None = None, **variables: str) -> None:
    with log.open("a") as output:
        output.write(f"\n[{time.strftime('%H:%M:%S')}] {' '.join(command)}\n")
        output.flush()
        environment = {**os.environ, "LC_ALL": "C.UTF-8", **variables}
        done = subprocess.run(
            command, cwd=cwd, env=environment, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise BuildFailed(f"{command[0]} ended with {done.returncode}:\n{tail}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Two runs at once build one root."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
