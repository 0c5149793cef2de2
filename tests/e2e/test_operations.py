"""Every operation of every engine, on every kind of picture, through the real command."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e import pictures
from tests.e2e.command import CommandLine, ended, wait_for_event
from velatura_backend.engines.registry import specs
from velatura_cli.arguments import available_operations
from velatura_cli.dispatch import run
from velatura_protocol.parameters import ParameterKind
from velatura_protocol.tasks import Operation

HEIGHT, WIDTH = 56, 64
KINDS = ("png8", "tiff16a", "grey8", "tiff32")
"""8-bit RGB, 16-bit RGBA, grey, float in linear light."""

CASES = [
    pytest.param(spec.id, operation, id=f"{operation.value}-{spec.id}")
    for spec in specs()
    for operation in spec.operations
    if operation in available_operations(specs())
]
MASKED = {
    Operation.FILL,
    Operation.RESTYLE,
    Operation.VARY,
    Operation.RESTORE,
    Operation.RECOLOUR,
    Operation.CUT_OUT,
}
SIZES = {Operation.UPSCALE: (2 * HEIGHT, 2 * WIDTH), Operation.RETARGET: (48, 80)}
SOURCE_TYPES = {
    Operation.FILL: "compositeSynthetic",
    Operation.RESTYLE: "compositeSynthetic",
    Operation.VARY: "compositeSynthetic",
    Operation.TILE: "compositeSynthetic",
    Operation.RETARGET: "compositeSynthetic",
}
"""The others change what is there, with a network of ours or without one."""


REFUSED = {("builtin_recolour", "grey8")}
"""A grey picture has no colours to exchange."""


def written(folder: Path) -> list[Path]:
    """One picture of each kind, with a profile where that can be."""
    paths: list[Path] = []
    for kind in KINDS:
        channels = pictures.channels_of(kind)
        samples = pictures.photo(HEIGHT, WIDTH, pictures.dtype_of(kind), channels)
        icc = pictures.icc_profile() if channels > 1 and kind != "tiff32" else b""
        path = folder / (kind + pictures.suffix_of(kind))
        paths.append(pictures.save(path, samples, icc=icc))
    return paths


def mask() -> np.ndarray:
    """A disc, with a soft edge."""
    return pictures.blob_mask(HEIGHT, WIDTH, soft=True)


def arguments(engine: str, operation: Operation, folder: Path) -> list[str]:
    """What the operation cannot do without."""
    given = ["--engine", engine]
    spec = next(each for each in specs() if each.id == engine)
    if operation is Operation.UPSCALE:
        given += ["--scale", "2"]
    if operation is Operation.RETARGET:
        given += ["--size", "80x48"]
    if operation is Operation.RESTYLE:
        presets = [e for e in spec.parameters if e.kind is ParameterKind.PRESET]
        style = pictures.photo(40, 40, np.dtype(np.uint8), 3, seed=9)
        picture = str(pictures.save(folder / "style.png", style))
        given += ["--style", presets[0].choices[0].id if presets else picture]
    if operation in MASKED:
        given += ["--mask", str(pictures.save_mask(folder / "mask.png", mask()))]
    return given


@pytest.mark.parametrize(("engine", "operation"), CASES)
def test_every_operation_on_every_kind_of_picture(
    served: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    engine: str,
    operation: Operation,
) -> None:
    """Size, depth and profile are right; nothing beside the mask has changed; a file says what was
    done to it."""
    monkeypatch.setenv("VELATURA_DATA_DIR", str(served.data_directory))
    paths = [each for each in written(tmp_path) if (engine, each.stem) not in REFUSED]
    (tmp_path / "out").mkdir()
    given = arguments(engine, operation, tmp_path)
    code = run([operation.value, *map(str, paths), "-o", str(tmp_path / "out"), "--json", *given])
    told = capfd.readouterr()
    assert (code, told.err) == (0, "")
    _check_events([json.loads(line) for line in told.out.splitlines()], paths)
    for path in paths:
        _check_picture(path, tmp_path / "out" / path.name, operation)


def _check_events(events: list[dict[str, Any]], paths: list[Path]) -> None:
    for path in paths:
        own = [each["event"] for each in events if each["image"] == str(path)]
        assert own[0] == "accepted"
        assert own[-2:] == ["result", "done"]
        assert set(own) <= {"accepted", "progress", "preview", "result", "done"}


def _check_picture(path: Path, out: Path, operation: Operation) -> None:
    before, after = pictures.load(path), pictures.load(out)
    name = path.name
    assert after.dtype == before.dtype, name
    assert after.shape[:2] == SIZES.get(operation, (HEIGHT, WIDTH)), name
    profile = pictures.metadata(path, "icc-profile-data")
    assert pictures.metadata(out, "icc-profile-data") == profile, name
    if operation is not Operation.CUT_OUT:
        assert after.shape[2] == before.shape[2], name
    if operation in MASKED - {Operation.CUT_OUT}:
        beside = mask() == 0
        assert before[beside].tobytes() == after[beside].tobytes(), name
    if after.dtype.kind == "f":
        assert np.isfinite(after).all(), name
    source_type = SOURCE_TYPES.get(operation, "algorithmicallyEnhanced")
    assert f"digitalsourcetype/{source_type}".encode() in out.read_bytes(), name


def test_new_colours_are_not_for_a_grey_picture(served: CommandLine, tmp_path: Path) -> None:
    grey = next(path for path in written(tmp_path) if path.stem == "grey8")
    refused = served("recolour", grey, "-o", "o.png")
    assert refused.code == 2
    assert "This picture is grey and cannot hold colours" in refused.error_line
    assert served("recolour", grey, "-o", "o.png", "--param", "mode=snap").code == 0


def test_a_cut_out_of_a_jpeg_is_a_transparent_picture(served: CommandLine, tmp_path: Path) -> None:
    """And what is behind it a picture of its own."""
    samples = np.full((HEIGHT, WIDTH, 3), (40, 90, 200), np.uint8)
    disc = pictures.blob_mask(HEIGHT, WIDTH)
    samples[disc > 0] = (230, 200, 30)
    photo = pictures.save(tmp_path / "photo.jpg", samples)
    loose = np.zeros((HEIGHT, WIDTH), np.uint8)
    loose[4:-4, 6:-6] = 255
    drawn = pictures.save_mask(tmp_path / "loose.png", loose)
    given = ("cut_out", photo, "--mask", drawn, "--background")
    for name in ("cut.png", "cut.tif", "cut.webp"):
        done = served(*given, "-o", name, "--json")
        assert (done.code, done.err) == (0, "")
        suffix = name[3:]
        (event,) = done.named("done")
        assert event["paths"] == [name, f"cut-background{suffix}"]
        made = pictures.load(tmp_path / name)
        assert made.shape == (HEIGHT, WIDTH, 4)
        assert not made[loose == 0].any()
        assert made[HEIGHT // 2, WIDTH // 2, 3] == 255
        assert np.abs(made[HEIGHT // 2, WIDTH // 2, :3] - np.array([230, 200, 30])).max() < 8
        behind = pictures.load(tmp_path / f"cut-background{suffix}")
        assert behind.shape == (HEIGHT, WIDTH, 3)
        assert np.abs(behind[HEIGHT // 2, WIDTH // 2] - np.array([40, 90, 200])).max() < 30
    refused = served(*given, "-o", "cut.jpg")
    assert refused.code == 2
    assert "a JPEG cannot be transparent" in refused.error_line
    assert not (tmp_path / "cut.jpg").exists()


def test_an_interrupt_amid_an_upscale_leaves_nothing(served: CommandLine, tmp_path: Path) -> None:
    samples = pictures.photo(1500, 2000, np.dtype(np.uint8), 3)
    photo = pictures.save(tmp_path / "large.tif", samples)
    process = served.start("upscale", photo, "--scale", "2", "-o", "o.tif", "--json")
    while wait_for_event(process, "progress")["phase"] != "stepping":
        pass
    process.send_signal(signal.SIGINT)
    stopped = ended(process)
    assert stopped.code == 130
    assert not (tmp_path / "o.tif").exists()
    assert [each["event"] for each in stopped.events][-1] == "cancelled"
