"""Builds the roots that the real editors run in: small systems beside the machine's own.

Nothing is installed on the machine. The mirror is the one that its apt is set up for, so a root
comes from wherever the machine's own packages come from.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.root.enter import chroot_command, confined
from tests.hosts.root.machine import ATTEMPTS, BuildFailed, Steps, mirror, proxies, settings, update
from tests.hosts.root.recipes import TRIXIE, Recipe

_STAMP = "etc/velatura-root.json"
_CHROOT = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
_APT = """\
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
"""
_DPKG = "force-unsafe-io\n" + "".join(
    f"path-exclude=/usr/share/{each}/*\n" for each in ("doc", "man", "info", "help")
)


@dataclass(frozen=True)
class Root:
    """A root that is there. ``versions`` are those of the packages that its recipe names."""

    recipe: Recipe
    folder: Path
    versions: Mapping[str, str]

    def version(self, package: str) -> str:
        """As its makers number it: without Debian's epoch and revision."""
        return self.versions[package].rpartition(":")[2].split("-")[0].split("+")[0]


def cache_folder() -> Path:
    """Outside of every checkout: a root is the same for all of them."""
    return Path(os.environ.get("VELATURA_HOSTS_DIR") or "/var/tmp/velatura-hosts")


def may_enter() -> bool:
    """Whether this user may run anything in a root."""
    return os.geteuid() == 0 and shutil.which("unshare") is not None


def found_root(recipe: Recipe = TRIXIE) -> Root | None:
    """The root, if all of ``recipe`` is in it."""
    folder = cache_folder() / recipe.name
    try:
        versions = json.loads((folder / _STAMP).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Root(recipe, folder, versions) if versions.keys() >= set(recipe.packages) else None


def ensure_root(recipe: Recipe = TRIXIE, report: Callable[[str], None] = lambda _: None) -> Root:
    """The root; built first, or completed, if it is not yet as ``recipe`` says.

    :raises BuildFailed: no right to chroot, no mirror, or a package that cannot be had
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / f"{recipe.name}.lock"):
        found = found_root(recipe)
        if found is not None:
            return found
        if not may_enter():
            raise BuildFailed("building a root needs the rights of root, and unshare")
        folder, steps = cache / recipe.name, Steps(cache / f"{recipe.name}.log", report)
        if _is_whole(folder):
            try:
                return _filled(recipe, folder, steps)
            except BuildFailed as failure:
                report(f"{folder} is beyond repair, built anew: {failure}")
        _bootstrap(recipe, folder, steps)
        return _filled(recipe, folder, steps)


def _is_whole(folder: Path) -> bool:
    """An interrupted debootstrap never gets its final name; this is for what came after it."""
    return all((folder / each).exists() for each in ("etc/apt/sources.list", "usr/bin/apt-get"))


def _bootstrap(recipe: Recipe, folder: Path, steps: Steps) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    tool = _debootstrap(folder.parent / "debootstrap", steps)
    partial = folder.with_name(f"{folder.name}.part")
    scripts = tool / "usr/share/debootstrap"
    # An older debootstrap has no script for a newer release; they are all sid's.
    script = scripts / "scripts" / recipe.release
    variables = {"DEBOOTSTRAP_DIR": str(scripts), **proxies(), "PATH": _CHROOT["PATH"]}
    command = [
        *(str(tool / "usr/sbin/debootstrap"), "--variant=minbase", recipe.release),
        *(str(partial), mirror(steps)),
        *(() if script.exists() else (str(scripts / "scripts/sid"),)),
    ]
    shutil.rmtree(partial, ignore_errors=True)
    steps.run(
        f"debootstrap {recipe.release}",
        confined(command),
        extra=variables,
        attempts=ATTEMPTS,
        mend=lambda: shutil.rmtree(partial, ignore_errors=True),
    )
    partial.rename(folder)


def _debootstrap(folder: Path, steps: Steps) -> Path:
    """Unpacked from its package, not installed."""
    if (folder / "usr/sbin/debootstrap").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    partial = folder.with_name("debootstrap.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    mirror(steps)
    # apt gives up its rights for downloads, and its user may not write here.
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "debootstrap"]
    steps.run(
        "debootstrap's package",
        command,
        folder=partial,
        attempts=ATTEMPTS,
        mend=lambda: update(steps),
    )
    (package,) = partial.glob("debootstrap_*.deb")
    steps.run("unpacking debootstrap", ["dpkg", "-x", str(package), str(partial)])
    partial.rename(folder)
    return folder


def _filled(recipe: Recipe, folder: Path, steps: Steps) -> Root:
    (folder / _STAMP).unlink(missing_ok=True)
    _set_up(recipe, folder, steps)

    def inside(name: str, *command: str, attempts: int = 1) -> None:
        entered = chroot_command(folder, command, _CHROOT, is_confined=True)
        steps.run(name, entered, attempts=attempts, mend=mend)

    def mend() -> None:
        inside("mending what was interrupted", "dpkg", "--configure", "-a")
        inside("package lists", "apt-get", "update", "-q")

    newer = ("-t", recipe.overlay) if recipe.overlay else ()
    inside("mending what was interrupted", "dpkg", "--configure", "-a")
    inside("package lists", "apt-get", "update", "-q", attempts=ATTEMPTS)
    install = ("apt-get", "install", "-y", "-q", "--fix-broken", *newer, *recipe.packages)
    inside(f"{len(recipe.packages)} packages and what they need", *install, attempts=ATTEMPTS)
    inside("removing downloads", "apt-get", "clean")
    versions = _versions(recipe, folder)
    (folder / _STAMP).write_text(json.dumps(versions))
    return Root(recipe, folder, versions)


def _set_up(recipe: Recipe, folder: Path, steps: Steps) -> None:
    for name in ("resolv.conf", "hosts"):
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), folder / "etc" / name)
    (folder / "etc/apt/apt.conf.d/90velatura").write_text(settings() + _APT)
    (folder / "etc/dpkg/dpkg.cfg.d/90velatura").write_text(_DPKG)
    # Whatever a package would start stays off.
    policy = folder / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    if recipe.overlay:
        overlay = folder / f"etc/apt/sources.list.d/{recipe.overlay}.list"
        overlay.write_text(f"deb {mirror(steps)} {recipe.overlay} main\n")


def _versions(recipe: Recipe, folder: Path) -> dict[str, str]:
    query = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *recipe.packages]
    told = subprocess.run(
        chroot_command(folder, query, _CHROOT), capture_output=True, text=True, check=True
    )
    return dict(line.split(" ", 1) for line in told.stdout.splitlines())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Two runs at once build one root."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
