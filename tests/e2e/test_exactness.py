"""What no edit may change, through the real command on real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.e2e import pictures
from tests.e2e.command import CommandLine
from velatura_cli.dispatch import run

ECHO = ("--engine", "echo")


def write_all(folder: Path, height: int, width: int, *, seed: int) -> list[Path]:
    """One picture of every kind, each with a profile and EXIF where its writer takes them."""
    folder.mkdir()
    paths: list[Path] = []
    for kind in pictures.FORMATS:
        channels = pictures.channels_of(kind)
        samples = pictures.photo(height, width, pictures.dtype_of(kind), channels, seed)
        icc = pictures.icc_profile() if channels > 1 else b""
        path = folder / (kind + pictures.suffix_of(kind))
        paths.append(pictures.save(path, samples, icc=icc, exif=pictures.exif_block()))
    return paths


def random_mask(height: int, width: int, seed: int) -> np.ndarray:
    """Hard and soft places, some at the borders; at least one pixel each of 0 and of more."""
    random = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(random.integers(1, 4)):
        y, x = random.integers(0, height), random.integers(0, width)
        reach = int(random.integers(1, 12))
        area = mask[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
        area[...] = random.integers(1, 256, area.shape) if random.random() < 0.5 else 255
    mask[random.integers(0, height), :] = 0
    mask[0, 0] = 255
    return mask


def law(before: np.ndarray, after: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The composite of integer samples without alpha, written out once more."""
    m = mask[..., None] / 255.0
    return np.rint((1.0 - m) * before + m * after).astype(before.dtype)


@pytest.mark.parametrize("seed", range(3))
def test_every_kind_keeps_what_is_outside_the_mask(
    served: CommandLine, tmp_path: Path, seed: int
) -> None:
    random = np.random.default_rng(100 + seed)
    height, width = (int(side) for side in random.integers(9, 90, 2))
    paths = write_all(tmp_path / "in", height, width, seed=seed)
    mask = random_mask(height, width, seed)
    drawn = pictures.save_mask(tmp_path / "mask.png", mask)
    (tmp_path / "out").mkdir()
    ended = served("fill", *paths, "--mask", drawn, "-o", "out", *ECHO)
    assert (ended.code, ended.err) == (0, "")
    for path in paths:
        out = tmp_path / "out" / path.name
        before, after = pictures.load(path), pictures.load(out)
        assert (before.dtype, before.shape) == (after.dtype, after.shape), path.name
        assert before[mask == 0].tobytes() == after[mask == 0].tobytes(), path.name
        assert (before[mask == 255] != after[mask == 255]).any(), path.name
        profile = pictures.metadata(path, "icc-profile-data")
        assert pictures.metadata(out, "icc-profile-data") == profile, path.name


@pytest.mark.parametrize("kind", ["png8", "png16", "tiff16", "webp"])
def test_inside_the_mask_the_law_holds_once(served: CommandLine, tmp_path: Path, kind: str) -> None:
    """Twice applied, or with a rounding in between, it would give other samples."""
    dtype = pictures.dtype_of(kind)
    before = pictures.photo(40, 50, dtype, 3)
    path = pictures.save(tmp_path / f"in{pictures.suffix_of(kind)}", before)
    mask = pictures.blob_mask(40, 50, soft=True)
    drawn = pictures.save_mask(tmp_path / "mask.png", mask)
    out = tmp_path / f"out{pictures.suffix_of(kind)}"
    assert served("fill", path, "--mask", drawn, "-o", out, *ECHO).code == 0
    inverted = np.iinfo(dtype).max - before
    assert (pictures.load(out) == law(before, inverted, mask)).all()


