from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

import pytest

from installer import bundle, record
from installer.locations import Checkout, this_checkout
from installer.trouble import Trouble

KNOWN_LEFT = {".pyc", ".po", ".pot", ".so", ".pyd", ".c", ".pyi", ""}


@pytest.fixture(scope="module")
def contents() -> bundle.Contents:
    return bundle.krita(this_checkout())


@pytest.fixture
def opened(contents: bundle.Contents) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bundle.zipped(contents)))


def test_the_same_checkout_gives_the_same_bytes(contents: bundle.Contents) -> None:
    backwards = dict(reversed(contents.items()))
    assert bundle.zipped(contents) == bundle.zipped(backwards)
    assert bundle.zipped(bundle.krita(this_checkout())) == bundle.zipped(contents)


def test_the_zip_is_what_kritas_importer_looks_for(opened: zipfile.ZipFile) -> None:
    """It reads the name from the only .desktop file and takes the folder entry of that name."""
    names = opened.namelist()
    (desktop,) = (name for name in names if name.endswith(".desktop"))
    config = ConfigParser()
    config.read_string(opened.read(desktop).decode())
    assert config["Desktop Entry"]["X-KDE-Library"] == "velatura"
    folders = [name for name in names if name == "velatura/" or name.endswith("/velatura/")]
    assert folders == ["velatura/"]
    assert "velatura/__init__.py" in names
    assert "velatura.action" in names


def test_only_what_an_editor_can_use_is_in_it(contents: bundle.Contents) -> None:
    assert {path.parts[0] for path in contents} == {
        "velatura",
        "velatura.desktop",
        "velatura.action",
    }
    suffixes = {path.suffix for path in contents}
    assert suffixes <= bundle.TAKEN | {".desktop", ".action", ".txt"}
    assert not any("__pycache__" in path.parts for path in contents)
    inside = {path.parts[2] for path in contents if path.parts[:2] == ("velatura", "packages")}
    assert inside == {"velatura_plugin", "velatura_protocol"}


def test_nothing_of_our_packages_is_forgotten() -> None:
    """A new kind of file in them has to be decided on."""
    root = this_checkout().root
    for folder in ("protocol/velatura_protocol", "plugin/velatura_plugin", "plugin/krita/velatura"):
        files = [file for file in (root / folder).rglob("*") if file.is_file()]
        assert {file.suffix for file in files} <= bundle.TAKEN | KNOWN_LEFT


def test_every_catalogue_is_in_it(contents: bundle.Contents) -> None:
    plugin = this_checkout().root / "plugin/velatura_plugin"
    languages = {file.parts[-3] for file in plugin.glob("locale/*/LC_MESSAGES/*.po")}
    packed = {path.parts[-3] for path in contents if path.suffix == ".mo"}
    assert packed >= languages


def test_the_licences_travel(contents: bundle.Contents) -> None:
    licences = PurePosixPath("velatura/licences")
    assert b"Copyright" in contents[licences / "msgpack.txt"]
    assert b"Copyright" in contents[licences / "websockets.txt"]
    assert contents[licences / "velatura.txt"] == (this_checkout().root / "LICENSE").read_bytes()
    assert b"websockets 16.1" in contents[licences / "NOTICE.txt"]


def test_the_manifest_tells_two_bundles_apart(contents: bundle.Contents) -> None:
    manifest = PurePosixPath("velatura", bundle.MANIFEST)
    told = json.loads(contents[manifest])
    assert told["version"] == record.version(this_checkout())
    assert told["digest"] == bundle.digest_of(contents)
    assert bundle.digest({**contents, manifest: b""}) != bundle.digest(contents)
    assert bundle.digest({PurePosixPath("a"): b"bc"}) != bundle.digest({PurePosixPath("ab"): b"c"})


def run_bundled(tmp_path: Path, python: str = sys.executable) -> dict[str, object]:
    """``bundled.py`` in a bundle, with foreign packages before it on the path."""
    tmp_path.mkdir(exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(bundle.zipped(bundle.krita(this_checkout())))) as archive:
        archive.extractall(tmp_path)
    packages = tmp_path / "velatura/packages"
    for name in ("msgpack", "websockets"):
        foreign = tmp_path / "foreign" / name
        foreign.mkdir(parents=True)
        (foreign / "__init__.py").write_text("raise AssertionError('of another plug-in')\n")
    script = Path(__file__).with_name("bundled.py")
    start = (
        "import runpy, sys; sys.dont_write_bytecode = True\n"
        f"sys.path[:0] = {[str(tmp_path / 'foreign'), str(packages)]!r}\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    ended = subprocess.run(
        [python, "-I", "-S", "-W", "error", "-c", start],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_copies_of_other_plugins_are_neither_used_nor_shadowed(tmp_path: Path) -> None:
    report = run_bundled(tmp_path)
    assert report["foreign"] == []
    assert report["path_kept"] is True
    assert report["modules"] == [
        "velatura_protocol._vendor.msgpack.fallback",
        "velatura_plugin._vendor.websockets.asyncio.client",
    ]
    files = report["files"]
    assert isinstance(files, list)
    assert all(file.startswith(str(tmp_path / "velatura/packages")) for file in files)


def test_another_version_is_refused(checkout: Checkout) -> None:
    site = checkout.environment / "lib/python3.11/site-packages"
    (site / "msgpack-1.0.0.dist-info").mkdir(parents=True)
    for folder in ("protocol/velatura_protocol", "plugin/velatura_plugin"):
        (checkout.root / folder).mkdir(parents=True)
    with pytest.raises(Trouble, match=r"has no msgpack 1\.2") as caught:
        bundle.packages(checkout)
    assert "repair" in caught.value.remedy


def test_no_environment_is_told(checkout: Checkout) -> None:
    with pytest.raises(Trouble, match="no environment"):
        bundle.packages(checkout)


def test_it_is_written_where_one_wants_it(tmp_path: Path) -> None:
    path = bundle.write(this_checkout(), tmp_path / "deep" / "mine.zip")
    assert zipfile.ZipFile(path).testzip() is None
    assert [each.name for each in path.parent.iterdir()] == ["mine.zip"]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match="cannot be written"):
        bundle.write(this_checkout(), tmp_path / "file" / "mine.zip")
