from __future__ import annotations

import os
from pathlib import Path

import pytest

from velatura_backend.config import default_data_directory, prepare_data_directory
from velatura_protocol.errors import BackendUnavailable

posix = pytest.mark.skipif(os.name != "posix", reason="file modes")


def test_the_environment_chooses(tmp_path: Path) -> None:
    environ = {"VELATURA_DATA_DIR": str(tmp_path / "there"), "XDG_DATA_HOME": "/elsewhere"}
    assert default_data_directory(environ) == tmp_path / "there"


def test_linux_does_not_follow_xdg() -> None:
    found = default_data_directory({"XDG_DATA_HOME": "/elsewhere"}, platform="linux")
    assert found == Path.home() / ".local/share/velatura"


def test_macos() -> None:
    found = default_data_directory({}, platform="darwin")
    assert found == Path.home() / "Library/Application Support/Velatura"


def test_windows() -> None:
    found = default_data_directory({"LOCALAPPDATA": "/local"}, platform="win32")
    assert found == Path("/local/Velatura")


@posix
def test_a_new_directory_is_private(tmp_path: Path) -> None:
    prepare_data_directory(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("content", [(), ("install.json", "something")])
def test_an_open_directory_of_ours_is_closed(tmp_path: Path, content: tuple[str, ...]) -> None:
    directory = tmp_path / "data"
    directory.mkdir()
    directory.chmod(0o755)
    for name in content:
        (directory / name).touch()
    prepare_data_directory(directory)
    assert directory.stat().st_mode & 0o777 == 0o700


@posix
def test_somebody_s_open_directory_is_refused_and_left_alone(tmp_path: Path) -> None:
    directory = tmp_path / "home"
    directory.mkdir()
    directory.chmod(0o755)
    (directory / "letters").touch()
    with pytest.raises(BackendUnavailable) as caught:
        prepare_data_directory(directory)
    assert caught.value.params == {"reason": "data_directory_not_private"}
    assert directory.stat().st_mode & 0o777 == 0o755


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(BackendUnavailable) as caught:
        prepare_data_directory(tmp_path / "data")
    assert caught.value.params == {"reason": "data_directory_not_writable"}