def test_exif_and_provenance_are_in_the_file(served: CommandLine, tmp_path: Path) -> None:
    mask = pictures.save_mask(tmp_path / "mask.png", pictures.blob_mask(30, 30))
    for suffix in (".png", ".webp", ".jpg", ".tif"):
        path = tmp_path / f"in{suffix}"
        samples = pictures.photo(30, 30, np.dtype(np.uint8), 3)
        exif = Image.Exif()
        exif[0x010F] = "Velatura Test Camera"
        icc = pictures.icc_profile()
        Image.fromarray(samples).save(path, exif=exif, icc_profile=icc, lossless=True)
        out = tmp_path / f"out{suffix}"
        assert served("fill", path, "--mask", mask, "-o", out, *ECHO, "--seed", "7").code == 0
        with Image.open(out) as written:
            assert written.getexif()[0x010F] == "Velatura Test Camera", suffix
            assert written.info["icc_profile"] == icc, suffix
        content = out.read_bytes()
        assert b"DigitalSourceType" in content, suffix
        assert b"echo" in content, suffix


def test_a_jpeg_is_encoded_again_once_and_says_so(served: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "in.jpg"
    samples = pictures.photo(64, 80, np.dtype(np.uint8), 3)
    Image.fromarray(samples).save(path, quality=83, subsampling=2)
    mask = pictures.save_mask(tmp_path / "mask.png", pictures.blob_mask(64, 80))
    ended = served("fill", path, "--mask", mask, "-o", "out.jpg", "--json", *ECHO)
    assert ended.code == 0
    (done,) = ended.named("done")
    assert any("lossy" in note for note in done["notes"])
    with Image.open(path) as before, Image.open(tmp_path / "out.jpg") as after:
        assert before.quantization == after.quantization
        assert before.size == after.size


def test_twenty_edits_in_a_row_change_nothing_else(
    served: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside this process, with the real backend: twenty interpreters would only cost time."""
    monkeypatch.setenv("VELATURA_DATA_DIR", str(served.data_directory))
    height, width, edits = 60, 70, 20
    folder = tmp_path / "0"
    folder.mkdir()
    kinds = {"a.png": np.uint16, "b.tif": np.float32, "c.webp": np.uint8}
    for name, kind in kinds.items():
        samples = pictures.photo(height, width, np.dtype(kind), 3)
        pictures.save(folder / name, samples, icc=pictures.icc_profile())
    touched = np.zeros((height, width), bool)
    for edit in range(edits):
        mask = np.roll(pictures.blob_mask(height, width, soft=True), (edit, -edit), (0, 1))
        touched |= mask > 0
        drawn = pictures.save_mask(tmp_path / "mask.png", mask)
        after = tmp_path / str(edit + 1)
        after.mkdir()
        names = [str(tmp_path / str(edit) / name) for name in kinds]
        assert run(["fill", *names, "--mask", str(drawn), "-o", str(after), *ECHO]) == 0
    for name in kinds:
        first, last = pictures.load(folder / name), pictures.load(tmp_path / str(edits) / name)
        assert first[~touched].tobytes() == last[~touched].tobytes(), name
        assert first.dtype == last.dtype
        profile = pictures.metadata(tmp_path / str(edits) / name, "icc-profile-data")
        assert profile == pictures.icc_profile()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_sixteen_bit_gradient_keeps_its_levels(
    served: CommandLine, tmp_path: Path, suffix: str
) -> None:
    ramp = np.linspace(12000, 36000, 256)[None, :] + np.linspace(0, 9000, 192)[:, None]
    samples = np.repeat(np.rint(ramp).astype(np.uint16)[..., None], 3, axis=2)
    path = pictures.save(tmp_path / f"in{suffix}", samples)
    mask = pictures.blob_mask(192, 256)
    drawn = pictures.save_mask(tmp_path / "mask.png", mask)
    out = tmp_path / f"out{suffix}"
    assert served("fill", path, "--mask", drawn, "-o", out, "--intent", "remove").code == 0
    made = pictures.load(out)
    assert made.dtype == np.uint16
    assert len(np.unique(made[mask == 255][:, 1])) > 256
    assert made[mask == 0].tobytes() == samples[mask == 0].tobytes()
