"""Image files that are bombs, given to the command line: refused in one line, in little memory."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.e2e.attacks.fortress import MEBIBYTE
from tests.e2e.command import COMMAND, CommandLine

MOST_MEMORY = 400 * MEBIBYTE
"""Of the command's process; what libraries map of their own is half of that."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, depth: int = 8, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IEND", b"")


def pixels(width: int, height: int, depth: int = 8, channels: int = 3) -> bytes:
    """All black."""
    row = 1 + (width * depth * channels + 7) // 8
    packer = zlib.compressobj(9)
    rows = bytes(row)
    packed = b"".join(packer.compress(rows) for _ in range(height)) + packer.flush()
    return chunk(b"IDAT", packed)


@pytest.fixture(scope="module")
def zeros() -> bytes:
    """Half a gigabyte, packed."""
    packer = zlib.compressobj(9)
    megabyte = bytes(MEBIBYTE)
    return b"".join(packer.compress(megabyte) for _ in range(512)) + packer.flush()


@pytest.fixture
def folder(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "data", tmp_path)


def refused(folder: CommandLine, image: bytes, mask: bytes) -> None:
    code, said = filled(folder, image, mask)
    assert code == 2, said
    assert len(said.splitlines()) == 1, said
    assert not (folder.folder / "out.png").exists()


def filled(folder: CommandLine, image: bytes, mask: bytes) -> tuple[int, str]:
    """Status and words of a fill with these files, which keeps to its memory."""
    (folder.folder / "image.png").write_bytes(image)
    (folder.folder / "mask.png").write_bytes(mask)
    command = ["fill", "image.png", "--mask", "mask.png", "-o", "out.png", "--engine", "echo"]
    code, said, peak = measured(folder, command)
    assert peak < MOST_MEMORY, f"{peak / MEBIBYTE:.0f} MiB"
    assert "Traceback" not in said
    return code, said


GOOD = png(64, 64, pixels(64, 64))
LARGE = 60_000


@pytest.fixture(scope="module")
def one_bit() -> bytes:
    """3.6 gigapixels in half a megabyte."""
    return png(LARGE, LARGE, pixels(LARGE, LARGE, 1, 1), depth=1, colour=0)


@pytest.mark.parametrize(
    ("width", "height"), [(2**31 - 1, 2**31 - 1), (2**31 - 1, 1), (1, 2**31 - 1), (20_000, 20_000)]
)
def test_a_picture_that_says_it_is_too_large(folder: CommandLine, width: int, height: int) -> None:
    refused(folder, png(width, height, pixels(64, 64)), GOOD)


def test_a_picture_that_is_too_large(folder: CommandLine, one_bit: bytes) -> None:
    refused(folder, one_bit, GOOD)


def test_a_mask_that_is_too_large(folder: CommandLine, one_bit: bytes) -> None:
    refused(folder, GOOD, one_bit)


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        (b"iCCP", b"x\x00\x00"),
        (b"zTXt", b"x\x00\x00"),
        (b"iTXt", b"x\x00\x01\x00\x00\x00"),
    ],
    ids=["profile", "text", "international text"],
)
def test_what_lies_beside_the_pixels(
    folder: CommandLine, zeros: bytes, kind: bytes, head: bytes
) -> None:
    """Half a gigabyte of profile or of text: the picture may be taken, its burden may not."""
    bomb = png(64, 64, chunk(kind, head + zeros), pixels(64, 64))
    code, said = filled(folder, bomb, GOOD)
    assert code in (0, 2), said


MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def measured(folder: CommandLine, arguments: list[str]) -> tuple[int, str, int]:
    """Exit status, standard error, and the most bytes that the command's own process held.

    A small process starts it: a child's peak counts what its parent held when it was forked, and
    by then the tests may hold gigabytes.
    """
    run = subprocess.run(
        [sys.executable, "-I", "-c", MEASURE, *COMMAND, *arguments],
        env=folder.environment(),
        cwd=folder.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    status, peak = (int(each) for each in run.stdout.split())
    return status, run.stderr, peak
