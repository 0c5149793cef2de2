"""The plug-in in every GIMP profile of a user, and out of them again.

GIMP loads what lies in ``plug-ins`` without any setting of its own, so that taking it back is
taking a folder away. The folder itself tells which checkout it is from.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from installer import bundle, processes, record
from installer.bundle import MANIFEST, Contents
from installer.gimp_profiles import GimpProfile, find
from installer.krita_plugin import Place
from installer.running import is_running
from installer.trouble import Trouble

NAME = "velatura"
ORIGIN = "installed.json"
_ANSWER_SECONDS = 120.0
_REMEDY = "Make room or change the owner, and run the command again."
# GIMP ends with 64 after a batch that raises, and sys.exit(0) counts as that.
_QUESTION = (
    "from gi.repository import Gimp; "
    "assert Gimp.get_pdb().procedure_exists('plug-in-velatura-remove')"
)
_BATCH = ("--batch-interpreter=python-fu-eval", "-b", _QUESTION, "--quit")


def install(place: Place) -> None:
    """Into every profile; where there is none, the user is told what to do.

    :raises Trouble: a profile cannot be written to; the others have the plug-in then
    """
    found = find(place.machine)
    if not found:
        place.report.line("no GIMP 3 profile was found: start GIMP once and run the command again")
        return
    _put_into(place, found)
    _tell(place)


def refresh(place: Place) -> None:
    """Bring the profiles that have an older plug-in of this checkout up to date.

    :raises Trouble: a profile cannot be written to
    """
    ours = [each for each in find(place.machine) if _is_ours(place, each)]
    want = _wanted(place)
    _put_into(place, [each for each in ours if _digest(each) != want])


def repair(place: Place) -> None:
    """Put it anew wherever this checkout has put it.

    :raises Trouble: see :func:`install`
    """
    _put_into(place, [each for each in find(place.machine) if _is_ours(place, each)])


def uninstall(place: Place) -> None:
    """Take away what :func:`install` of this checkout has put anywhere.

    :raises Trouble: a profile cannot be written to
    """
    for profile in find(place.machine):
        if _is_ours(place, profile):
            place.report.line(f"removing the plug-in from {profile.plugins}")
            _take_back(profile)
        elif _package(profile).exists():
            place.report.line(f"{profile.plugins} has a plug-in from elsewhere: it stays")


def status(place: Place) -> Iterator[str]:
    """A line for each profile."""
    profiles = find(place.machine)
    if not profiles:
        yield "no GIMP 3 profile found"
    for profile in profiles:
        name = f"{profile.version}, {profile.kind}"
        if not _package(profile).exists():
            yield f"{name}: not installed, `python3 installer install --host gimp` does it"
        else:
            is_current = _digest(profile) == _wanted(place)
            stale = "" if is_current else ", differs from this checkout's: install again"
            yield f"{name}: version {_told(profile, 'version')}{stale}, in {_package(profile)}"


def _put_into(place: Place, profiles: Iterable[GimpProfile]) -> None:
    contents: Contents | None = None
    failed: list[str] = []
    for profile in profiles:
        contents = contents or bundle.gimp(place.checkout)
        try:
            _put(place, profile, contents)
        except OSError as error:
            failed.append(f"{error.filename or profile.plugins} ({error.strerror})")
            continue
        place.report.line(f"GIMP {profile.version}, {profile.kind}: {_package(profile)}")
        if profile.is_confined:
            place.report.line(f"  a {profile.kind} GIMP starts no backend: see docs/gimp.md")
    if failed:
        raise Trouble(f"{', '.join(failed)} cannot be written to.", _REMEDY)


def _put(place: Place, profile: GimpProfile, contents: Contents) -> None:
    """GIMP sees the old one or the new: it is written aside and then renamed."""
    package, made = _package(profile), not profile.plugins.exists()
    made = made or bool(_told(profile, "made_folder"))
    draft, old = package.with_name(f".{NAME}.new"), package.with_name(f".{NAME}.old")
    for leftover in (draft, old):
        _discard(leftover)
    for path, data in contents.items():
        target = draft / path.relative_to(PurePosixPath(NAME))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    origin = {"checkout": str(place.checkout.root), "made_folder": made}
    (draft / ORIGIN).write_text(json.dumps(origin) + "\n", encoding="utf-8")
    started = draft / f"{NAME}.py"
    # Without it GIMP passes the file over, and says so only on a terminal.
    started.chmod(started.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    if os.path.lexists(package):
        package.rename(old)
    draft.rename(package)
    _discard(old)


def _take_back(profile: GimpProfile) -> None:
    package = _package(profile)
    made = bool(_told(profile, "made_folder"))
    try:
        for folder in (package, *_asides(package)):
            _discard(folder)
        if made and not any(profile.plugins.iterdir()):
            profile.plugins.rmdir()
    except OSError as error:
        raise Trouble(f"{error.filename} cannot be removed ({error.strerror}).", _REMEDY) from error


def _asides(package: Path) -> tuple[Path, Path]:
    return package.with_name(f".{NAME}.new"), package.with_name(f".{NAME}.old")


def _discard(path: Path) -> None:
    """A link to a plug-in under development is a link, not what it leads to."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _package(profile: GimpProfile) -> Path:
    return profile.plugins / NAME


