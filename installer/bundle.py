"""The plug-in as an editor gets it: our packages, what they need inside of them, no compiled part.

Editors' plug-ins share one interpreter, so that ``packages`` holds our two packages and nothing
else: msgpack and websockets lie inside of them, as ``_vendor``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from installer import record
from installer.locations import Checkout
from installer.plan import Profile, requirements_file
from installer.trouble import Trouble

MANIFEST = "bundle.json"
TAKEN = frozenset({".py", ".typed", ".mo", ".svg", ".png", ".html", ".json"})
"""Suffixes of files that go into a bundle; the rest is for building, or for one interpreter."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_VENDORED = "Pure Python parts, unmodified, of packages by others; see the licences folder.\n"

Contents = dict[PurePosixPath, bytes]


@dataclass(frozen=True)
class Vendored:
    """A package of another's that goes inside of one of ours."""

    name: str
    package: str
    licence: str


VENDORED = (
    Vendored("msgpack", "velatura_protocol", "COPYING"),
    Vendored("websockets", "velatura_plugin", "LICENSE"),
)


def krita(checkout: Checkout) -> Contents:
    """Everything that Krita's plug-in consists of, by its path in the zip.

    :raises Trouble: the environment lacks what is vendored, or has another version of it
    """
    source = checkout.root / "plugin" / "krita"
    contents = {
        PurePosixPath(name): (source / name).read_bytes()
        for name in ("velatura.desktop", "velatura.action")
    }
    return contents | _folder(checkout, source / "velatura")


def gimp(checkout: Checkout) -> Contents:
    """The folder that goes into GIMP's ``plug-ins``. GIMP starts the file that is called as the
    folder is, where it may be executed.

    :raises Trouble: as of :func:`krita`
    """
    return _folder(checkout, checkout.root / "plugin" / "gimp" / "velatura")


def _folder(checkout: Checkout, bootstrap: Path) -> Contents:
    """What an editor loads, and beside it all that this needs."""
    inner = dict(_taken(bootstrap))
    inner |= under("packages", packages(checkout))
    inner |= under("licences", licences(checkout))
    inner[PurePosixPath(MANIFEST)] = _manifest(checkout, inner)
    return under("velatura", inner)


def packages(checkout: Checkout) -> Contents:
    """Our two packages with what they need inside; a folder of just these goes on an editor's path.

    :raises Trouble: the environment lacks what is vendored, or has another version of it
    """
    contents: Contents = {}
    for folder in ("protocol/velatura_protocol", "plugin/velatura_plugin"):
        package = checkout.root / folder
        contents |= under(package.name, dict(_taken(package)))
    for vendored in VENDORED:
        inner = PurePosixPath(vendored.package, "_vendor")
        contents[inner / "__init__.py"] = f'"""{_VENDORED.strip()}"""\n'.encode()
        _distribution(checkout, vendored)
        contents |= under(inner / vendored.name, dict(_taken(_site(checkout) / vendored.name)))
    return contents


def licences(checkout: Checkout) -> Contents:
    """Ours, those of the vendored packages, and a notice of what is whose."""
    contents = {PurePosixPath("velatura.txt"): (checkout.root / "LICENSE").read_bytes()}
    lines = [
        f"Velatura {record.version(checkout)} is under the licence in velatura.txt.",
        _VENDORED,
    ]
    for vendored in VENDORED:
        distribution = _distribution(checkout, vendored)
        name = PurePosixPath(f"{vendored.name}.txt")
        contents[name] = (distribution / "licenses" / vendored.licence).read_bytes()
        version = pinned(checkout, vendored.name)
        lines.append(f"{vendored.name} {version} (in {vendored.package}/_vendor): {name}")
    contents[PurePosixPath("NOTICE.txt")] = ("\n".join(lines) + "\n").encode()
    return contents


def zipped(contents: Contents) -> bytes:
    """The same bytes for the same contents, whenever and wherever they are packed.

    Krita's importer takes the first entry that is a folder of the plug-in's name, so that folders
    have entries of their own, sorted.
    """
    whole = io.BytesIO()
    folders = {f"{folder}/" for path in contents for folder in path.parents if folder.name}
    files = {str(path): data for path, data in contents.items()}
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(folders | files.keys()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, also on Windows
            entry.external_attr = (0o40755 << 16 | 0x10) if name.endswith("/") else 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files.get(name, b""))
    return whole.getvalue()


def file_name(checkout: Checkout) -> str:
    return f"velatura-krita-{record.version(checkout)}.zip"


def write(checkout: Checkout, path: Path | None = None) -> Path:
    """Build the zip that Krita imports; by default in the checkout's ``dist``.

    :raises Trouble: see :func:`krita`, or the folder cannot be written to
    """
    path = path or checkout.root / "dist" / file_name(checkout)
    data = zipped(krita(checkout))
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise Trouble(
            f"{path} cannot be written ({error.strerror})", "Name another place with -o."
        ) from error
    return path


def digest_of(contents: Contents) -> str:
    """What the manifest says that is among ``contents``."""
    (manifest,) = (data for path, data in contents.items() if path.name == MANIFEST)
    return str(json.loads(manifest)["digest"])


def digest(contents: Contents) -> str:
    """Tells two bundles of the same version apart: a checkout changes more often than that."""
    whole = hashlib.blake2b(digest_size=16)
    for path in sorted(contents):
        whole.update(f"{path}\0{len(contents[path])}\0".encode() + contents[path])
    return whole.hexdigest()


def under(folder: str | PurePosixPath, contents: Contents) -> Contents:
    return {folder / path: data for path, data in contents.items()}


def _manifest(checkout: Checkout, contents: Contents) -> bytes:
    manifest = {"version": record.version(checkout), "digest": digest(contents)}
    return (json.dumps(manifest, indent=2) + "\n").encode()


def _taken(folder: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in TAKEN and "__pycache__" not in file.parts:
            yield PurePosixPath(file.relative_to(folder).as_posix()), file.read_bytes()


def _site(checkout: Checkout) -> Path:
    """Where the environment keeps its packages."""
    lib = checkout.environment
    found = [*lib.glob("lib/python3.*/site-packages"), *lib.glob("Lib/site-packages")]
    if not found:
        raise Trouble(f"There is no environment in {lib}", "Run `python3 installer install` first.")
    return found[0]


def _distribution(checkout: Checkout, vendored: Vendored) -> Path:
    """The metadata of the pinned version.

    :raises Trouble: the environment has none, or another version
    """
    version = pinned(checkout, vendored.name)
    folder = _site(checkout) / f"{vendored.name}-{version}.dist-info"
    if not folder.is_dir():
        raise Trouble(
            f"The environment has no {vendored.name} {version}", "Run `python3 installer repair`."
        )
    return folder


def pinned(checkout: Checkout, name: str) -> str:
    """The version of a vendored package that the base profile has."""
    lines = requirements_file(checkout, Profile.base).read_text().splitlines()
    (version,) = (line.split("==")[1].strip() for line in lines if line.startswith(f"{name}=="))
    return version
