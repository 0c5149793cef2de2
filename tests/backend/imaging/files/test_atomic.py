from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from velatura_backend.imaging.files.atomic import write_atomically
from velatura_protocol.errors import UnwritableFile

FILLED = """
import resource, signal, sys
from pathlib import Path
from velatura_backend.imaging.files.atomic import write_atomically
from velatura_protocol.errors import DiskFull
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(Path(sys.argv[1]), bytes(5000))
except DiskFull:
    sys.exit(7)
"""


def test_the_file_is_there_whole_and_alone(tmp_path: Path):
    target = tmp_path / "out.png"
    write_atomically(target, b"one")
    write_atomically(target, b"another")
    assert target.read_bytes() == b"another"
    assert os.listdir(tmp_path) == ["out.png"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_permissions_are_the_old_files_or_the_umasks(tmp_path: Path):
    fresh, old = tmp_path / "fresh", tmp_path / "old"
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    old.write_bytes(b"x")
    old.chmod(0o640)
    write_atomically(fresh, b"")
    write_atomically(old, b"y")
    assert fresh.stat().st_mode == plain.stat().st_mode
    assert old.stat().st_mode & 0o777 == 0o640


def test_a_link_is_followed(tmp_path: Path):
    target, link = tmp_path / "target.png", tmp_path / "link.png"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="no file size limits there")
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "out.png"
    target.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", FILLED, str(target)], check=False)
    assert done.returncode == 7
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.png"]


def test_a_folder_that_is_missing(tmp_path: Path):
    with pytest.raises(UnwritableFile) as caught:
        write_atomically(tmp_path / "nowhere" / "out.png", b"")
    assert caught.value.params == {"reason": "no such file or directory"}


def test_a_folder_in_the_way(tmp_path: Path):
    (tmp_path / "out.png").mkdir()
    with pytest.raises(UnwritableFile):
        write_atomically(tmp_path / "out.png", b"")
    assert os.listdir(tmp_path) == ["out.png"]


def test_a_file_in_place_of_the_folder(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnwritableFile):
        write_atomically(tmp_path / "file" / "out.png", b"")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UnwritableFile) as caught:
            write_atomically(tmp_path / "out.png", b"")
    finally:
        tmp_path.chmod(0o700)
    assert caught.value.params == {"reason": "permission denied"}