def _is_ours(place: Place, profile: GimpProfile) -> bool:
    """Also what a checkout left that is no longer where it was."""
    checkout = _told(profile, "checkout")
    if not checkout:
        return False
    return Path(str(checkout)) == place.checkout.root or not Path(str(checkout)).exists()


def _told(profile: GimpProfile, fact: str) -> object:
    """By what lies in the folder; None where nothing does."""
    for name in (ORIGIN, MANIFEST):
        try:
            found = json.loads((_package(profile) / name).read_bytes()).get(fact)
        except (OSError, ValueError, AttributeError):
            continue
        if found is not None:
            return found
    return None


def _digest(profile: GimpProfile) -> object:
    return _told(profile, "digest")


def _wanted(place: Place) -> str:
    """The digest of this checkout's plug-in; empty where it cannot be built."""
    try:
        return bundle.digest_of(bundle.gimp(place.checkout))
    except Trouble:
        return ""


def _tell(place: Place) -> None:
    versions = {each.version for each in find(place.machine)}
    if is_running("gimp") or any(is_running(f"gimp-{each}") for each in versions):
        place.report.line("GIMP is running: close it and start it again")
    for version, knows in _answers(place):
        said = "knows the plug-in" if knows else "does not know the plug-in: see docs/gimp.md"
        place.report.line(f"GIMP {version} was asked and {said}")
    place.report.line(f"in GIMP: Filters > Velatura (version {record.version(place.checkout)})")


def _answers(place: Place) -> Iterator[tuple[str, bool]]:
    """By version, whether this machine's GIMP of it has the procedures; nothing of one that cannot
    be asked."""
    native = {each.version for each in find(place.machine) if not each.is_confined}
    path = place.machine.environment.get("PATH", "")
    for version in sorted(native):
        console = _console(version, path)
        answer = _run(console, "-i", *_BATCH) if console else None
        if answer is not None:
            yield version, answer.returncode == 0


def _console(version: str, path: str) -> str | None:
    """The one that reads the profile of that version: several may be installed side by side."""
    own = shutil.which(f"gimp-console-{version}", path=path)
    usual = shutil.which("gimp-console", path=path)
    if own or usual is None:
        return own
    told = _run(usual, "--version")
    is_it = told is not None and f" {version}.".encode() in told.stdout
    return usual if is_it else None


def _run(*command: str) -> subprocess.CompletedProcess[bytes] | None:
    """None: it cannot be started, or does not end."""
    try:
        return subprocess.run(
            command,
            env=processes.clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
