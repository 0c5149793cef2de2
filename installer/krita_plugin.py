"""The plug-in in every Krita profile of a user, and out of them again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from installer import bundle, editor_record, kritarc, record
from installer.editor_record import Entry
from installer.krita_profiles import KritaProfile, Machine, find
from installer.locations import Checkout
from installer.placing import Placed
from installer.report import Report
from installer.running import is_running
from installer.trouble import Trouble

_REMEDY = "Make room or change the owner, and run the command again."


@dataclass(frozen=True)
class Place:
    """What an installation works with: whose plug-in, on which machine, recorded where."""

    checkout: Checkout
    machine: Machine
    data: Path
    report: Report

    def recorded(self) -> tuple[Entry, ...]:
        """The entries of this checkout, and those of one that is no longer where it was.

        :raises Trouble: the record cannot be read
        """
        entries = editor_record.read(self.data)
        return tuple(each for each in entries if self._is_ours(Path(each.checkout)))

    def _is_ours(self, checkout: Path) -> bool:
        return checkout == self.checkout.root or not checkout.exists()


def install(place: Place) -> None:
    """Into every profile, enabled; where there is none, the zip is made for the user to import.

    :raises Trouble: a profile cannot be written to; the others have the plug-in then
    """
    found = find(place.machine)
    if found:
        _install_into(place, found)
    else:
        _offer_zip(place)


def refresh(place: Place) -> None:
    """Bring the profiles that have an older plug-in of this checkout up to date; who has disabled
    it there keeps it disabled.

    :raises Trouble: a profile cannot be written to
    """
    entries = place.recorded()
    if not entries:
        return
    contents = bundle.krita(place.checkout)
    want = bundle.digest_of(contents)
    stale = [each for each in map(_placed, entries) if each.digest() not in (None, want)]
    with _writing():
        for placed in stale:
            placed.put(contents)
            place.report.line(f"Krita: {placed.resources} has the plug-in of this version now")
    if stale:
        _tell_if_running(place.report)


def repair(place: Place) -> None:
    """Put it anew wherever this checkout has put it, enabled.

    :raises Trouble: see :func:`install`
    """
    entries = place.recorded()
    profiles = [KritaProfile(e.kind, Path(e.resources), Path(e.settings)) for e in entries]
    if profiles:
        _install_into(place, profiles)


def uninstall(place: Place) -> None:
    """Take away what :func:`install` of this checkout has put anywhere.

    :raises Trouble: a profile cannot be written to
    """
    entries = place.recorded()
    for entry in entries:
        place.report.line(f"removing the plug-in from {entry.resources}")
        with _writing():
            _take_back(entry)
        left = tuple(each for each in editor_record.read(place.data) if each != entry)
        editor_record.write(place.data, left)
    if entries:
        _tell_if_running(place.report)
    for profile in find(place.machine):
        if Placed(profile.resources).version() is not None:
            place.report.line(f"{profile.resources} has a plug-in from elsewhere: it stays")


def status(place: Place) -> Iterator[str]:
    """A line for each profile."""
    profiles = find(place.machine)
    if not profiles:
        yield "no profile found; `python3 installer bundle --host krita` makes a zip to import"
    for profile in profiles:
        placed = Placed(profile.resources)
        version = placed.version()
        if version is None:
            yield f"{profile.kind}: not installed, `python3 installer install --host krita` does it"
        else:
            is_current = placed.digest() == _wanted(place)
            stale = "" if is_current else ", differs from this checkout's: install again"
            enabled = "enabled" if _is_enabled(profile) else "not enabled in Krita's settings"
            yield f"{profile.kind}: version {version}{stale}, {enabled}, in {placed.package}"


def _wanted(place: Place) -> str:
    """The digest of this checkout's plug-in; empty where it cannot be built."""
    try:
        return bundle.digest_of(bundle.krita(place.checkout))
    except Trouble:
        return ""


def _install_into(place: Place, profiles: Iterable[KritaProfile]) -> None:
    contents = bundle.krita(place.checkout)
    failed: list[str] = []
    for profile in profiles:
        try:
            _put(place, profile, contents)
        except OSError as error:
            failed.append(f"{error.filename or profile.resources} ({error.strerror})")
            continue
        place.report.line(f"Krita, {profile.kind}: {Placed(profile.resources).package}")
        if profile.is_confined:
            place.report.line(f"  a {profile.kind} starts no backend: see docs/install.md")
    if failed:
        raise Trouble(f"{', '.join(failed)} cannot be written to.", _REMEDY)
    _tell_if_running(place.report)
    place.report.line("in Krita: Settings > Dockers > Velatura")


def _put(place: Place, profile: KritaProfile, contents: bundle.Contents) -> None:
    settings = profile.settings.read_bytes() if profile.settings.exists() else b""
    enabled, change = kritarc.enable(settings)
    entry = Entry(
        kind=profile.kind,
        resources=str(profile.resources),
        settings=str(profile.settings),
        checkout=str(place.checkout.root),
        made=_missing([*Placed(profile.resources).folders, profile.settings.parent]),
        made_settings=not profile.settings.exists(),
        change=change,
    )
    entries = editor_record.read(place.data)
    earlier = [each for each in entries if each.profile == entry.profile]
    if earlier:  # what was there before us is what was there before the first time
        entry = replace(earlier[0], checkout=entry.checkout)
    editor_record.write(place.data, editor_record.with_entry(entries, entry))
    Placed(profile.resources).put(contents)
    if enabled != settings:
        _write_settings(profile.settings, enabled)


def _take_back(entry: Entry) -> None:
    _placed(entry).remove()
    settings = Path(entry.settings)
    if settings.exists():
        before = settings.read_bytes()
        after = kritarc.disable(before, entry.change)
        if not after and entry.made_settings:
            settings.unlink()
        elif after != before:
            _write_settings(settings, after)
    for folder in map(Path, entry.made):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _write_settings(path: Path, content: bytes) -> None:
    """Whole or not at all, and with the rights and, if it is one, the link that it had."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.velatura-{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
        draft.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # the draft is not theirs
    finally:
        draft.unlink(missing_ok=True)


def _missing(folders: Iterable[Path]) -> tuple[str, ...]:
    """Those folders and those above them that are not there, innermost first."""
    chain = {each for folder in folders for each in (folder, *folder.parents) if not each.exists()}
    return tuple(map(str, sorted(chain, key=lambda each: len(each.parts), reverse=True)))


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Trouble(
            f"{error.filename} cannot be written to ({error.strerror}).", _REMEDY
        ) from error


def _placed(entry: Entry) -> Placed:
    return Placed(Path(entry.resources))


def _is_enabled(profile: KritaProfile) -> bool:
    try:
        return kritarc.is_enabled(profile.settings.read_bytes())
    except OSError:
        return False


def _tell_if_running(report: Report) -> None:
    if is_running("krita"):
        # It leaves our line in its settings (seen in 5.2.9), and loads plug-ins when it starts.
        report.line("Krita is running: close it and start it again")


def _offer_zip(place: Place) -> None:
    path = bundle.write(place.checkout)
    place.report.line("no Krita profile was found: start Krita once and run the command again,")
    place.report.line(f"or import {path}")
    place.report.line("by Tools > Scripts > Import Python Plugin From File, and start Krita again")
    place.report.line(f"(version {record.version(place.checkout)})")
