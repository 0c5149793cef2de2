"""Bad input: one clear line, the right status, nothing half-written."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.e2e import pictures
from tests.e2e.command import CommandLine, Ended

U8 = np.dtype(np.uint8)
ECHO = ("--engine", "echo")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(tmp_path / "photo.png", pictures.photo(30, 40, U8, 3))


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    return pictures.save_mask(tmp_path / "mask.png", pictures.blob_mask(30, 40))


def refused(ended: Ended, code: int, *words: str) -> None:
    """One line with these words in it, this status, nothing on standard output."""
    assert ended.code == code, ended.err
    assert ended.out == ""
    line = ended.error_line
    assert line.startswith("velatura: ")
    assert "Traceback" not in line
    for word in words:
        assert word in line, line


def nothing_written(folder: Path) -> bool:
    """No result, and no part of one."""
    return not any(path.name.startswith(("out", ".out")) for path in folder.rglob("*"))


def _gif(path: Path) -> None:
    frames = [Image.fromarray(pictures.photo(8, 8, U8, 3, seed)) for seed in range(2)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def _animated(path: Path) -> None:
    frames = [Image.fromarray(pictures.photo(8, 8, U8, 3, seed)) for seed in range(2)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def _cmyk(path: Path) -> None:
    Image.fromarray(pictures.photo(30, 40, U8, 4), "CMYK").save(path)


def _truncated(path: Path) -> None:
    whole = path.with_name("whole" + path.suffix)
    Image.fromarray(pictures.photo(200, 300, U8, 3)).save(whole)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("empty.png", lambda path: path.write_bytes(b""), ("empty",)),
        ("text.png", lambda path: path.write_text("not a picture" * 50), ("not a",)),
        ("cut.png", _truncated, ("truncated",)),
        ("cut.jpg", _truncated, ("truncated",)),
        ("cut.tif", _truncated, ("truncated",)),
        ("cut.webp", _truncated, ("truncated",)),
        ("cmyk.jpg", _cmyk, ("CMYK",)),
        ("moving.gif", _gif, ("GIF",)),
        ("moving.webp", _animated, ("animation",)),
        ("moving.png", _animated, ("animated",)),
        ("pages.tif", _animated, ("several pages",)),
    ],
)
def test_pictures_that_cannot_be_edited(
    served: CommandLine, tmp_path: Path, mask: Path, name: str, make: Callable, words: tuple
) -> None:
    make(tmp_path / name)
    refused(served("fill", name, "--mask", mask, "-o", "out.png", *ECHO), 2, name, *words)
    assert nothing_written(tmp_path)


def test_a_missing_picture_or_mask(served: CommandLine, photo: Path, mask: Path) -> None:
    refused(served("fill", "no.png", "--mask", mask, "-o", "out.png"), 2, "no.png", "no such file")
    refused(served("fill", photo, "--mask", "no.png", "-o", "out.png"), 2, "no.png", "no such file")


def test_a_mask_of_another_size_says_both(served: CommandLine, photo: Path, tmp_path: Path) -> None:
    other = pictures.save_mask(tmp_path / "m.png", pictures.blob_mask(31, 44))
    refused(served("fill", photo, "--mask", other, "-o", "out.png"), 2, "44", "31", "40", "30")


def test_an_empty_mask(served: CommandLine, photo: Path, tmp_path: Path) -> None:
    empty = pictures.save_mask(tmp_path / "m.png", np.zeros((30, 40), np.uint8))
    refused(served("fill", photo, "--mask", empty, "-o", "out.png"), 2, "mask")


def test_alpha_of_an_opaque_picture(served: CommandLine, photo: Path) -> None:
    refused(served("fill", photo, "--mask", "alpha", "-o", "out.png"), 2, "transparent")


def test_a_full_mask_leaves_nothing_to_copy_from(
    served: CommandLine, photo: Path, tmp_path: Path
) -> None:
    full = pictures.save_mask(tmp_path / "m.png", np.full((30, 40), 255, np.uint8))
    refused(served("fill", photo, "--mask", full, "-o", "out.png"), 3)
    ended = served("fill", photo, "--mask", full, "-o", "out.png", "--json")
    assert ended.named("failed")[0]["code"] == "no_source"
    assert nothing_written(tmp_path)


def test_a_single_pixel(served: CommandLine, tmp_path: Path) -> None:
    one = pictures.save(tmp_path / "one.png", pictures.photo(1, 1, U8, 3))
    mask = pictures.save_mask(tmp_path / "m.png", np.full((1, 1), 255, np.uint8))
    refused(served("fill", one, "--mask", mask, "-o", "out.png"), 3)
    assert served("fill", one, "--mask", mask, "-o", "out.png", *ECHO).code == 0


def test_a_panorama_of_thirty_thousand_pixels_works(served: CommandLine, tmp_path: Path) -> None:
    samples = np.zeros((40, 30_000, 3), np.uint8)
    samples[:, :, 1] = np.arange(30_000) % 251
    wide = pictures.save(tmp_path / "wide.png", samples)
    mask = np.zeros((40, 30_000), np.uint8)
    mask[10:20, 29_900:29_930] = 255
    drawn = pictures.save_mask(tmp_path / "m.png", mask)
    assert served("fill", wide, "--mask", drawn, "-o", "out.png").code == 0
    after = pictures.load(tmp_path / "out.png")
    assert after[mask == 0].tobytes() == samples[mask == 0].tobytes()


def test_too_many_pixels_are_refused_before_they_are_decoded(
    served: CommandLine, tmp_path: Path, mask: Path
) -> None:
    """A header is enough to tell; the file is 29 bytes of them and no pixels."""
    import struct
    import zlib

    header = b"IHDR" + struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    body = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    body += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    (tmp_path / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    refused(served("fill", "huge.png", "--mask", mask, "-o", "out.png"), 2, "1600000000")


def test_an_indexed_picture_is_written_in_full_colour(
    served: CommandLine, tmp_path: Path, mask: Path
) -> None:
    picture = Image.fromarray(pictures.photo(30, 40, U8, 3)).quantize(32)
    picture.save(tmp_path / "indexed.png")
    ended = served("fill", "indexed.png", "--mask", mask, "-o", "out.png", "--json", *ECHO)
    assert ended.code == 0
    before = np.asarray(picture.convert("RGB"))
    keep = pictures.load(mask)[..., 0] == 0
    assert (pictures.load(tmp_path / "out.png")[keep] == before[keep]).all()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("out.bmp", ("unknown suffix .bmp",)),
        ("out", ("no suffix",)),
        ("missing/out.png", ("no such folder",)),
        ("missing/", ("no such folder",)),
    ],
)
def test_outputs_that_cannot_be(
    served: CommandLine, photo: Path, mask: Path, output: str, words: tuple[str, ...]
) -> None:
    refused(served("fill", photo, "--mask", mask, "-o", output), 2, *words)


def test_usage_is_one_line(served: CommandLine, photo: Path) -> None:
    refused(served(), 2, "COMMAND")
    refused(served("fill", photo, "-o", "out.png"), 2, "--mask")
    refused(
        served("generate", "--prompt", "x", "--size", "8x8", "-o", "o.png"),
        2,
        "no installed engine",
    )
    refused(served("fill", photo, "--mask", "alpha", "-o", "o.png", "--engine", "x"), 2, "x")
    bad = ("fill", photo, "--mask", "alpha", "-o", "o.png", "--param")
    refused(served(*bad, "texture=loud"), 2, "texture", "number")
    refused(served(*bad, "colour=1"), 2, "no parameter colour")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB; skipped where mounting one is not allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(served: CommandLine, tmp_path: Path, small_disk: Path) -> None:
    random = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    photo = pictures.save(tmp_path / "p.png", random)
    mask = pictures.save_mask(tmp_path / "m.png", pictures.blob_mask(200, 300))
    refused(served("fill", photo, "--mask", mask, "-o", small_disk / "out.png", *ECHO), 3, "full")
    assert list(small_disk.iterdir()) == []


def test_a_file_size_limit_counts_as_a_full_disk(served: CommandLine, tmp_path: Path) -> None:
    random = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    photo = pictures.save(tmp_path / "p.png", random)
    mask = pictures.save_mask(tmp_path / "m.png", pictures.blob_mask(200, 300))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    command = ("fill", photo, "--mask", mask, "-o", "out.png", *ECHO)
    refused(served(*command, preexec_fn=limit), 3, "full")
    assert nothing_written(tmp_path)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that not even root can write to, else one without the permission."""
    folder = tmp_path / "locked"
    folder.mkdir()
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_folder(served: CommandLine, photo: Path, mask: Path, read_only: Path) -> None:
    refused(served("fill", photo, "--mask", mask, "-o", read_only / "out.png"), 2, "locked")
    refused(served("fill", photo, "--mask", mask, "-o", read_only), 2, "locked")


def test_good_pictures_are_made_beside_a_bad_one(
    served: CommandLine, photo: Path, mask: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.png").write_bytes(b"")
    (tmp_path / "results").mkdir()
    refused(served("fill", "bad.png", photo, "--mask", mask, "-o", "results", *ECHO), 2, "bad.png")
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["photo.png"]


def test_a_failure_of_the_engine(served: CommandLine, photo: Path, mask: Path) -> None:
    command = ("fill", photo, "--mask", mask, "-o", "out.png", *ECHO, "--param")
    for how in ("unexpected", "out_of_memory", "no_source"):
        refused(served(*command, f"fail={how}"), 3)
    refused(served(*command, "crash=true"), 3)
    assert nothing_written(photo.parent)
